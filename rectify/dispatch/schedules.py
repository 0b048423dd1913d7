"""A round's schedule: its defaults, and changing it."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from issues.models import Round, RoundHistory
from measures.rules import round_to_configure
from rectify.organization.posts import Concern, Posts
from rectify.workflow.acts import Act
from rectify.workflow.guards import ActInput, validated
from rectify.workflow.history import Chain, Entry
from rectify.workflow.record import record
from rectify.workflow.refusals import Invalid

from .calendar import FRIDAY
from .models import LongItems, Schedule
from .weeks import Week

LONGEST_GRACE = 24 * 7
FIELDS = (
    "opens_weekday",
    "opens_time",
    "cutoff_weekday",
    "cutoff_time",
    "grace_hours",
    "runs_from",
    "runs_until",
    "paused",
    "confirms",
    "long_items",
)


@extend_schema_field({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$", "example": "08:30"})
class ClockField(serializers.TimeField):
    """A time of day, as 08:30."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M", "%H:%M:%S"], **kwargs)


class ScheduleInput(ActInput):
    """What is to change; what is left out stays."""

    opens_weekday = serializers.IntegerField(min_value=1, max_value=7, required=False)
    opens_time = ClockField(required=False)
    cutoff_weekday = serializers.IntegerField(min_value=1, max_value=7, required=False)
    cutoff_time = ClockField(required=False)
    grace_hours = serializers.IntegerField(min_value=0, max_value=LONGEST_GRACE, required=False)
    runs_from = serializers.DateField(required=False, allow_null=True)
    runs_until = serializers.DateField(required=False, allow_null=True)
    paused = serializers.BooleanField(required=False)
    confirms = serializers.BooleanField(required=False)
    long_items = serializers.ChoiceField(choices=LongItems.choices, required=False)


def schedule_of(round_: Round) -> Schedule:
    """A round's schedule; the defaults where none was set yet."""
    return Schedule.objects.filter(round=round_).first() or Schedule(round=round_)


def told(schedule: Schedule) -> dict[str, Any]:
    """A schedule as history and the API tell it."""
    values = {name: getattr(schedule, name) for name in FIELDS}
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value.isoformat() if isinstance(value, date) else value


@transaction.atomic
def set_schedule(act: Act, round_id: int, data: Mapping[str, Any]) -> Round:
    """Changes a round's schedule; `data`: version (of the round), and whatever of `ScheduleInput` is to change.

    A week that is open keeps the moments with which it opened.

    Raises:
        NotFound, Forbidden, Stale, WrongState, Invalid: in this order; nothing is changed then.
    """
    round_ = round_to_configure(act, round_id, data)
    values = validated(ScheduleInput, data)
    schedule = schedule_of(round_)
    before = told(schedule)
    for name in values.keys() - {"version"}:
        setattr(schedule, name, values[name])
    require_sound(schedule)
    schedule.save()
    after = told(schedule)
    changed = {name: {"old": before[name], "new": after[name]} for name in FIELDS if before[name] != after[name]}
    who = Posts.of(act.actor, act.on).who(Concern(round_.organization_id))
    record(round_, Chain(RoundHistory, round_.pk), act, who, Entry("set_schedule", extra={"schedule": changed}))
    return round_


def require_sound(schedule: Schedule) -> None:
    """Raises Invalid for a week that is cut off before it opens, or one without an ordinary working day."""
    opens = (schedule.opens_weekday, schedule.opens_time)
    cutoff = (schedule.cutoff_weekday, schedule.cutoff_time)
    if cutoff <= opens:
        raise Invalid(errors={"cutoff_weekday": [_("The cut-off lies before the opening.")]})
    if schedule.opens_weekday > FRIDAY:
        raise Invalid(errors={"opens_weekday": [_("Between opening and cut-off there is no working day.")]})
    if schedule.runs_from and schedule.runs_until and schedule.runs_until < schedule.runs_from:
        raise Invalid(errors={"runs_until": [_("The last day lies before the first.")]})


# Kept with the week, in the language of records.
SKIPPED = "本周无工作日"


def reports_long_items(schedule: Schedule, week: Week, intensive_until: Any) -> bool:
    """Whether long-term and sustained items report in a week: in every one of the intensive period, rarely afterwards.

    A month's first week is the one that holds its first Monday.
    """
    monday = week.monday
    if intensive_until is None or monday <= intensive_until or schedule.long_items == LongItems.WEEKLY:
        return True
    first = monday.day <= 7
    return first if schedule.long_items == LongItems.MONTHLY else first and monday.month in (1, 4, 7, 10)


def span(week: Week) -> tuple[Any, Any]:
    """The first and last day of a week."""
    return week.monday, week.monday + timedelta(days=6)
