"""Opening a round's week: one dispatch for a round and week, one line for each measure."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from issues.models import Round, RoundHistory
from issues.states import UNDER_WAY, Kind
from measures.models import Measure
from measures.states import DONE, OMITTED, MeasureStatus
from rectify.organization.models import Organization
from rectify.organization.posts import Concern, Posts
from rectify.workflow.acts import Act
from rectify.workflow.guards import validated
from rectify.workflow.history import Chain, Entry
from rectify.workflow.record import record
from rectify.workflow.refusals import Forbidden, Invalid, NotFound, WrongState

from .calendar import working_days
from .models import Dispatch, Line, Schedule
from .notices.of_weeks import tell_opened
from .schedules import SKIPPED, reports_long_items, schedule_of, span
from .weeks import CHINA, Moments, Week, moments_of

UNIT = "系统"


class OpenInput(serializers.Serializer):
    """Which week; left out, the present one."""

    year = serializers.IntegerField(min_value=2000, max_value=2100, required=False)
    week = serializers.IntegerField(min_value=1, max_value=53, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("year" in attrs) != ("week" in attrs):
            raise serializers.ValidationError({"week": [_("Give year and week, or neither.")]})
        if "week" in attrs:
            try:
                date.fromisocalendar(attrs["year"], attrs["week"], 1)
            except ValueError as error:
                raise serializers.ValidationError({"week": [_("That year has no such week.")]}) from error
        return attrs


def locked_for_office(act: Act, round_id: int) -> Round:
    """The round under its lock, for its office or for the system user. Raises NotFound, Forbidden."""
    round_ = (
        Round.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organization")
        .filter(pk=round_id)
        .first()
    )
    if round_ is None:
        raise NotFound()
    if is_system(act):
        return round_
    if not _reads(act, round_.organization):
        raise NotFound()
    if "office" not in Posts.of(act.actor, act.on).parties(Concern(round_.organization_id)):
        raise Forbidden(_("Only the rectification office of this organisation may do this."))
    return round_


def is_system(act: Act) -> bool:
    """Whether the scheduler acts."""
    return act.actor.username == "system"


def _reads(act: Act, organization: Organization) -> bool:
    return Posts.of(act.actor, act.on).reads(organization)


def who_acts(act: Act, round_: Round) -> tuple[str, str]:
    """Name and unit of whoever runs the dispatch."""
    if is_system(act):
        return act.actor.get_full_name(), UNIT
    return Posts.of(act.actor, act.on).who(Concern(round_.organization_id))


@transaction.atomic
def open_week(act: Act, round_id: int, data: Mapping[str, Any]) -> Dispatch:
    """Opens a round's week, or leaves it out visibly where it has no working day; `data`: year and week.

    What was reported since the week should have opened counts, so that opening late loses nothing.

    Raises:
        NotFound, Forbidden, WrongState (it is open already, or the one before is not frozen), Invalid.
    """
    round_ = locked_for_office(act, round_id)
    if round_.status not in UNDER_WAY:
        raise WrongState(_("The round is not under way; its measures cannot be changed."))
    values = validated(OpenInput, data)
    week = Week(values["year"], values["week"]) if "week" in values else Week.of(act.on)
    _require_free(round_, week, act)
    schedule = schedule_of(round_)
    moments = moments_of(week, schedule.rhythm, working_days(*span(week)))
    dispatch = _made(act, round_, week, schedule, moments)
    facts: dict[str, Any] = {"week": str(week)}
    if moments is None:
        entry = Entry("skip_dispatch", extra={**facts, "why": dispatch.skipped})
    else:
        lines = _draw_up(dispatch, schedule)
        owed = Counter(line.department_id for line in lines if not line.exempt)
        entry = Entry(
            "open_dispatch",
            extra={**facts, "lines": len(lines), "owed": owed.total(), "cutoff": _told(dispatch.cutoff_at)},
        )
        if owed and act.clock() < dispatch.cutoff_at:
            tell_opened(dispatch, timezone.localtime(act.clock(), CHINA))
    record(round_, Chain(RoundHistory, round_.pk), act, who_acts(act, round_), entry, new_version=False)
    return dispatch


def _require_free(round_: Round, week: Week, act: Act) -> None:
    """Raises WrongState, Invalid where this week cannot be opened."""
    if week.monday > act.on:
        raise Invalid(errors={"week": [_("This week has not begun yet.")]})
    later = Dispatch.objects.filter(round=round_, monday__gte=week.monday).order_by("monday").first()
    if later is not None:
        raise WrongState(_("This week, or a later one, was opened already."), current=later)
    before = Dispatch.objects.filter(round=round_).open().first()
    if before is not None:
        raise WrongState(_("Week %(week)s is still open; freeze it first.") % {"week": before.iso_week}, current=before)


def _made(act: Act, round_: Round, week: Week, schedule: Schedule, moments: Moments | None) -> Dispatch:
    now = act.clock()
    return Dispatch.objects.create(
        round=round_,
        year=week.year,
        week=week.number,
        monday=week.monday,
        opened_at=min(now, moments.opens_at) if moments else now,
        opened_by=act.actor,
        cutoff_at=moments.cutoff_at if moments else now,
        freezes_at=moments.freezes_at if moments else now,
        confirms=schedule.confirms,
        skipped="" if moments else SKIPPED,
    )


def _draw_up(dispatch: Dispatch, schedule: Schedule) -> list[Line]:
    """A line for each measure that counts, owed by its lead department; what owes nothing says why."""
    round_ = dispatch.round
    long_items = reports_long_items(schedule, dispatch.iso_week, round_.intensive_until)
    intensive = round_.intensive_until is None or dispatch.monday <= round_.intensive_until
    measures = Measure.objects.filter(sub_issue__round=round_).exclude(status__in=OMITTED)
    lines = [
        Line(
            dispatch=dispatch,
            measure=measure,
            department_id=measure.lead_department_id,
            exempt=_exempt(measure, long_items, intensive),
            stage=measure.status == MeasureStatus.SUSTAINED,
        )
        for measure in measures.order_by("sub_issue__position", "position")
    ]
    return Line.objects.bulk_create(lines, batch_size=500)


def _exempt(measure: Measure, long_items: bool, intensive: bool) -> str:
    """Why a measure owes nothing this week: done, settled, or not its turn; empty where it owes a report."""
    if measure.status in DONE:
        return "done"
    if measure.status == MeasureStatus.SUSTAINED:
        return "settled" if intensive or not long_items else ""
    if measure.kind == Kind.LONG_TERM and not long_items:
        return "not_due"
    return ""


def _told(moment: datetime) -> str:
    return timezone.localtime(moment, CHINA).isoformat(timespec="minutes")
