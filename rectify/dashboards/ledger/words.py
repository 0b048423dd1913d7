"""The round's figures and counts in words, and the totals that the papers name beside those that were loaded."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from issues.models import Finding, Heading, Round, SpecialPlan, SubIssue
from issues.states import SubIssueStatus
from measures.figures.round import RoundFigures
from measures.models import Measure
from measures.states import DONE, OMITTED, MeasureStatus


def sub_issues_in_words(count: int) -> str:
    return ngettext("%(count)d sub-issue", "%(count)d sub-issues", count) % {"count": count}


def _measures(count: int) -> str:
    return ngettext("%(count)d measure", "%(count)d measures", count) % {"count": count}


def _closed(count: int) -> str:
    return _("%(count)d closed") % {"count": count}


def branch_in_words(sub_issues: Counter[str], measures: Counter[str]) -> str:
    """What stands under a heading or a finding."""
    if not sub_issues:
        return _("no sub-issue yet")
    return _("%(sub_issues)s, %(sub_issues_closed)s; %(measures)s, %(measures_closed)s") % {
        "sub_issues": sub_issues_in_words(sub_issues.total()),
        "sub_issues_closed": _closed(sub_issues[SubIssueStatus.CLOSED]),
        "measures": _measures(measures.total()),
        "measures_closed": _closed(measures[MeasureStatus.CLOSED]),
    }


def hits_in_words(sub_issues: int, measures: int) -> str:
    """How much of a branch, or of the round, fits the filters."""
    return _("%(measures)s under %(sub_issues)s") % {
        "measures": _measures(measures),
        "sub_issues": sub_issues_in_words(sub_issues),
    }


def round_in_words(figures: RoundFigures) -> str:
    """The sentence that one could read aloud."""
    sub_issues, measures = figures.sub_issues, figures.measures
    return _(
        "Of %(sub_issues)d sub-issues %(sub_issues_closed)d are closed and %(sustained)d go on after the intensive "
        "period; of %(measures)d measures %(done)d are done, of which %(closed)d closed; %(overdue)d overdue, "
        "%(soon)d due within 10 days."
    ) % {
        "sub_issues": sub_issues["total"],
        "sub_issues_closed": sub_issues["closed"],
        "sustained": sub_issues["sustained"],
        "measures": measures["total"],
        "done": sum(measures[status] for status in DONE),
        "closed": measures["closed"],
        "overdue": figures.pressing["overdue"],
        "soon": figures.pressing["due_in_10_days"],
    }


def _figure(number: int, label: Any, url: str, tone: str = "") -> dict[str, Any]:
    return {"number": number, "label": label, "url": url, "tone": tone if number else ""}


def figure_lines(figures: RoundFigures) -> list[dict[str, Any]]:
    """Every figure of the round in three lines, each a link to the rows that it counts."""
    base = f"{reverse('ledger')}?round={figures.round.pk}{figures.moment.address()}"
    sub_issues, measures, pressing = figures.sub_issues, figures.measures, figures.pressing
    of_sub_issues = [_figure(sub_issues["total"], _("in all"), base)] + [
        _figure(sub_issues[status], status.label, f"{base}&sub_issue_status={status}") for status in SubIssueStatus
    ]
    total = _figure(measures["total"], _("in all"), base)
    total["delta"] = _("%(count)d in the approved plan") % {"count": measures["planned"]}
    done = sum(measures[status] for status in DONE)
    of_measures = [total, _figure(done, _("Done"), f"{base}&done=true")] + [
        _figure(measures[status], status.label, f"{base}&status={status}")
        for status in MeasureStatus
        if status not in OMITTED
    ]
    of_deadlines = [
        _figure(pressing["overdue"], _("Overdue"), f"{base}&overdue=true", "overdue"),
        _figure(
            pressing["due_in_10_days"],
            _("Due within %(days)s days") % {"days": 10},
            f"{base}&due_within=10",
            "due_soon",
        ),
        _figure(pressing["due_in_20_days"], _("Due within %(days)s days") % {"days": 20}, f"{base}&due_within=20"),
    ]
    return [
        {"name": _("Sub-issues"), "items": of_sub_issues},
        {"name": _("Measures"), "items": of_measures},
        {"name": _("Deadlines"), "items": of_deadlines},
    ]


def _count(rows: Any, round_: str = "round", what: Any = None) -> Subquery:
    grouped = rows.filter(**{round_: OuterRef("pk")}).order_by().values(round_)
    return Subquery(grouped.annotate(found=what or Count("pk")).values("found"))


def loaded_totals(round_: Round) -> dict[str, int]:
    """What the ledger of a round holds, in one statement."""
    documents = Count("document", distinct=True)
    counts = {
        "areas": _count(Heading.objects.filter(parent=None)),
        "topics": _count(Heading.objects.exclude(parent=None)),
        "findings": _count(Finding.objects.all()),
        "sub_issues": _count(SubIssue.objects.all()),
        "undisclosed": _count(SubIssue.objects.filter(disclosed=False)),
        "measures": _count(Measure.objects.filter(~Q(status__in=OMITTED)), "sub_issue__round"),
        "special_plans": _count(SpecialPlan.objects.all()),
        "documents": _count(Measure.objects.exclude(document=""), "sub_issue__round", documents),
    }
    columns = {f"number_of_{name}": number for name, number in counts.items()}
    found: Mapping[str, Any] = Round.objects.filter(pk=round_.pk).values(**columns)[0]
    return {name: found[f"number_of_{name}"] or 0 for name in counts}


# The names under which the papers' totals are kept, and what the ledger counts for each; None: it keeps no such thing.
DECLARED: Mapping[str, tuple[Any, str | None]] = {
    "findings_as_reported": (gettext_lazy("Findings, as handed over"), "findings"),
    "items": (gettext_lazy("Findings, as listed"), "findings"),
    "sub_issues": (gettext_lazy("Sub-issues"), "sub_issues"),
    "measures": (gettext_lazy("Measures"), "measures"),
    "special_plans": (gettext_lazy("Special plans"), "special_plans"),
    "institutional_documents": (gettext_lazy("Institutional documents"), "documents"),
    "suggestion_aspects": (gettext_lazy("Aspects of the suggestions"), None),
    "requirements": (gettext_lazy("Requirements"), None),
}


@dataclass(frozen=True)
class Total:
    """One total of the papers beside the ledger's own.

    Args:
        counted: the ledger's; None where it keeps no such thing.
    """

    label: Any
    declared: Any
    counted: int | None

    @property
    def differs(self) -> bool:
        return self.counted is not None and self.declared != self.counted


@dataclass(frozen=True)
class Reconciliation:
    """The papers' totals held against the ledger's: a sentence, and line by line."""

    sentence: str
    totals: list[Total]


def reconcile(declared: Mapping[str, Any], loaded: Mapping[str, int]) -> Reconciliation:
    """Holds what the papers declare against what was loaded; nothing that was declared is left out."""
    totals: dict[str, Total] = {}
    for name, number in declared.items():
        label, counted = DECLARED.get(name, (name, None))
        totals[name] = Total(label, number, loaded[counted] if counted else None)
    parts = []
    first, second = declared.get("findings_as_reported"), declared.get("items")
    twice = first is not None and second is not None and first != second
    if twice:
        words = _("the papers name %(first)s findings once and %(second)s once, the ledger holds %(loaded)d")
        parts.append(words % {"first": first, "second": second, "loaded": loaded["findings"]})
    for name, total in totals.items():
        if total.differs and not (twice and name in ("findings_as_reported", "items")):
            words = _("%(label)s: the papers name %(declared)s, the ledger holds %(counted)s")
            parts.append(words % {"label": total.label, "declared": total.declared, "counted": total.counted})
    if loaded["undisclosed"]:
        words = _("%(count)d of %(total)d sub-issues are not public")
        parts.append(words % {"count": loaded["undisclosed"], "total": loaded["sub_issues"]})
    words = pgettext("between clauses", "; ").join(parts)
    sentence = pgettext("sentence", "%(words)s.") % {"words": words[0].upper() + words[1:]} if parts else ""
    return Reconciliation(sentence, [*totals.values()])
