"""What the acts on rounds and sub-issues take; the same for pages, the API and commands."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from rectify.workflow.guards import ActInput, IdField, TextField

from .states import SubIssueStatus, SuperiorFinding

MOST_DECISIONS = 200


def criteria_field() -> serializers.ListField:
    """The keys of the acceptance criteria that somebody affirms; left out, all of them."""
    return serializers.ListField(
        child=TextField(max_length=40),
        max_length=30,
        required=False,
        allow_null=True,
        default=None,
        help_text="Keys of the round's acceptance criteria that you affirm; left out, all of them.",
    )


class AcceptanceInput(ActInput):
    note = TextField(max_length=5000)
    result = serializers.ChoiceField(
        choices=[SubIssueStatus.CLOSED.value, SubIssueStatus.SUSTAINED.value],
        default=SubIssueStatus.CLOSED.value,
        help_text="closed, or sustained where the intensive period's work is done and the rest goes on",
    )
    criteria = criteria_field()


class SignInput(ActInput):
    comment = TextField(max_length=2000, required=False, allow_blank=True, default="")
    digest = TextField(
        max_length=64, required=False, allow_blank=True, default="", help_text="Of what you saw; refused if it changed."
    )


class AcceptanceSignInput(SignInput):
    criteria = criteria_field()


class DecisionInput(ActInput):
    """What a meeting decided on one sub-issue."""

    sub_issue = IdField()
    agreed = serializers.BooleanField()
    criteria = criteria_field()
    opinion = TextField(max_length=2000, required=False, allow_blank=True, default="")


class MeetingInput(serializers.Serializer):
    """An acceptance meeting and what it decided."""

    title = TextField(max_length=200)
    held_on = serializers.DateField()
    place = TextField(max_length=200, required=False, allow_blank=True, default="")
    chair = TextField(max_length=200)
    participants = serializers.ListField(
        child=IdField(),
        min_length=1,
        max_length=200,
        error_messages=dict.fromkeys(("required", "min_length"), _("Please tick who took part.")),
    )
    guests = TextField(max_length=5000, required=False, allow_blank=True, default="")
    decisions = DecisionInput(
        many=True,
        allow_empty=False,
        error_messages=dict.fromkeys(("required", "empty"), _("Please decide on one sub-issue at least.")),
    )

    def validate_decisions(self, decisions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        numbers = [decision["sub_issue"] for decision in decisions]
        if len(numbers) != len(set(numbers)) or len(numbers) > MOST_DECISIONS:
            raise serializers.ValidationError(_("Each sub-issue once, and 200 at most."))
        return decisions


class SuperiorFindingInput(ActInput):
    """What the superior found, on which day and by which paper."""

    finding = serializers.ChoiceField(
        choices=SuperiorFinding.choices,
        error_messages=dict.fromkeys(("required", "null", "invalid_choice"), _("Choose what the superior found.")),
    )
    found_on = serializers.DateField(
        error_messages=dict.fromkeys(("required", "null"), _("Please fill this in.")),
        help_text="The paper's day; neither before the feedback day nor in the future.",
    )
    paper = TextField(max_length=100, help_text="The number of the superior's paper.")
    note = TextField(max_length=2000, required=False, allow_blank=True, default="")


class PlanInput(ActInput):
    meeting = TextField(max_length=200)
    approved_on = serializers.DateField()
    number = TextField(max_length=100, required=False, allow_blank=True, default="")


class NoticeInput(ActInput):
    notice_on = serializers.DateField()


NOT_BEFORE_FEEDBACK = _("This lies before the feedback day %(day)s.")
NOT_IN_FUTURE = _("This lies in the future.")
