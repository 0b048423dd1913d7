"""What the acts on measures take; the same for pages, the API and commands."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from issues.models import Paper
from rectify.workflow.guards import ActInput, ChosenFile, IdField, TextField

MOST_PAPER_ITEMS = 200
# The kinds of outcome that the ledger of a filing client counts, each with its unit.
OUTCOME_UNITS = {
    "rules": _("rules made or revised"),
    "loss_recovered": _("10,000 yuan recovered"),
    "held_accountable": _("people held accountable"),
    "by_analogy": _("things put right by analogy"),
    "special_campaigns": _("special campaigns"),
}
# What is measured, not counted; in units of 10,000 yuan, down to one yuan.
MEASURED = frozenset({"loss_recovered"})


class StageReportInput(ActInput):
    """How a stage goes: what was done, what is next, what is in the way."""

    done = TextField(max_length=5000)
    next_step = TextField(max_length=5000, required=False, allow_blank=True, default="")
    difficulty = TextField(max_length=5000, required=False, allow_blank=True, default="")
    reason = TextField(
        max_length=2000, required=False, allow_blank=True, default="", help_text="why nothing moved, or fell back"
    )


class ReportInput(StageReportInput):
    """A progress report: percent (none for long-term measures), what was done, what is next, what is in the way."""

    progress = serializers.IntegerField(min_value=0, max_value=100, required=False, allow_null=True, default=None)
    happened_on = serializers.DateField(required=False, allow_null=True, default=None)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(empty_as_none(data, "progress", "happened_on"))


class CorrectionInput(ReportInput):
    """The right values of a report that was wrong, the row that they replace, and why."""

    replaces = serializers.IntegerField(min_value=1, help_text="The sequence number of the history row to replace.")
    reason = TextField(max_length=2000)


class CompletionInput(ActInput):
    note = TextField(max_length=5000)


class PaperItem(serializers.Serializer):
    """One request whose next step was signed on paper, and the version of what is named.

    Of a measure or a sub-issue it is the closure or acceptance under review.
    """

    NAMES = ("measure", "sub_issue", "extension", "long_term")

    measure = IdField(required=False, allow_null=True)
    sub_issue = IdField(required=False, allow_null=True)
    extension = IdField(required=False, allow_null=True)
    long_term = IdField(required=False, allow_null=True)
    version = serializers.IntegerField(min_value=1)
    signer = IdField(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if sum(bool(attrs.get(name)) for name in self.NAMES) != 1:
            raise serializers.ValidationError(_("Name one measure, sub-issue, extension or move to long term."))
        return attrs


class ScanInput(serializers.Serializer):
    """A scan on which something was signed."""

    kind = serializers.ChoiceField(choices=Paper.PaperKind.choices, default=Paper.PaperKind.SHEET)
    title = TextField(max_length=200)
    signed_on = serializers.DateField()
    participants = TextField(max_length=5000, required=False, allow_blank=True, default="")
    comment = TextField(max_length=2000, required=False, allow_blank=True, default="")
    file = ChosenFile(_("Please upload the scan."))


class SheetInput(ScanInput, ActInput):
    """A signed sheet for one request."""

    signer = IdField(required=False, allow_null=True, default=None)


class PaperInput(ScanInput):
    """A scan, and every request whose next step was signed on it."""

    items = PaperItem(
        many=True,
        allow_empty=False,
        error_messages=dict.fromkeys(("required", "empty"), _("Please tick what the paper signs.")),
    )

    def validate_items(self, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len(items) > MOST_PAPER_ITEMS:
            raise serializers.ValidationError(_("A paper carries 200 signatures at most."))
        return items


class ClosureInput(ActInput):
    note = TextField(max_length=5000)
    outcomes = serializers.DictField(
        child=serializers.DecimalField(max_digits=16, decimal_places=4, coerce_to_string=True),
        required=False,
        default=dict,
        help_text="Outcome -> quantity, each greater than 0 and whole except loss_recovered: "
        + ", ".join(OUTCOME_UNITS),
    )

    def validate_outcomes(self, outcomes: dict[str, Any]) -> dict[str, str]:
        for name, quantity in outcomes.items():
            if name not in OUTCOME_UNITS:
                raise serializers.ValidationError(_("Unknown outcome: %(name)s.") % {"name": name})
            if quantity <= 0:
                raise serializers.ValidationError(_("A ticked outcome needs a quantity greater than 0."))
            if name not in MEASURED and quantity != quantity.to_integral_value():
                words = _("“%(outcome)s” is counted: give a whole number.")
                raise serializers.ValidationError(words % {"outcome": OUTCOME_UNITS[name]})
        return {name: format(quantity.normalize(), "f") for name, quantity in outcomes.items()}


class ExtensionInput(ActInput):
    """Until when, and why."""

    due_on = serializers.DateField()
    reason = TextField(max_length=2000)


class LongTermInput(ActInput):
    """What is to be reached by the next review, the day on which it ends where one is known, and why."""

    stage_goal = TextField(max_length=2000)
    review_on = serializers.DateField()
    final_on = serializers.DateField(required=False, allow_null=True, default=None)
    reason = TextField(max_length=2000)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(empty_as_none(data, "final_on"))


class StageInput(ActInput):
    """Whether the stage goal is met, what was found, and the next stage."""

    met = serializers.BooleanField()
    note = TextField(max_length=5000)
    stage_goal = TextField(max_length=2000, required=False, allow_blank=True, default="")
    review_on = serializers.DateField(required=False, allow_null=True, default=None)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(empty_as_none(data, "review_on"))


def empty_as_none(data: Any, *names: str) -> dict[str, Any]:
    """Input with None where a form sent an empty text because nothing was chosen."""
    return {**data, **{name: None for name in names if data.get(name) == ""}}
