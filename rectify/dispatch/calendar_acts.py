"""Changing the calendar of working days: one day, a year, or what was published anew.

It is common to all organisations, so the system administrator keeps it. Every change leaves a `CalendarChange`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from rectify.organization.models import Role
from rectify.organization.posts import Posts
from rectify.workflow.acts import Act
from rectify.workflow.guards import TextField, validated
from rectify.workflow.refusals import Forbidden, Invalid, Stale

from .calendar import CORRECTED, is_weekday, seed
from .calendar_import import lines_of, read_calendar
from .models import CalendarAct, CalendarChange, CalendarDay
from .opening import is_system

FIRST_YEAR, LAST_YEAR = 2000, 2100
CHANGED = gettext_lazy("Somebody else changed this year's calendar in the meantime. Please look at the changes again.")


class As:
    """What a day is set to."""

    WORKING, HOLIDAY, WEEKDAY = "working", "holiday", "weekday"
    ALL = (WORKING, HOLIDAY, WEEKDAY)


class DayInput(serializers.Serializer):
    day = serializers.DateField()
    kind = serializers.ChoiceField(choices=As.ALL, help_text="working, holiday, or weekday: as its weekday says")
    name = TextField(max_length=60, required=False, allow_blank=True, default="")

    def validate_day(self, day: date) -> date:
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            words = _("The calendar goes from %(first)d to %(last)d.")
            raise serializers.ValidationError(words % {"first": FIRST_YEAR, "last": LAST_YEAR})
        return day


class YearInput(serializers.Serializer):
    """Which year a file is for.

    `seen` is the digest of the year as it was looked at before; where it is given and differs, nothing is changed.
    """

    year = serializers.IntegerField(min_value=FIRST_YEAR, max_value=LAST_YEAR)
    source = TextField(max_length=60, required=False, allow_blank=True, default="")  # type: ignore[assignment]
    seen = TextField(max_length=64, required=False, allow_blank=True, default="")


@dataclass(frozen=True)
class YearPlan:
    """What importing a year changes.

    Args:
        rows: the year as it will be.
        old: day -> what stands there now.
        digest: of the year as it stands now.
    """

    year: int
    rows: Sequence[CalendarDay]
    old: Mapping[date, CalendarDay]
    digest: str

    @property
    def added(self) -> list[CalendarDay]:
        return [row for row in self.rows if row.day not in self.old]

    @property
    def changed(self) -> list[CalendarDay]:
        return [row for row in self.rows if row.day in self.old and _said(self.old[row.day]) != _said(row)]

    @property
    def removed(self) -> list[CalendarDay]:
        kept = {row.day for row in self.rows}
        return [row for day, row in sorted(self.old.items()) if day not in kept]

    def counts(self) -> dict[str, int]:
        return {
            "days": len(self.rows),
            "added": len(self.added),
            "changed": len(self.changed),
            "removed": len(self.removed),
        }


def _said(row: CalendarDay) -> tuple[bool, str]:
    return row.working, row.name


def require_administrator(act: Act) -> None:
    """Raises Forbidden for everybody but a system administrator and the system itself."""
    if not is_system(act) and Role.SYSTEM_ADMIN not in Posts.of(act.actor, act.on).roles:
        raise Forbidden(_("The calendar is common to all organisations; only a system administrator changes it."))


def _record(act: Act, kind: CalendarAct, **fields: Any) -> CalendarChange:
    return CalendarChange.objects.create(
        act=kind, actor=act.actor, actor_name=act.actor.get_full_name(), recorded_at=act.clock(), **fields
    )


def day_told(row: CalendarDay | None) -> dict[str, Any]:
    """What stands at a day, as a change keeps it; empty where nothing does."""
    return {} if row is None else {"working": row.working, "name": row.name, "source": row.source}


@transaction.atomic
def set_day(act: Act, data: Mapping[str, Any]) -> CalendarDay:
    """Sets one day; `data`: day, kind (working, holiday, or weekday: as its weekday says), name.

    Raises:
        Forbidden, Invalid: in this order; nothing is changed then.
    """
    require_administrator(act)
    values = validated(DayInput, data)
    day, kind = values["day"], values["kind"]
    before = CalendarDay.objects.select_for_update().filter(day=day).first()
    as_weekday = kind == As.WEEKDAY
    columns = {
        "year": day.year,
        "working": is_weekday(day) if as_weekday else kind == As.WORKING,
        "name": "" if as_weekday else values["name"],
        "source": CORRECTED,
    }
    row, _made = CalendarDay.objects.update_or_create(day=day, defaults=columns)
    _record(act, CalendarAct.SET_DAY, year=day.year, day=day, old=day_told(before), new=day_told(row))
    return row


def plan_year(act: Act, data: Mapping[str, Any], content: bytes | None) -> YearPlan:
    """What importing a year would change, under a lock of its days. `data` and `content` as for `import_calendar`."""
    require_administrator(act)
    values = validated(YearInput, data)
    year = values["year"]
    if content is None:
        raise Invalid(errors={"file": [_("Please choose a file.")]})
    rows = read_calendar(year, lines_of(content), values["source"] or _source_of(act))
    old = {row.day: row for row in CalendarDay.objects.select_for_update().filter(year=year)}
    text = "\n".join(f"{day} {row.working} {row.name} {row.source}" for day, row in sorted(old.items()))
    return YearPlan(year, rows, old, hashlib.sha256(text.encode()).hexdigest())


def _source_of(act: Act) -> str:
    return f"{act.actor.get_full_name()} {act.on}"[:60]


@transaction.atomic
def preview_calendar(act: Act, data: Mapping[str, Any], content: bytes | None) -> YearPlan:
    """What `import_calendar` would change, with the same refusals."""
    return plan_year(act, data, content)


@transaction.atomic
def import_calendar(act: Act, data: Mapping[str, Any], content: bytes | None) -> YearPlan:
    """Replaces a year's calendar by the rows of a CSV file, corrections included; `data`: year, source, seen.

    Args:
        content: of the file; None where none was chosen.

    Raises:
        Forbidden, Invalid, TooLarge, Stale (it was changed since it was looked at): nothing is changed then.
    """
    plan = plan_year(act, data, content)
    if data.get("seen") and data["seen"] != plan.digest:
        raise Stale(CHANGED)
    CalendarDay.objects.filter(year=plan.year).delete()
    try:
        with transaction.atomic():
            CalendarDay.objects.bulk_create(plan.rows)
    except IntegrityError as error:
        # A year without rows cannot be locked: somebody imported it at the same time.
        raise Stale(CHANGED) from error
    counts = plan.counts()
    _record(act, CalendarAct.IMPORT, year=plan.year, old={"days": len(plan.old)}, new=counts)
    return plan


@transaction.atomic
def seed_again(act: Act) -> int:
    """Adds what the published calendar has and the table has not; what somebody corrected stays. Returns how many."""
    require_administrator(act)
    added = seed()
    if added:
        _record(act, CalendarAct.SEED, new={"added": added})
    return added
