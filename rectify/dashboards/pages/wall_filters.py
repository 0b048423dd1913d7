"""The filters above the wall chart: those of the ledger that a meeting asks for, and whatever else the address sets."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from issues.states import Kind
from measures.states import OPEN, MeasureStatus

from ..figures.wall import Around, active_filters
from ..ledger.filters import LABELS, Chip, Choices, FilterBar, Switch, address

ONLY_OPEN = ",".join(status.value for status in MeasureStatus if status in OPEN)
SWITCHES: Mapping[str, Any] = {
    "overdue": gettext_lazy("Overdue"),
    "behind": pgettext_lazy("of measures", "Behind"),
}
MORE_LABELS: Mapping[str, Any] = {
    "overdue_original": gettext_lazy("Overdue by the plan"),
    "behind": pgettext_lazy("of measures", "Behind"),
    "outcome": gettext_lazy("Outcomes"),
}


def wall_filters(around: Around, params: QueryDict) -> FilterBar:
    """The chips and switches with what the address chose."""
    departments, leaders = around.departments, around.leaders
    choices: dict[str, Choices] = {
        "heading": [(pk, f"{'　' if parent else ''}{number} {title}") for pk, parent, number, title in around.headings],
        "lead_department": [(each["key"], each["name"]) for each in departments],
        "responsible_leader": [(each["key"], each["title"]) for each in leaders],
        "kind": [(kind.value, str(kind.label)) for kind in Kind],
        "status": [(status.value, str(status.label)) for status in MeasureStatus],
    }
    ids = {
        "lead_department": {str(each["id"]): each["name"] for each in departments},
        "responsible_leader": {str(each["id"]): each["title"] for each in leaders},
    }
    only_open = params.get("status", "") == ONLY_OPEN
    chips = []
    for name, options in choices.items():
        value = "" if name == "status" and only_open else params.get(name, "").strip()
        chips.append(Chip(name, LABELS[name], value, _shown(value, options, ids.get(name, {})), options))
    active = active_filters(params)
    return FilterBar(
        chips=chips,
        switches=[
            Switch(_("Only open"), address(params, status="" if only_open else ONLY_OPEN), only_open),
            *_switches(params),
            *_others(params, [name for name in active if name not in choices and name not in SWITCHES]),
        ],
        search="",
        order="",
        order_url="",
        clear_url=address(params, without=active),
        any=bool(active),
    )


def _shown(value: str, choices: Choices, ids: Mapping[str, str]) -> str:
    words = {str(choice): str(label).strip() for choice, label in choices} | dict(ids)
    return "、".join(words.get(part, part) for part in value.split(","))


def _switches(params: QueryDict) -> Iterable[Switch]:
    for name, label in SWITCHES.items():
        on = params.get(name, "").strip().lower() in ("true", "1")
        yield Switch(str(label), address(params, **{name: "" if on else "true"}), on)


def _others(params: QueryDict, names: Iterable[str]) -> Iterable[Switch]:
    """What has no chip of its own is said too, and can be taken away."""
    for name in names:
        label = LABELS.get(name) or MORE_LABELS.get(name, name)
        words = _("%(label)s: %(value)s") % {"label": label, "value": params[name]}
        yield Switch(words, address(params, without=[name]), True)
