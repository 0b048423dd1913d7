"""The twin's weeks so far: the two full weeks before its day, opened, confirmed and frozen, and the brief of the last.

The present week is left to the office to open: no schedule is kept, so that nothing happens by itself.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from rectify.dispatch.calendar import working_days
from rectify.dispatch.freezing import freeze_week
from rectify.dispatch.models import Dispatch, Line, Schedule
from rectify.dispatch.opening import open_week
from rectify.dispatch.reporting import confirm
from rectify.dispatch.schedules import span
from rectify.dispatch.states import LineState
from rectify.dispatch.weeks import CHINA, Week, moments_of
from rectify.documents.briefs import draw_up, issue

from .stage import Stage
from .story import Scene

TOLD = 2
DAY = timedelta(days=1)
WEDNESDAY = 2 * DAY
# Office hours begin before the reports of the day, and freezing comes after all that a day brings.
OPENED, CONFIRMED, FROZEN, BRIEFED = -4, 70, 80, 60
# Their heads did not get to it, in the earlier week and in the later one; a week that is frozen says so.
NOT_CONFIRMED: tuple[frozenset[str], ...] = (frozenset({"center", "enforcement"}), frozenset({"enforcement"}))


class DispatchStage(Stage):
    """A round on which weeks are dispatched too."""

    def _open_week(self, scene: Scene) -> None:
        week = Week.of(scene.on + self.shift)
        act = self.act_by("office", scene.on, scene.order)
        open_week(act, self.round.pk, {"year": week.year, "week": week.number})

    def _confirm_week(self, scene: Scene) -> None:
        week = self._open()
        lines = Line.objects.filter(dispatch=week).with_state().filter(state=LineState.TO_CONFIRM)
        for line in lines.exclude(department__key__in=scene.facts["not"]).select_related("department").order_by("pk"):
            head = self.act_by(f"head-{line.department.key}", scene.on, scene.order)
            confirm(head, line.pk, {"version": line.version})

    def _freeze_week(self, scene: Scene) -> None:
        week = self._open()
        freeze_week(self.act_by("office", scene.on, scene.order), week.pk, {"version": week.version})

    def _issue_brief(self, scene: Scene) -> None:
        office = self.act_by("office", scene.on, scene.order)
        week = Dispatch.objects.filter(round=self.round).latest("monday")
        brief = draw_up(office, week.pk, {})
        issue(office, brief.pk, {"version": brief.version})

    def _open(self) -> Dispatch:
        return Dispatch.objects.open().get(round=self.round)


def week_scenes(facts: Mapping[str, Any], today: date, shift: timedelta) -> Iterator[Scene]:
    """The twin's weeks as scenes.

    Args:
        facts: of the round, in the story's own calendar.
        today: the story's day on which the twin stands.
        shift: what to add to get the round's days.
    """
    weeks = _weeks_before(today + shift, facts["mobilization_on"] + shift)
    for week, not_confirmed in zip(weeks, NOT_CONFIRMED, strict=True):
        moments = moments_of(week, Schedule().rhythm, working_days(*span(week)))
        assert moments is not None  # noqa: S101  only weeks with working days are told
        monday = week.monday - shift
        cut_off = moments.cutoff_at.astimezone(CHINA).date() - shift
        yield Scene(monday, OPENED, "open_week", 0)
        yield Scene(min(monday + WEDNESDAY, cut_off), CONFIRMED, "confirm_week", 0, {"not": not_confirmed})
        yield Scene(cut_off, FROZEN, "freeze_week", 0)
    yield Scene(Week.of(today + shift).monday - shift, BRIEFED, "issue_brief", 0)


def _weeks_before(today: date, approved_on: date) -> list[Week]:
    """The last two full weeks before a day that have a working day, the earlier one first.

    Args:
        approved_on: the day from which on there was a plan to report on.
    """
    found: list[Week] = []
    week = Week.of(today).plus(-1)
    while len(found) < TOLD and week.monday > approved_on:
        if working_days(*span(week)):
            found.insert(0, week)
        week = week.plus(-1)
    return found
