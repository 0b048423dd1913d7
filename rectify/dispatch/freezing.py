"""Freezing a week (定稿): its lines are kept as they stand, with the digest of the round's history."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from issues.models import RoundHistory, SubIssue
from measures.models import MeasureHistory
from rectify.web.moments import Moment
from rectify.workflow.acts import Act
from rectify.workflow.guards import ActInput, check_version, validated
from rectify.workflow.history import Chain, Entry
from rectify.workflow.record import record
from rectify.workflow.refusals import NotFound, WrongState

from .before import REPORTED, reported_before
from .frozen_figures import keep_figures
from .models import Dispatch, FrozenLine, Line
from .opening import locked_for_office, who_acts
from .representation import reports_of


@transaction.atomic
def freeze_week(act: Act, dispatch_id: int, data: Mapping[str, Any]) -> Dispatch:
    """Freezes a week; `data`: version. Its lines never change from then on.

    Raises:
        NotFound, Forbidden, Stale, WrongState (it is frozen already, or was left out), Invalid.
    """
    round_id = Dispatch.objects.filter(pk=dispatch_id).values_list("round", flat=True).first()
    if round_id is None:
        raise NotFound()
    round_ = locked_for_office(act, round_id)
    # In the order in which every act on several chains locks them; no line moves from here on.
    list(
        SubIssue.objects.select_for_update(of=("self",), no_key=True)
        .filter(round=round_)
        .order_by("pk")
        .values_list("pk")
    )
    dispatch = Dispatch.objects.select_related("round").get(pk=dispatch_id)
    check_version(dispatch, data)  # type: ignore[arg-type]
    if not dispatch.is_open:
        raise WrongState(_("This week is frozen."), current=dispatch)
    validated(ActInput, data)
    lines = list(Line.objects.filter(dispatch=dispatch).for_display())
    reports = reports_of(lines)
    frozen = [frozen_line(line, reports, act) for line in lines]
    FrozenLine.objects.bulk_create(frozen, batch_size=500)
    kept = keep_figures(dispatch, Moment(act.on, None, act.on), [line.state for line in frozen])
    dispatch.frozen_at, dispatch.frozen_by = act.clock(), act.actor
    dispatch.digest = kept.figures["digest"]
    dispatch.version += 1
    dispatch.save(update_fields=["frozen_at", "frozen_by", "digest", "version"])
    facts = {"week": str(dispatch.iso_week), "digest": dispatch.digest, "lines": counted(frozen)}
    entry = Entry("freeze_dispatch", extra=facts)
    record(round_, Chain(RoundHistory, round_.pk), act, who_acts(act, round_), entry, new_version=False)
    return dispatch


def counted(frozen: list[FrozenLine]) -> dict[str, int]:
    """How many lines there are in each state."""
    counts: dict[str, int] = {}
    for line in frozen:
        counts[line.state] = counts.get(line.state, 0) + 1
    return counts


def frozen_line(line: Any, reports: Mapping[int, MeasureHistory], act: Act) -> FrozenLine:
    """A line as it stands; what was reported comes from the row of history that reported it."""
    measure = line.measure
    # What was taken back and not sent again, was not reported.
    row = reports.get(line.report) if line.report != line.recalled_id else None
    new = row.payload.get("new", {}) if row is not None else {}
    before = reported_before(measure, reports.get(line.first_report))
    return FrozenLine(
        line=line,
        state=line.state,
        department_name=line.department.name,
        number=measure.number,
        content=measure.content,
        status=measure.status,
        progress=new.get("progress", measure.progress),
        progress_before=before["progress"],
        done=new.get("work_done", ""),
        next_step=new.get("next_step", ""),
        difficulty=new.get("difficulty", ""),
        due_on=measure.due_on,
        overdue=measure.is_overdue(act.on),
        reported_at=row.recorded_at if row is not None else None,
        reported_by_name=row.actor_name if row is not None else "",
        confirmed_by_name=line.confirmed_by_name if row is not None and line.confirmed_id == row.pk else "",
        facts={
            "before": {name: before[name] for name in REPORTED},
            "exempt": line.exempt,
            "same": line.same,
            "reason": row.reason if row is not None else "",
            "return_reason": line.return_reason if line.state == "returned" else "",
            "report": row.sequence if row is not None else None,
        },
    )
