"""Weeks and their lines as pages and the API tell them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count
from rest_framework import serializers

from issues.states import UNDER_WAY, Kind
from measures.models import MeasureHistory
from measures.parties import concern_of
from rectify.organization.posts import Concern, Posts
from rectify.web import clock

from .before import REPORTED, reported_before
from .models import Dispatch, FrozenLine, Line
from .states import LINE_TRANSITIONS, LineState


class DispatchSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    version = serializers.IntegerField()
    round = serializers.IntegerField()
    year = serializers.IntegerField()
    week = serializers.IntegerField()
    monday = serializers.DateField()
    status = serializers.CharField(help_text="open, frozen or skipped")
    opened_at = serializers.DateTimeField()
    cutoff_at = serializers.DateTimeField()
    freezes_at = serializers.DateTimeField(help_text="freezes by itself then")
    frozen_at = serializers.DateTimeField(allow_null=True)
    skipped = serializers.CharField(allow_blank=True, help_text="why there is no such week")
    digest = serializers.CharField(allow_blank=True, help_text="of the round's history when it was frozen")
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="lines by state")
    available_acts = serializers.ListField(child=serializers.CharField())


class ReportedSerializer(serializers.Serializer):
    progress = serializers.IntegerField(allow_null=True)
    done = serializers.CharField(allow_blank=True)
    next_step = serializers.CharField(allow_blank=True)
    difficulty = serializers.CharField(allow_blank=True)


class ContributionSerializer(serializers.Serializer):
    department = serializers.IntegerField(source="department_id")
    department_name = serializers.CharField(source="department.name")
    question = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True)
    by_name = serializers.CharField(allow_blank=True)


class LineSerializer(ReportedSerializer):
    id = serializers.IntegerField()
    version = serializers.IntegerField()
    dispatch = serializers.IntegerField()
    round = serializers.IntegerField()
    measure = serializers.IntegerField()
    measure_number = serializers.CharField()
    measure_content = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    starts_on = serializers.DateField(allow_null=True, help_text="even progress counts from here: the plan's approval")
    department = serializers.IntegerField()
    department_name = serializers.CharField()
    state = serializers.ChoiceField(choices=LineState.choices)
    state_label = serializers.CharField()
    exempt = serializers.CharField(allow_blank=True, help_text="done, settled or not_due")
    before = ReportedSerializer(help_text="what was reported before this week")
    draft = ReportedSerializer(allow_null=True, help_text="for the department alone")
    drafted_at = serializers.DateTimeField(allow_null=True, help_text="for the department alone")
    drafted_by_name = serializers.CharField(allow_blank=True)
    reported_at = serializers.DateTimeField(allow_null=True)
    reported_by_name = serializers.CharField(allow_blank=True)
    confirmed_by_name = serializers.CharField(allow_blank=True)
    return_reason = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True, help_text="why nothing moved, or fell back")
    same = serializers.IntegerField(help_text="how many weeks in a row as the week before")
    due_on = serializers.DateField(allow_null=True)
    overdue = serializers.BooleanField()
    contributions = ContributionSerializer(many=True)
    available_acts = serializers.ListField(child=serializers.CharField())


def counts_of(dispatches: Iterable[Dispatch]) -> dict[int, dict[str, int]]:
    """Dispatch -> its lines by state: one statement."""
    ids = [dispatch.pk for dispatch in dispatches]
    counts: dict[int, dict[str, int]] = {pk: dict.fromkeys(LineState.values, 0) for pk in ids}
    rows = Line.objects.filter(dispatch__in=ids).with_state().order_by()
    for pk, state, number in rows.values_list("dispatch", "state").annotate(number=Count("pk")):
        counts[pk][state] = number
    return counts


def counts_by_department(dispatch: Dispatch) -> dict[int, dict[str, int]]:
    """Department -> its lines of a week by state: one statement."""
    counts: dict[int, dict[str, int]] = {}
    rows = Line.objects.filter(dispatch=dispatch).with_state().order_by()
    for department, state, number in rows.values_list("department", "state").annotate(number=Count("pk")):
        counts.setdefault(department, {})[state] = number
    return counts


def status_of(dispatch: Dispatch) -> str:
    if dispatch.skipped:
        return "skipped"
    return "open" if dispatch.frozen_at is None else "frozen"


def dispatch_rows(dispatches: Sequence[Dispatch], posts: Posts) -> list[dict[str, Any]]:
    """Weeks as the API tells them, with the acts that are open to the reader."""
    counts = counts_of(dispatches)
    names = (
        "id",
        "version",
        "year",
        "week",
        "monday",
        "opened_at",
        "cutoff_at",
        "freezes_at",
        "frozen_at",
        "skipped",
        "digest",
    )
    return [
        {name: getattr(dispatch, name) for name in names}
        | {
            "round": dispatch.round_id,
            "status": status_of(dispatch),
            "counts": counts[dispatch.pk],
            "available_acts": acts_on_week(dispatch, posts),
        }
        for dispatch in dispatches
    ]


def acts_on_week(dispatch: Dispatch, posts: Posts) -> list[str]:
    """What a person may do with a week."""
    office = "office" in posts.parties(Concern(dispatch.round.organization_id))
    return ["urge", "freeze"] if office and dispatch.is_open else []


def acts_on_line(line: Any, posts: Posts) -> list[str]:
    """What a person may do with a line that `for_display` read."""
    measure = line.measure
    if not line.dispatch.is_open or measure.sub_issue.round.status not in UNDER_WAY:
        return []
    acts = LINE_TRANSITIONS.available(line.state, posts.parties(concern_of(measure)))
    unconfirmed = line.state == LineState.TO_CONFIRM
    if not _recalls(line, unconfirmed):
        acts = [act for act in acts if act != "recall"]
    return [act for act in acts if act != "return" or _returns(posts, measure, unconfirmed)]


def _recalls(line: Any, unconfirmed: bool) -> bool:
    """Whether a report can still be taken back: before the cut-off, and as long as no head has confirmed it."""
    return clock.now() <= line.dispatch.cutoff_at and (unconfirmed or line.confirmed_id != line.report)


def _returns(posts: Posts, measure: Any, unconfirmed: bool) -> bool:
    """The head returns what is to be confirmed, the office what is reported."""
    return ("head" if unconfirmed else "office") in posts.parties(concern_of(measure))


def of_department(line: Any, posts: Posts) -> bool:
    """Whether a person sees the drafts of a line."""
    return not {"liaison", "head"}.isdisjoint(posts.parties(concern_of(line.measure)))


def draft_of(line: Any, posts: Posts) -> dict[str, Any]:
    """The draft of a line with who kept it last and when; nothing of it for those outside the department."""
    if line.draft is None or not of_department(line, posts):
        return {"draft": None, "drafted_at": None, "drafted_by_name": ""}
    by = line.drafted_by
    return {"draft": line.draft, "drafted_at": line.drafted_at, "drafted_by_name": by.get_full_name() if by else ""}


def line_rows(lines: Sequence[Any], posts: Posts, on: date) -> list[dict[str, Any]]:
    """Lines that `for_display` read, as told to a person: a constant number of statements."""
    reports = reports_of(lines)
    return [line_row(line, reports, posts, on) for line in lines]


def reports_of(lines: Sequence[Any]) -> dict[int, MeasureHistory]:
    """The reports that fill lines, and the first ones of their weeks: one statement."""
    return MeasureHistory.objects.in_bulk({pk for line in lines for pk in (line.report, line.first_report) if pk})


def line_row(line: Any, reports: Mapping[int, MeasureHistory], posts: Posts, on: date) -> dict[str, Any]:
    """One line; what was reported comes from the row of history that reported it, or as it was frozen."""
    measure, frozen = line.measure, getattr(line, "frozen", None)
    # What was taken back is a draft again, for the department alone.
    report = reports.get(line.report) if line.report != line.recalled_id else None
    new = report.payload.get("new", {}) if report is not None else {}
    told = {name: new.get(column) for name, column in REPORTED.items()}
    before = reported_before(measure, reports.get(line.first_report))
    reason = report.reason if report is not None else ""
    if frozen is not None:
        told = {name: getattr(frozen, name) if frozen.reported_at else None for name in REPORTED}
        before, reason = frozen.facts["before"], reason_of(frozen)
    texts = {name: told[name] or "" for name in REPORTED if name != "progress"}
    return {
        "id": line.pk,
        "version": line.version,
        "dispatch": line.dispatch_id,
        "round": line.dispatch.round_id,
        "measure": measure.pk,
        "measure_number": frozen.number if frozen else measure.number,
        "measure_content": frozen.content if frozen else measure.content,
        "kind": measure.kind,
        "starts_on": measure.sub_issue.round.plan_approved_on,
        "department": line.department_id,
        "department_name": frozen.department_name if frozen else line.department.name,
        "state": line.state,
        "state_label": LineState(line.state).label,
        "exempt": line.exempt,
        "progress": told["progress"],
        **texts,
        "before": {name: before[name] for name in REPORTED},
        **draft_of(line, posts),
        "reported_at": frozen.reported_at if frozen else line.report_at if report else None,
        "reported_by_name": frozen.reported_by_name if frozen else report.actor_name if report else "",
        "confirmed_by_name": frozen.confirmed_by_name if frozen else _confirmed_by(line),
        "return_reason": line.return_reason if line.state == LineState.RETURNED else "",
        "reason": reason,
        "same": line.same,
        "due_on": frozen.due_on if frozen else measure.due_on,
        "overdue": frozen.overdue if frozen else measure.is_overdue(on),
        "contributions": ContributionSerializer(line.contributions.all(), many=True).data,
        "available_acts": acts_on_line(line, posts),
    }


def reason_of(frozen: FrozenLine) -> str:
    """Why nothing moved or fell back, as it was given; weeks of the first release keep it under another name."""
    return frozen.facts.get("reason") or frozen.facts.get("same_reason") or ""


def _confirmed_by(line: Any) -> str:
    """The head who confirmed the report that fills a line."""
    return line.confirmed_by_name if line.confirmed_id and line.confirmed_id == line.report else ""
