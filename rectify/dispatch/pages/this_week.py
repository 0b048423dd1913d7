"""This week: a department's lines, reported in place one after the other; for its head, what is to be confirmed."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from issues.states import Kind
from rectify.organization.models import Role
from rectify.organization.posts import Posts
from rectify.web import clock
from rectify.workflow.refusals import Forbidden, NotFound, Refusal

from .. import reporting
from ..models import Dispatch, Line
from ..representation import line_rows
from ..states import OWED, SENT, LineState
from .shared import cutoff_in_words, round_of, week_in_words, week_of

SERVICES: Mapping[str, Any] = {
    "save": reporting.save_draft,
    "submit": reporting.submit,
    "same": reporting.submit,
    "confirm": reporting.confirm,
    "return": reporting.return_line,
    "recall": reporting.recall,
}
FIELDS = ("version", "progress", "done", "next_step", "difficulty", "reason")
# Each state's symbol and hue, by the states of measures that look so.
LOOKS: Mapping[str, str] = {
    LineState.TO_REPORT: "not_started",
    LineState.SAVED: "in_progress",
    LineState.TO_CONFIRM: "in_review",
    LineState.REPORTED: "closed",
    LineState.LATE: "due_soon",
    LineState.RETURNED: "returned",
    LineState.EXEMPT: "exempt",
}
# What stands first: what came back, what is owed, what waits for the head.
ORDER = (
    LineState.RETURNED,
    LineState.TO_REPORT,
    LineState.SAVED,
    LineState.TO_CONFIRM,
    LineState.LATE,
    LineState.REPORTED,
    LineState.EXEMPT,
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def this_week(request: HttpRequest) -> HttpResponse:
    """The lines of one's departments in the open week, and what is sent from there."""
    posts = Posts.of(request.user, clock.today())
    if not posts.department_ids():
        raise Forbidden(_("This page is for the liaisons and heads of departments."))
    round_ = round_of(request)
    week = week_of(request, round_) if round_ is not None else None
    if round_ is None or week is None:
        return render(request, "dispatch/no_week.html", {"round": round_})
    request.round = round_  # type: ignore[attr-defined]
    if request.method != "POST":
        return page(request, week, posts, {})
    return act(request, week, posts)


def lines_of(week: Dispatch, posts: Posts) -> Any:
    """The lines that one's departments owe in a week."""
    lines = Line.objects.filter(dispatch=week, department__in=posts.department_ids()).for_display()
    return lines.prefetch_related("contributions__department", "measure__responsible_departments")


def act(request: HttpRequest, week: Dispatch, posts: Posts) -> HttpResponse:
    """Does what the pressed button says, `<act>-<line>` or `<act>-all`, and returns to the page."""
    name, _dash, which = request.POST.get("act", "").partition("-")
    if name not in SERVICES or not (which == "all" or (which.isascii() and which.isdigit() and len(which) < 18)):
        raise Http404
    ids = all_for(name, lines_of(week, posts)) if which == "all" else [int(which)]
    if which == "all" and name == "submit":
        ids = [pk for pk in ids if sent_fields(request, pk).get("done", "").strip()]
    refused: dict[int, Refusal] = {}
    for pk in ids:
        try:
            SERVICES[name](clock.act_of(request.user), pk, data_of(request, name, pk))
        except NotFound:
            raise
        except Refusal as refusal:
            refused[pk] = refusal
    if refused:
        return page(request, week, posts, refused)
    messages.success(request, told(name, len(ids)))
    anchor = f"#line-{ids[0]}" if len(ids) == 1 and name in ("save", "recall") else ""
    return redirect(f"{reverse('this-week')}?round={week.round_id}&week={week.pk}{anchor}")


def all_for(name: str, lines: Iterable[Any]) -> list[int]:
    """The lines to which an act for all of them applies."""
    states = {"submit": OWED, "save": OWED, "confirm": {LineState.TO_CONFIRM}}.get(name, set())
    return [line.pk for line in lines if line.state in states]


def sent_fields(request: HttpRequest, pk: int) -> dict[str, Any]:
    """What the form says of one line."""
    return {name: request.POST[f"{name}-{pk}"] for name in FIELDS if f"{name}-{pk}" in request.POST}


def data_of(request: HttpRequest, name: str, pk: int) -> dict[str, Any]:
    """The same as the service takes it."""
    data = sent_fields(request, pk)
    if name == "same":
        return {"version": data.get("version"), "reason": data.get("reason", ""), "same": True}
    return data


def told(name: str, count: int) -> str:
    """What was done, in words."""
    words = {
        "save": ngettext("%(count)d line is saved.", "%(count)d lines are saved.", count),
        "submit": ngettext("%(count)d line is sent.", "%(count)d lines are sent.", count),
        "same": _("Sent as last week."),
        "confirm": ngettext("%(count)d line is confirmed.", "%(count)d lines are confirmed.", count),
        "return": _("Returned for more."),
        "recall": _("Taken back; it is a draft again."),
    }
    return words[name] % {"count": count}


def page(request: HttpRequest, week: Dispatch, posts: Posts, refused: Mapping[int, Refusal]) -> HttpResponse:
    """The page, with what was typed and what was wrong with it where lines were refused."""
    rows = line_rows(list(lines_of(week, posts)), posts, clock.today())
    shown = [shown_line(row, request, refused.get(row["id"])) for row in rows]
    # What waits for oneself stands first.
    shown.sort(key=lambda line: ("confirm" not in line["row"]["available_acts"], ORDER.index(line["row"]["state"])))
    owed = [line for line in shown if line["row"]["state"] != LineState.EXEMPT]
    states = [line["row"]["state"] for line in owed]
    context = {
        "week": week,
        "week_words": week_in_words(week.iso_week),
        "cutoff": cutoff_in_words(week),
        "late": week.is_open and clock.now() > week.cutoff_at,
        "lines": owed,
        "exempt": [line for line in shown if line["row"]["state"] == LineState.EXEMPT],
        "total": len(owed),
        "sent": sum(state in SENT for state in states),
        "overdue": sum(line["row"]["overdue"] for line in owed),
        "to_confirm": sum("confirm" in line["row"]["available_acts"] for line in owed),
        "to_send": sum("submit" in line["row"]["available_acts"] for line in owed),
        "head": Role.HEAD in posts.roles,
        "refused": len(refused),
    }
    status = next(iter(refused.values())).status if refused else 200
    return render(request, "dispatch/this_week.html", context, status=status)


def shown_line(row: dict[str, Any], request: HttpRequest, refusal: Refusal | None) -> dict[str, Any]:
    """A line with the values of its fields: what was typed, else its draft, else what it starts with."""
    typed = sent_fields(request, row["id"]) if request.method == "POST" else {}
    start = {"progress": row["before"]["progress"], "done": "", "next_step": "", "difficulty": "", "reason": ""}
    values = {**start, **(row["draft"] or {}), **typed}
    errors = refusal.errors if refusal is not None else {}
    return {
        "row": row,
        "look": LOOKS.get(row["state"], ""),
        "days": (row["due_on"] - clock.today()).days if row["due_on"] else None,
        "own": row["reported_by_name"] == request.user.get_full_name(),  # type: ignore[union-attr]
        "values": values,
        "errors": errors,
        "problem": refusal.detail if refusal is not None and not errors else "",
        "percent": row["before"]["progress"] is not None or row["kind"] != Kind.LONG_TERM,
        "writes": "submit" in row["available_acts"],
        "needs_reason": row["same"] >= reporting.SAME_NEEDS_REASON - 1 or "reason" in errors or bool(values["reason"]),
    }
