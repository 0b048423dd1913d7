"""The home of the rectification office."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from measures.states import MeasureStatus
from rectify.organization.models import RoleAssignment
from rectify.workflow.signing import Signer

from . import pressing, waiting, week
from .changes import changes, since_by_name
from .desk import Desk, Named, Part
from .whole import intensive_sentence, round_sentence

FORTNIGHT = timedelta(days=14)
# In the table of departments what presses stands first.
COLUMNS = (
    MeasureStatus.NOT_STARTED,
    MeasureStatus.IN_PROGRESS,
    MeasureStatus.COMPLETED,
    MeasureStatus.IN_REVIEW,
    MeasureStatus.CLOSED,
    MeasureStatus.SUSTAINED,
)


@dataclass(frozen=True)
class Cell:
    """A count and where its rows are."""

    label: Any
    number: int
    url: str
    tone: str = ""


def parts(desk: Desk, assignments: Iterable[RoleAssignment]) -> list[Part]:
    """One part, however many assignments to the office a person has."""
    if not list(assignments):
        return []
    to_sign = waiting.to_sign(desk, Signer.OFFICE)
    relapses = waiting.looked_back(desk, "relapse")
    return [
        Part(
            template="home/office.html",
            heading=_("Progress of the departments"),
            lead=round_sentence(desk),
            pressing=len(to_sign) + len(relapses),
            facts={
                "week": week.of_round(desk),
                "sentences": pressing.for_office(desk),
                "period": intensive_sentence(desk),
                "to_sign": to_sign,
                "relapses": relapses,
                "columns": department_columns(desk),
                "departments": department_rows(desk),
                "since": since_by_name(desk, changes(desk)),
                "stalled": _stalled(desk),
                "difficulties": difficulties(desk),
            },
        )
    ]


def department_columns(desk: Desk) -> list[Any]:
    """The states that some department has a measure in; closed always."""
    return [status for status in COLUMNS if desk.figures.measures[status] or status == MeasureStatus.CLOSED]


def department_rows(desk: Desk) -> list[dict[str, Any]]:
    """The departments with their counts, worst first: late ones, then open ones, then in the organisation's order."""
    settled = (MeasureStatus.CLOSED, MeasureStatus.SUSTAINED)

    def worst(group: dict[str, Any]) -> tuple[int, int]:
        return -group["overdue"], sum(group[status] for status in settled) - group["total"]

    rows = []
    for group in sorted(desk.figures.by_department, key=worst):
        mine = {"lead_department": group["id"]}
        cells = [Cell(_("Overdue"), group["overdue"], desk.ledger(**mine, overdue="true"), "overdue")]
        cells += [
            Cell(status.label, group[status], desk.ledger(**mine, status=status.value))
            for status in department_columns(desk)
        ]
        cells.append(Cell(_("Total"), group["total"], desk.ledger(**mine)))
        rows.append({"name": group["name"], "url": desk.ledger(**mine), "cells": cells, "late": group["overdue"]})
    return rows


def _open(desk: Desk) -> Any:
    """Those on which reports are due."""
    states = (MeasureStatus.NOT_STARTED, MeasureStatus.IN_PROGRESS)
    return desk.measures().filter(**{f"{desk.column('status')}__in": states})


def _stalled(desk: Desk) -> Named:
    """Open ones without a report for a fortnight, the longest silent first."""
    reported = desk.column("reported_on")
    silent = Q(**{f"{reported}__lt": desk.on - FORTNIGHT}) | Q(**{f"{reported}__isnull": True})
    return desk.named(_open(desk).filter(silent).order_by(F(reported).asc(nulls_first=True), "pk"))


def difficulties(desk: Desk) -> Named:
    """What the newest reports of a fortnight name as a difficulty, newest first."""
    reported, difficulty = desk.column("reported_on"), desk.column("difficulty")
    rows = _open(desk).filter(**{f"{reported}__gte": desk.on - FORTNIGHT}).exclude(**{difficulty: ""})
    return desk.named(rows.order_by(F(reported).desc(), "pk"))
