"""What the acts of looking back take; the same for pages and the API."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from rectify.workflow.guards import ActInput, IdField, TextField

from ..models import Finding


def cleared(data: Any, *names: str) -> Any:
    """The input without those of these fields that are empty: a form sends an empty text where nothing was given."""
    return {name: value for name, value in data.items() if not (name in names and value == "")}


class DrawInput(serializers.Serializer):
    """A sample of the measures of a round that are closed now."""

    round = IdField()
    size = serializers.IntegerField(
        min_value=1,
        error_messages={
            "invalid": _("Give a whole number."),
            "min_value": _("Draw one measure at least."),
            "max_string_length": _("Give a whole number."),
        },
    )
    title = TextField(max_length=200, required=False, allow_blank=True, default="")
    seed = TextField(
        max_length=64, required=False, allow_blank=True, default="", help_text="Left out, one is made at random."
    )


class CheckInput(ActInput):
    result = serializers.ChoiceField(choices=[Finding.HOLDS.value, Finding.RELAPSED.value])
    note = TextField(max_length=5000)


class RemarkInput(serializers.Serializer):
    """A remark on a measure, which its lead department must answer."""

    measure = IdField()
    text = TextField(max_length=5000)
    item = IdField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The sampled measure upon which it is made.",
    )
    answer_due_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="Left out, as many days ahead as the round gives."
    )

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(cleared(data, "item", "answer_due_on"))


class AnswerInput(ActInput):
    answer = TextField(max_length=5000)


class AnswerFileInput(AnswerInput):
    """An answer and what proves it, as a form."""

    file = serializers.FileField(required=False)


class SendBackInput(ActInput):
    reason = TextField(max_length=2000)
    answer_due_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="Left out, as many days ahead as the round gives."
    )

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(cleared(data, "answer_due_on"))
