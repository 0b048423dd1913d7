"""The home of an inspection auditor: what the figures rest on, and where to look first."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from issues.models import RoundHistory, SubIssueHistory
from measures.doubts import counts as counted_doubts
from measures.look_back.reading import with_progress
from measures.models import LookBack, MeasureHistory
from measures.states import MeasureStatus
from rectify.dashboards.ledger.words import loaded_totals
from rectify.organization.models import RoleAssignment

from . import waiting
from .desk import Desk, Part
from .whole import round_sentence

# A home shows the newest; the page of look-backs has all.
LISTED_SAMPLES = 5


@dataclass(frozen=True)
class Total:
    """One step from what was reported to what is done about it."""

    number: int
    label: str
    note: str = ""


def parts(desk: Desk, assignments: Iterable[RoleAssignment]) -> list[Part]:
    """One part, however many assignments a person has."""
    if not list(assignments):
        return []
    answers = waiting.looked_back(desk, "answer")
    return [
        Part(
            template="home/audit.html",
            heading=_("Check of the rectification"),
            lead=round_sentence(desk),
            pressing=len(answers),
            facts={
                "totals": _totals(desk),
                "split_table_url": desk.address("split-table"),
                "digest": desk.figures.digest,
                "on": desk.on,
                "rows": _history_rows(desk),
                "counts": _counts(desk),
                # What is doubtful is judged by everything that is known today.
                "doubts": [] if desk.is_past else _doubts(desk),
                "look_backs": [] if desk.is_past else _look_backs(desk),
                "look_backs_url": f"{desk.address('look-backs')}#draw",
                "answers": answers,
                "is_past": desk.is_past,
            },
        )
    ]


def _totals(desk: Desk) -> list[Total]:
    """From the findings that the papers name to the measures in the ledger."""
    declared, figures, loaded = desk.round.declared, desk.figures, loaded_totals(desk.round)
    undisclosed, planned = loaded["undisclosed"], figures.measures["planned"]
    found = []
    if reported := declared.get("findings_as_reported"):
        found.append(Total(reported, _("findings, as the report counts them")))
    found.append(Total(loaded["findings"], _("findings in the ledger")))
    not_public = ngettext("%(n)d of them not public", "%(n)d of them not public", undisclosed) % {"n": undisclosed}
    found.append(Total(figures.sub_issues["total"], _("sub-issues"), not_public if undisclosed else ""))
    as_planned = _("approved plan: %(n)d") % {"n": planned}
    found.append(Total(figures.measures["total"], _("measures"), as_planned if planned else ""))
    return found


def _doubts(desk: Desk) -> list[dict[str, Any]]:
    """The kinds of signs of paper rectification with their numbers, each leading to its rows."""
    return [
        {"label": doubt.label, "number": number, "url": desk.address("doubts", {"kind": doubt.kind})}
        for doubt, number in counted_doubts(desk.round)
    ]


def _look_backs(desk: Desk) -> list[Any]:
    """The newest samples with how far they were checked."""
    return list(with_progress(LookBack.objects.filter(round=desk.round))[:LISTED_SAMPLES])


def _history_rows(desk: Desk) -> int:
    """How many rows of history the round has, as known at the moment: one statement."""
    rows: list[Any] = [
        RoundHistory.objects.filter(round=desk.round),
        SubIssueHistory.objects.filter(sub_issue__round=desk.round),
        MeasureHistory.objects.filter(sub_issue__round=desk.round),
    ]
    if (known_at := desk.scope.moment.known_at) is not None:
        rows = [each.filter(recorded_at__lte=known_at) for each in rows]
    first, *others = [each.order_by().values("hash") for each in rows]
    return first.union(*others, all=True).count()


def _counts(desk: Desk) -> list[dict[str, Any]]:
    """The measures by state, each count with its rows."""
    counts, pressing = desk.figures.measures, desk.figures.pressing
    shown = [
        {"number": counts[status], "label": status.label, "url": desk.ledger(status=status.value)}
        for status in MeasureStatus
        if counts.get(status)
    ]
    late = pressing["overdue"]
    if late:
        late_row = {"number": late, "label": _("Overdue"), "url": desk.ledger(overdue="true"), "tone": "overdue"}
        shown.append(late_row)
    return shown
