"""The round's milestones: the days that its public notice and its plan name, each met on its day."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from issues.milestones import add_milestone, meet_milestone
from issues.models import Milestone

from .stage import Stage

ORDER = 40


def days_of(facts: Mapping[str, Any]) -> Iterator[tuple[str, date]]:
    """What had to be reached, and its day of the story."""
    yield "巡视反馈会议", facts["feedback_on"]
    yield "整改动员部署会", facts["mobilization_on"]
    for nth, day in enumerate(facts["dispatch_meetings"], start=1):
        yield f"第{nth}次整改工作调度会", day
    yield "集中整改验收会", facts["acceptance_on"]
    yield "集中整改期结束", facts["intensive_period"]["end"]
    yield "向社会公布整改情况通报", facts["notice_on"]


def set_milestones(stage: Stage, facts: Mapping[str, Any]) -> None:
    """The office adds them on the day on which the plan is approved."""
    act = stage.act_by("office", facts["mobilization_on"], ORDER)
    for title, day in days_of(facts):
        add_milestone(act, stage.round.pk, {"title": title, "due_on": (day + stage.shift).isoformat()})


def meet_milestones(stage: Stage, known_on: date, until: date) -> None:
    """Those that are ahead and due by a day of the story are met, each on its day.

    Args:
        known_on: the day of the story on which they were added; what was reached before is told on it.
    """
    for milestone in Milestone.objects.filter(round=stage.round).ahead():
        day = milestone.due_on - stage.shift
        if day <= until:
            data = {"version": milestone.version, "met_on": milestone.due_on.isoformat()}
            meet_milestone(stage.act_by("office", max(day, known_on), ORDER + 1), milestone.pk, data)
