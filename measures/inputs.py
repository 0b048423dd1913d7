"""What the acts on measures take; the same for pages, the API and commands."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from rectify.workflow.guards import ActInput, TextField

# The kinds of outcome that the ledger of a filing client counts, each with its unit.
OUTCOME_UNITS = {
    "rules": _("rules made or revised"),
    "loss_recovered": _("10,000 yuan recovered"),
    "held_accountable": _("people held accountable"),
    "by_analogy": _("things put right by analogy"),
    "special_campaigns": _("special campaigns"),
}


class ReportInput(ActInput):
    """A progress report: percent (none for long-term measures), what was done, what is next, what is in the way."""

    progress = serializers.IntegerField(min_value=0, max_value=100, required=False, allow_null=True, default=None)
    done = TextField(max_length=5000)
    next_step = TextField(max_length=5000, required=False, allow_blank=True, default="")
    difficulty = TextField(max_length=5000, required=False, allow_blank=True, default="")
    happened_on = serializers.DateField(required=False, allow_null=True, default=None)

    def to_internal_value(self, data: Any) -> Any:
        # A form sends an empty text where nothing was chosen.
        cleared = {name: None for name in ("progress", "happened_on") if data.get(name) == ""}
        return super().to_internal_value({**data, **cleared})


class CorrectionInput(ReportInput):
    """The right values of a report that was wrong, the row that they replace, and why."""

    replaces = serializers.IntegerField(min_value=1, help_text="The sequence number of the history row to replace.")
    reason = TextField(max_length=2000)


class CompletionInput(ActInput):
    note = TextField(max_length=5000)


class ClosureInput(ActInput):
    note = TextField(max_length=5000)
    outcomes = serializers.DictField(
        child=serializers.DecimalField(max_digits=14, decimal_places=2, coerce_to_string=True),
        required=False,
        default=dict,
        help_text="Outcome -> quantity, each greater than 0: " + ", ".join(OUTCOME_UNITS),
    )

    def validate_outcomes(self, outcomes: dict[str, Any]) -> dict[str, str]:
        for name, quantity in outcomes.items():
            if name not in OUTCOME_UNITS:
                raise serializers.ValidationError(_("Unknown outcome: %(name)s.") % {"name": name})
            if quantity <= 0:
                raise serializers.ValidationError(_("A ticked outcome needs a quantity greater than 0."))
        return {name: format(quantity.normalize(), "f") for name, quantity in outcomes.items()}
