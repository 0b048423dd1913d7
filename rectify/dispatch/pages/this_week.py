"""This week: a department's lines, reported in place one after the other; for its head, what is to be confirmed.

While somebody types, `static/js/week.js` keeps the line's draft by the API; without scripts the buttons do.
"""

from collections.abc import Mapping, Sequence
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
from ..before import REPORTED
from ..models import Dispatch, Line
from ..representation import line_rows
from ..states import OWED, SENT, LineState
from ..supervision.shown import to_answer
from .contributing import asked_of, may_ask
from .shared import cutoff_in_words, round_of, week_in_words, week_of

SERVICES: Mapping[str, Any] = {
    "save": reporting.save_draft,
    "submit": reporting.submit,
    "same": reporting.submit,
    "confirm": reporting.confirm,
    "return": reporting.return_line,
    "recall": reporting.recall,
    "ask": reporting.ask_department,
    "contribute": reporting.contribute,
}
FIELDS = ("version", "progress", "done", "next_step", "difficulty", "reason")
# What is asked of, and added by, another department has its own fields.
ASKING = ("version", "department", "question")
ANSWERING = ("version", "text")
# After these the reader stays at the line.
STAYS = ("save", "recall", "ask", "contribute")
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
# What stands first: what came back, what is owed, what waits for the head. A line that is saved keeps its place.
ORDER: Mapping[str, int] = {
    LineState.RETURNED: 0,
    LineState.TO_REPORT: 1,
    LineState.SAVED: 1,
    LineState.TO_CONFIRM: 2,
    LineState.LATE: 3,
    LineState.REPORTED: 4,
    LineState.EXEMPT: 5,
}


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
        papers = to_answer(round_, posts, clock.today())
        return render(request, "dispatch/no_week.html", {"round": round_, "papers": papers})
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
    ids = all_for(name, week, posts, request) if which == "all" else [int(which)]
    refused: dict[int, Refusal] = {}
    for pk in ids:
        try:
            SERVICES[name](clock.act_of(request.user), pk, data_of(request, name, pk))
        except NotFound:
            raise
        except Refusal as refusal:
            refused[pk] = refusal
    done, all_sent = len(ids) - len(refused), which == "all" and name == "submit"
    if refused or (all_sent and not done):
        return page(request, week, posts, refused, told(name, done), all_sent)
    address = f"{reverse('this-week')}?round={week.round_id}&week={week.pk}"
    if all_sent:
        # What is left is told there, by how many went.
        return redirect(f"{address}&sent={done}")
    if which != "all" and name in STAYS:
        # The page is as long as there are lines: it is said where the reader is.
        return redirect(f"{address}&done={name}-{ids[0]}#line-{ids[0]}")
    messages.success(request, told(name, done))
    return redirect(address)


def all_for(name: str, week: Dispatch, posts: Posts, request: HttpRequest) -> list[int]:
    """The lines to which an act for all of them applies: of what is owed, those in which something was written."""
    states = {"submit": OWED, "save": OWED, "confirm": {LineState.TO_CONFIRM}}.get(name, set())
    rows = [row for row in line_rows(list(lines_of(week, posts)), posts, clock.today()) if row["state"] in states]
    if name == "submit":
        rows = [row for row in rows if written(row, request) and sent_fields(request, row["id"])["done"].strip()]
    if name == "save":
        rows = [row for row in rows if written(row, request)]
    return [row["id"] for row in rows]


def written(row: Mapping[str, Any], request: HttpRequest) -> bool:
    """Whether a line's fields were sent and say anything else than what they start with."""
    start, sent = starts_with(row), sent_fields(request, row["id"])
    return "done" in sent and any(
        str(sent.get(name, "")).strip() != str("" if value is None else value).strip() for name, value in start.items()
    )


def starts_with(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a line's fields hold before anybody wrote: what is next and what is in the way as before, what was done not.

    Of a returned report what it said.
    """
    if row["state"] == LineState.RETURNED:
        return {name: row[name] for name in (*REPORTED, "reason")}
    return {**row["before"], "done": "", "reason": ""}


def sent_fields(request: HttpRequest, pk: int) -> dict[str, Any]:
    """What the form says of one line."""
    return {name: request.POST[f"{name}-{pk}"] for name in FIELDS if f"{name}-{pk}" in request.POST}


def data_of(request: HttpRequest, name: str, pk: int) -> dict[str, Any]:
    """The same as the service takes it."""
    others = {"ask": ASKING, "contribute": ANSWERING}
    if name in others:
        return {field: request.POST.get(f"{field}-{pk}", "") for field in others[name]}
    data = sent_fields(request, pk)
    if name == "same":
        return {"version": data.get("version"), "reason": data.get("reason", ""), "same": True}
    return data


def told(name: str, count: int) -> str:
    """What was done, in words."""
    if not count:
        return _("Nothing was sent.") if name == "submit" else _("Nothing was changed.")
    words = {
        "save": ngettext("%(count)d line is saved.", "%(count)d lines are saved.", count),
        "submit": ngettext("%(count)d line is sent.", "%(count)d lines are sent.", count),
        "same": _("Sent as last week."),
        "confirm": ngettext("%(count)d line is confirmed.", "%(count)d lines are confirmed.", count),
        "return": _("Returned for more."),
        "recall": _("Taken back; it is a draft again."),
        "ask": _("Asked; the department finds it in its inbox and on its page of the week."),
        "contribute": _("Your answer stands on the line."),
    }
    return words[name] % {"count": count}


def page(
    request: HttpRequest,
    week: Dispatch,
    posts: Posts,
    refused: Mapping[int, Refusal],
    words: str = "",
    all_sent: bool = False,
) -> HttpResponse:
    """The page, with what was typed and what was wrong with it where lines were refused.

    Args:
        words: what was done before it is shown.
        all_sent: whether all was to be sent, so that what is not filled in is named.
    """
    shown = shown_lines(request, week, posts, refused)
    owed = [line for line in shown if line["row"]["state"] != LineState.EXEMPT]
    if request.method != "POST" and (count := request.GET.get("sent", "")).isdecimal() and len(count) < 5:
        words, all_sent = told("submit", int(count)), True
    name, _dash, which = request.GET.get("done", "").partition("-")
    said = name in STAYS and which.isascii() and which.isdigit() and request.method != "POST"
    context = {
        "said": told(name, 1) if said else "",
        "said_at": int(which) if said and len(which) < 18 else None,
        "told": words,
        "refused": [line for line in owed if line["row"]["id"] in refused],
        "missing": [line for line in owed if all_sent and line["writes"] and line["row"]["id"] not in refused],
        "week": week,
        "papers": to_answer(week.round, posts, clock.today()),
        "week_words": week_in_words(week.iso_week),
        "cutoff": cutoff_in_words(week),
        "late": week.is_open and clock.now() > week.cutoff_at,
        "lines": owed,
        "exempt": [line for line in shown if line["row"]["state"] == LineState.EXEMPT],
        **counts_of(owed),
        "head": Role.HEAD in posts.roles,
        "asked": asked_of(request, week, posts, refused),
    }
    status = next(iter(refused.values())).status if refused else 400 if request.method == "POST" else 200
    return render(request, "dispatch/this_week.html", context, status=status)


def counts_of(owed: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many lines there are, how many are sent, late, and wait for what."""
    rows = [line["row"] for line in owed]
    return {
        "total": len(rows),
        "sent": sum(row["state"] in SENT for row in rows),
        "overdue": sum(row["overdue"] for row in rows),
        "to_confirm": sum("confirm" in row["available_acts"] for row in rows),
        "to_send": sum("submit" in row["available_acts"] for row in rows),
    }


def shown_lines(
    request: HttpRequest, week: Dispatch, posts: Posts, refused: Mapping[int, Refusal]
) -> list[dict[str, Any]]:
    """The lines as they are shown, what waits for oneself first."""
    found = list(lines_of(week, posts))
    rows = line_rows(found, posts, clock.today())
    shown = [
        shown_line(row, request, refused.get(row["id"]))
        | {"may_ask": may_ask(line) if "ask" in row["available_acts"] else []}
        for row, line in zip(rows, found, strict=True)
    ]
    shown.sort(key=lambda line: ("confirm" not in line["row"]["available_acts"], ORDER[line["row"]["state"]]))
    return shown


def shown_line(row: dict[str, Any], request: HttpRequest, refusal: Refusal | None) -> dict[str, Any]:
    """A line with the values of its fields: what was typed, else its draft, else what it starts with."""
    typed = sent_fields(request, row["id"]) if request.method == "POST" else {}
    values = {**starts_with(row), **(row["draft"] or {}), **typed}
    errors = refusal.errors if refusal is not None else {}
    return {
        "row": row,
        "look": LOOKS.get(row["state"], ""),
        "days": (row["due_on"] - clock.today()).days if row["due_on"] else None,
        "own": row["reported_by_name"] == request.user.get_full_name(),  # type: ignore[union-attr]
        "values": values,
        "errors": errors,
        "why": next((text for texts in errors.values() for text in texts), refusal.detail if refusal else ""),
        "problem": refusal.detail if refusal is not None and not errors else "",
        "percent": row["before"]["progress"] is not None or row["kind"] != Kind.LONG_TERM,
        "writes": "submit" in row["available_acts"],
        "needs_reason": row["same"] >= reporting.SAME_NEEDS_REASON - 1 or "reason" in errors or bool(values["reason"]),
    }
