"""Forms of the pages: what was typed, what was wrong with it, and where to go afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from rectify.workflow.refusals import Refusal, Stale

from ..inputs import OUTCOME_UNITS

MAX_SHOWN_BACK = 20_000


@dataclass
class Filled:
    """A form as it was sent.

    Args:
        act: which act it asks for; empty for none.
        values: what was typed, by field.
        refusal: why it was refused, None before it was sent.
        beside: it does not stand among the acts of the page but further down, and tells there what was wrong.
    """

    act: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    refusal: Refusal | None = None
    beside: bool = False

    @property
    def status(self) -> int:
        return self.refusal.status if self.refusal else 200

    @property
    def errors(self) -> dict[str, list[Any]]:
        return self.refusal.errors if self.refusal else {}

    @property
    def stale(self) -> bool:
        return isinstance(self.refusal, Stale)

    @property
    def problem(self) -> Any:
        """What is wrong with the whole rather than with a field."""
        if self.refusal is None or self.errors.keys() - {"version", "form"}:
            return ""
        if self.stale:
            return _("Somebody else changed this meanwhile. What you typed is still here; look again, then send it.")
        if "version" in self.errors:
            return _("The form did not say which version it is about; please send it again.")
        return self.refusal.detail

    @property
    def typed_words(self) -> list[str]:
        """The words that would be lost where the form itself cannot be shown again."""
        names = ("note", "comment", "reason", "done", "next_step", "difficulty", "stage_goal", "answer", "text")
        return [str(self.values[name]) for name in names if self.values.get(name)] if self.refusal else []


def typed(request: HttpRequest) -> dict[str, Any]:
    """The fields of a form as an act takes them: outcomes gathered, chosen reasons before one's own words."""
    data: dict[str, Any] = request.POST.dict()
    outcomes = {name: data.get(f"outcome-{name}", "").strip() for name in OUTCOME_UNITS}
    data["outcomes"] = {name: quantity for name, quantity in outcomes.items() if quantity}
    if "criteria_shown" in data:
        data["criteria"] = request.POST.getlist("criteria")
    chosen = [text for text in request.POST.getlist("stock") if text]
    if chosen:
        data["own_words"], data["chosen"] = data.get("reason", ""), chosen
        data["reason"] = "\n".join([*chosen, data["own_words"]]).strip()
    return data


def shown_back(data: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, for the form that comes back."""
    values = {
        name: value.replace("\0", "")[:MAX_SHOWN_BACK] if isinstance(value, str) else value
        for name, value in data.items()
    }
    values["reason"] = values.get("own_words", values.get("reason", ""))
    return values


def next_address(request: HttpRequest, otherwise: str) -> str:
    """Where a form asks to go afterwards, if that lies within this site."""
    wanted = request.POST.get("next", "")
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return otherwise
