"""The days in a round's course by which something has to be reached: added, changed, reached, dropped by the office."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework import serializers

from rectify.organization.models import Department
from rectify.organization.posts import Concern, Posts
from rectify.workflow.acts import Act
from rectify.workflow.guards import ActInput, IdField, ReasonInput, TextField, check, validated
from rectify.workflow.history import Chain, Entry
from rectify.workflow.record import record
from rectify.workflow.refusals import Forbidden, Invalid, NotFound, WrongState

from .inputs import NOT_BEFORE_FEEDBACK, NOT_IN_FUTURE
from .models import Milestone, Round, RoundHistory
from .plan import locked_round
from .states import MILESTONE_TRANSITIONS, RoundStatus

TOLD = ("title", "due_on", "department", "met_on")
LAST_YEAR = 2100


class MilestoneInput(serializers.Serializer):
    """A new milestone."""

    title = TextField(max_length=200)
    due_on = serializers.DateField()
    department = IdField(required=False, allow_null=True, default=None, help_text="the one that has to reach it")


class SetMilestoneInput(ActInput):
    """What is to change; what is left out stays."""

    title = TextField(max_length=200, required=False)
    due_on = serializers.DateField(required=False)
    department = IdField(required=False, allow_null=True)


class MeetInput(ActInput):
    met_on = serializers.DateField()


def told(milestone: Milestone) -> dict[str, Any]:
    """A milestone as history tells it."""
    values = {name: getattr(milestone, name) for name in TOLD}
    department = milestone.department.key if milestone.department else None
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()} | {
        "department": department
    }


def _office(act: Act, round_: Round) -> Posts:
    posts = Posts.of(act.actor, act.on)
    if "office" not in posts.parties(Concern(round_.organization_id)):
        raise Forbidden(MILESTONE_TRANSITIONS.not_yours)
    return posts


def _require_open(round_: Round, current: Milestone | None = None) -> None:
    if round_.status == RoundStatus.ARCHIVED:
        raise WrongState(_("The round is archived; its milestones stay as they are."), current=current)


def _department(round_: Round, pk: int | None) -> Department | None:
    if pk is None:
        return None
    found = Department.objects.filter(pk=pk, organization=round_.organization_id).first()
    if found is None:
        raise Invalid(errors={"department": [_("There is no such department in this organisation.")]})
    return found


def _require_day(round_: Round, name: str, day: date) -> None:
    if day < round_.feedback_on:
        raise Invalid(errors={name: [NOT_BEFORE_FEEDBACK % {"day": round_.feedback_on}]})
    if day.year > LAST_YEAR:
        raise Invalid(errors={name: [_("This lies after the year %(year)d.") % {"year": LAST_YEAR}]})


@transaction.atomic
def add_milestone(act: Act, round_id: int, data: Mapping[str, Any]) -> Milestone:
    """Adds a milestone to a round; `data`: title, due_on, department.

    Raises:
        NotFound, Forbidden, WrongState (the round is archived), Invalid: in this order; nothing is changed then.
    """
    round_ = locked_round(act, round_id)
    posts = _office(act, round_)
    _require_open(round_)
    values = validated(MilestoneInput, data)
    _require_day(round_, "due_on", values["due_on"])
    made = Milestone.objects.create(
        round=round_,
        title=values["title"],
        due_on=values["due_on"],
        department=_department(round_, values["department"]),
        position=Milestone.objects.filter(round=round_).count() + 1,
        changed_at=act.clock(),
    )
    _record(act, posts, made, "set_milestone", new=told(made))
    return made


class _Step:
    """An act on a milestone under the lock of its round, past the checks of role, version and state."""

    def __init__(self, name: str, act: Act, pk: int, data: Mapping[str, Any]) -> None:
        round_id = Milestone.objects.filter(pk=pk).values_list("round", flat=True).first()
        if round_id is None:
            raise NotFound()
        self.act, self.round = act, locked_round(act, round_id)
        self.posts = _office(act, self.round)
        found: Any = Milestone.objects.select_related("department").filter(pk=pk).get()
        found.round = self.round
        self.milestone, self.old = found, told(found)
        check(MILESTONE_TRANSITIONS, name, found, found.state, {"office"}, data)
        _require_open(self.round, self.milestone)

    def save(self, action: str, reason: str = "", **columns: Any) -> Milestone:
        """Brings the milestone to its next version and writes the row of the round's history."""
        for name, value in columns.items():
            setattr(self.milestone, name, value)
        self.milestone.version += 1
        self.milestone.changed_at = self.act.clock()
        self.milestone.save(update_fields=[*columns, "version", "changed_at"])
        _record(self.act, self.posts, self.milestone, action, reason, old=self.old, new=told(self.milestone))
        return self.milestone


def _record(act: Act, posts: Posts, milestone: Milestone, action: str, reason: str = "", **facts: Any) -> None:
    """A row in the round's chain; the round's own version stays, so that no form about the round grows stale."""
    round_ = milestone.round
    entry = Entry(action, reason=reason, extra={"milestone": {"id": milestone.pk, **facts}})
    who = posts.who(Concern(round_.organization_id))
    record(round_, Chain(RoundHistory, round_.pk), act, who, entry, new_version=False)


@transaction.atomic
def set_milestone(act: Act, milestone_id: int, data: Mapping[str, Any]) -> Milestone:
    """Changes a milestone that is still ahead; `data`: version, and whatever of title, due_on, department is to change.

    Raises:
        NotFound, Forbidden, Stale, WrongState, Invalid: in this order; nothing is changed then.
    """
    step = _Step("set", act, milestone_id, data)
    values = validated(SetMilestoneInput, data)
    columns: dict[str, Any] = {name: values[name] for name in ("title", "due_on") if name in values}
    if "due_on" in values:
        _require_day(step.round, "due_on", values["due_on"])
    if "department" in values:
        columns["department"] = _department(step.round, values["department"])
    return step.save("set_milestone", **columns)


@transaction.atomic
def meet_milestone(act: Act, milestone_id: int, data: Mapping[str, Any]) -> Milestone:
    """Records the day on which a milestone was reached, or puts that day right; `data`: version, met_on."""
    step = _Step("meet", act, milestone_id, data)
    met_on = validated(MeetInput, data)["met_on"]
    if met_on > act.on:
        raise Invalid(errors={"met_on": [NOT_IN_FUTURE]})
    _require_day(step.round, "met_on", met_on)
    return step.save("meet_milestone", met_on=met_on)


@transaction.atomic
def drop_milestone(act: Act, milestone_id: int, data: Mapping[str, Any]) -> Milestone:
    """Lets a milestone no longer count; its row stays. `data`: version, reason."""
    step = _Step("drop", act, milestone_id, data)
    reason = validated(ReasonInput, data)["reason"]
    return step.save("drop_milestone", reason, dropped=True, drop_reason=reason)
