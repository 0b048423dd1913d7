"""What the acts on rounds and sub-issues take; the same for pages, the API and commands."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from rectify.workflow.guards import ActInput, TextField

from .states import SubIssueStatus


class AcceptanceInput(ActInput):
    note = TextField(max_length=5000)
    result = serializers.ChoiceField(
        choices=[SubIssueStatus.CLOSED.value, SubIssueStatus.SUSTAINED.value],
        default=SubIssueStatus.CLOSED.value,
        help_text="closed, or sustained where the intensive period's work is done and the rest goes on",
    )


class SignInput(ActInput):
    comment = TextField(max_length=2000, required=False, allow_blank=True, default="")


class PlanInput(ActInput):
    meeting = TextField(max_length=200)
    approved_on = serializers.DateField()
    number = TextField(max_length=100, required=False, allow_blank=True, default="")


class NoticeInput(ActInput):
    notice_on = serializers.DateField()


NOT_BEFORE_FEEDBACK = _("This lies before the feedback day %(day)s.")
NOT_IN_FUTURE = _("This lies in the future.")
