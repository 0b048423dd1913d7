"""Urging (催办): the office reminds a department, or all that still owe something, with one press."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from issues.models import RoundHistory
from rectify.organization.models import Department, Role
from rectify.workflow.acts import Act
from rectify.workflow.guards import ActInput, IdField, check_version, validated
from rectify.workflow.history import Chain, Entry
from rectify.workflow.record import record
from rectify.workflow.refusals import Invalid, NotFound, WrongState

from ..models import Dispatch, Notice, NoticeKind
from ..opening import locked_for_office, who_acts
from ..weeks import CHINA
from .of_weeks import Owing, owing_of, week_facts
from .outbox import Wanted, post
from .recipients import People, people_of

ROLES = (Role.LIAISON, Role.HEAD)


class UrgeInput(ActInput):
    department = IdField(required=False, allow_null=True, default=None, help_text="left out: all that owe something")


@transaction.atomic
def urge(act: Act, dispatch_id: int, data: Mapping[str, Any]) -> Dispatch:
    """Tells liaison and head of each department that still owes something; `data`: version, department.

    A department is urged once a day at most.

    Raises:
        NotFound, Forbidden, Stale, WrongState (frozen; nobody owes anything; urged today already), Invalid.
    """
    round_id = Dispatch.objects.filter(pk=dispatch_id).values_list("round", flat=True).first()
    if round_id is None:
        raise NotFound()
    round_ = locked_for_office(act, round_id)
    week = Dispatch.objects.select_related("round").get(pk=dispatch_id)
    check_version(week, data)  # type: ignore[arg-type]
    if not week.is_open:
        raise WrongState(_("This week is frozen."), current=week)
    chosen = validated(UrgeInput, data)["department"]
    owing = _to_urge(act, week, chosen)
    now = timezone.localtime(act.clock(), CHINA)
    people = people_of([round_.organization_id], ROLES, act.on)
    owing = _reached(owing, people, week)
    facts = week_facts(week)
    wanted = {
        (each.department, user): Wanted(
            NoticeKind.URGED,
            week.round_id,
            week.pk,
            f"{act.on.isoformat()} {each.department}",
            recipient_id=user,
            facts={**facts, "departments": {str(each.department): each.owed}},
        )
        for each in owing
        for role in ROLES
        for user in people.of(role, department=each.department)
    }
    post(wanted.values(), now)
    urged = {each.name: each.owed for each in owing}
    entry = Entry("urge", extra={"week": str(week.iso_week), "departments": urged})
    record(round_, Chain(RoundHistory, round_.pk), act, who_acts(act, round_), entry, new_version=False)
    return week


def _to_urge(act: Act, week: Dispatch, chosen: int | None) -> list[Owing]:
    """The departments to urge. Raises WrongState, Invalid where there is none."""
    if (
        chosen is not None
        and not Department.objects.filter(pk=chosen, organization=week.round.organization_id).exists()
    ):
        raise Invalid(errors={"department": [_("There is no such department in this organisation.")]})
    owing = [each for each in owing_of([week])[week.pk] if each.owed and chosen in (None, each.department)]
    if not owing:
        raise WrongState(_("Nothing is owed any more; there is nobody to urge."), current=week)
    told = urged_today(week, act.on)
    fresh = [each for each in owing if each.department not in told]
    if not fresh:
        raise WrongState(_("They were urged today already; once a day is enough."), current=week)
    return fresh


def _reached(owing: list[Owing], people: People, week: Dispatch) -> list[Owing]:
    """Those departments where somebody hears it. Raises WrongState where there is none."""
    found = [each for each in owing if any(people.of(role, department=each.department) for role in ROLES)]
    if not found:
        words = _("Nobody is liaison or head of %(names)s at present; there is nobody to urge.")
        raise WrongState(words % {"names": "、".join(each.name for each in owing)}, current=week)
    return found


def urged_today(week: Dispatch, on: Any) -> set[int]:
    """The departments that were urged about a week on a day. One statement."""
    day = f"{on.isoformat()} "
    told = Notice.objects.filter(kind=NoticeKind.URGED, subject_id=week.pk, period__startswith=day)
    return {int(period.removeprefix(day)) for period in told.values_list("period", flat=True).distinct()}
