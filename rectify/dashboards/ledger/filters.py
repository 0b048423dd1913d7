"""The filters of the ledger page: those of the list of measures, in words above the table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from issues.filters import SUPERIOR_CHOICES
from issues.models import Heading, Round, SubIssue
from issues.scope import Scope
from issues.states import Kind, SubIssueStatus
from measures.states import MeasureStatus
from rectify.organization.models import Department, Leader

Choices = list[tuple[Any, str]]

# Words for the parameters, also those that have no chip of their own.
LABELS: Mapping[str, Any] = {
    "heading": gettext_lazy("Heading"),
    "kind": gettext_lazy("Kind"),
    "status": gettext_lazy("Status of the measure"),
    "sub_issue_status": gettext_lazy("Status of the sub-issue"),
    "superior_finding": gettext_lazy("Superior's finding"),
    "lead_department": gettext_lazy("Lead department"),
    "responsible_department": gettext_lazy("Responsible department"),
    "responsible_leader": gettext_lazy("Responsible leader"),
    "special_plan": gettext_lazy("Special plan"),
    "overdue": gettext_lazy("Overdue"),
    "due_within": gettext_lazy("Due within"),
    "due_before": gettext_lazy("Due on or before"),
    "due_after": gettext_lazy("Due on or after"),
    "done": gettext_lazy("Done"),
    "finding": gettext_lazy("Finding"),
    "sub_issue": gettext_lazy("Sub-issue"),
    "organization": gettext_lazy("Organisation"),
    "search": gettext_lazy("Search"),
    "ordering": pgettext_lazy("of a list", "Order"),
    "as_of": gettext_lazy("As of"),
    "known_at": gettext_lazy("Known at"),
}
ORDERINGS: Mapping[str, Any] = {
    "number": gettext_lazy("No."),
    "due_on": gettext_lazy("Deadline"),
    "status": gettext_lazy("Status"),
    "kind": gettext_lazy("Kind"),
    "progress": gettext_lazy("Progress"),
    "reported_on": gettext_lazy("Last report"),
    "closed_on": gettext_lazy("Closed on"),
}
# What narrows the tree by its branches alone; then a sub-issue shows even when nothing is under it.
OF_BRANCHES: Mapping[str, str] = {
    "sub_issue_status": "status",
    "superior_finding": "superior_finding",
    "heading": "heading",
    "finding": "finding",
}
NOT_FILTERS = frozenset({"round", "as_of", "known_at", "page", "page_size", "format", "ordering"})


@dataclass(frozen=True)
class Names:
    """The departments and leaders of a round's organisation by id, read once for the chips and for all rows."""

    departments: dict[int, Department]
    leaders: dict[int, Leader]

    @classmethod
    def of(cls, round_: Round) -> "Names":
        departments = Department.objects.filter(organization=round_.organization_id)
        leaders = Leader.objects.filter(organization=round_.organization_id)
        return cls({each.pk: each for each in departments}, {each.pk: each for each in leaders})

    def give_to(self, rows: Iterable[Any]) -> None:
        """Sets the lead department and the responsible leader of measures or sub-issues."""
        for row in rows:
            row.lead_department = self.departments[row.lead_department_id]
            row.responsible_leader = self.leaders[row.responsible_leader_id]


def sub_issues_of(scope: Scope) -> Any:
    """The sub-issues of the scope's round, with their state then where the moment is past."""
    sub_issues: Any = SubIssue.objects.filter(round=scope.round)
    return sub_issues.as_of(scope.moment.on, scope.moment.known_at) if scope.moment.is_past else sub_issues


def active_filters(params: Mapping[str, str]) -> list[str]:
    """The filters that the address sets, in the order of their words."""
    return [name for name in LABELS if name not in NOT_FILTERS and params.get(name, "").strip()]


def address(params: QueryDict, *, without: Iterable[str] = (), **changes: Any) -> str:
    """The query string with some parameters changed; an empty value takes a parameter away."""
    new = params.copy()
    for name in (*without, "page", *changes):
        new.pop(name, None)
    for name, value in changes.items():
        if value != "":
            new[name] = str(value)
    return f"?{new.urlencode()}"


@dataclass(frozen=True)
class Chip:
    """One filter that is chosen from a list or typed.

    Args:
        value: as it stands in the address.
        shown: the value in words.
    """

    name: str
    label: Any
    value: str
    shown: str
    choices: Choices = field(default_factory=list)
    kind: str = ""


@dataclass(frozen=True)
class Switch:
    """One filter that is on or off."""

    label: str
    url: str
    on: bool


@dataclass(frozen=True)
class FilterBar:
    """The sentence of filters above the table."""

    chips: list[Chip]
    switches: list[Switch]
    search: str
    order: str
    order_url: str
    clear_url: str
    any: bool


def _choices_of(rows: Iterable[Any], name: str) -> Choices:
    return [(row.key, getattr(row, name)) for row in rows]


def _shown(value: str, choices: Choices, ids: Mapping[str, str]) -> str:
    words = {str(choice): str(label).strip() for choice, label in choices} | dict(ids)
    return "、".join(words.get(part, part) for part in value.split(","))


def filter_bar(names: Names, params: QueryDict, headings: Iterable[Heading], plans: Iterable[Any]) -> FilterBar:
    """The chips for a round, with what the address chose."""
    departments, leaders = names.departments.values(), names.leaders.values()
    department_choices = _choices_of(departments, "name")
    ids = {
        "lead_department": {str(d.pk): d.name for d in departments},
        "responsible_department": {str(d.pk): d.name for d in departments},
        "responsible_leader": {str(leader.pk): leader.title for leader in leaders},
    }
    choices: dict[str, Choices] = {
        "heading": [(h.pk, f"{'　' if h.parent_id else ''}{h.number} {h.title}") for h in headings],
        "sub_issue_status": [(s.value, str(s.label)) for s in SubIssueStatus],
        "superior_finding": [(value, str(label)) for value, label in SUPERIOR_CHOICES],
        "status": [(s.value, str(s.label)) for s in MeasureStatus],
        "kind": [(k.value, str(k.label)) for k in Kind],
        "responsible_leader": _choices_of(leaders, "title"),
        "lead_department": department_choices,
        "responsible_department": department_choices,
        "special_plan": [(plan.pk, plan.title) for plan in plans],
    }
    chips = []
    for name, options in choices.items():
        value = params.get(name, "").strip()
        if options or value:
            chips.append(Chip(name, LABELS[name], value, _shown(value, options, ids.get(name, {})), options))
    for name in ("due_before", "due_after"):
        if value := params.get(name, "").strip():
            chips.append(Chip(name, LABELS[name], value, value, kind="date"))
    ordering = params.get("ordering", "").strip()
    return FilterBar(
        chips=chips,
        switches=_switches(params),
        search=params.get("search", ""),
        order=_order_in_words(ordering),
        order_url=address(params, without=["ordering"]),
        clear_url=address(params, without=[*LABELS.keys() - {"as_of", "known_at"}]),
        any=bool(active_filters(params) or ordering),
    )


def _switches(params: QueryDict) -> list[Switch]:
    overdue = params.get("overdue", "").strip().lower() in ("true", "1")
    switches = [Switch(_("Overdue"), address(params, overdue="" if overdue else "true"), overdue)]
    within = params.get("due_within", "").strip()
    for days in sorted({"10", "20", within} - {""}, key=lambda text: (len(text), text)):
        words = _("Due within %(days)s days") % {"days": days}
        switches.append(Switch(words, address(params, due_within="" if within == days else days), within == days))
    for name in ("done", "finding", "sub_issue", "organization"):
        if value := params.get(name, "").strip():
            words = _("%(label)s: %(value)s") % {"label": LABELS[name], "value": _yes_or_no(value)}
            switches.append(Switch(words, address(params, without=[name]), True))
    return switches


def _yes_or_no(value: str) -> str:
    return {"true": _("yes"), "false": _("no")}.get(value.lower(), value)


def _order_in_words(ordering: str) -> str:
    words = []
    for part in ordering.split(","):
        if label := ORDERINGS.get(part.removeprefix("-").strip()):
            form = _("%(column)s, descending") if part.startswith("-") else _("%(column)s, ascending")
            words.append(form % {"column": label})
    return "、".join(words)


def export_urls(scope: Scope, params: QueryDict) -> dict[str, str]:
    """Where the rows that are shown are had as files."""
    round_id = scope.round.pk if scope.round else ""
    # The page passes over what it does not know; the list of the API refuses it.
    own = [name for name in params if name not in LABELS]
    return {
        kind: "/api/v1/measures/" + address(params, without=own, round=round_id, format=kind)
        for kind in ("xlsx", "csv")
    }
