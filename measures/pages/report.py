"""Reporting on a measure: in a list, in the ledger's table, or on a page of its own."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from issues.states import Kind
from rectify.organization.posts import Posts
from rectify.web import clock
from rectify.workflow.refusals import Refusal

from ..models import Measure
from ..parties import available, parties_to, pending_request
from ..states import MEASURE_TRANSITIONS
from .asked import path_of
from .filing import report_with_files
from .filled import Filled, next_address, shown_back, typed
from .forms import FIELD_NAMES, error_lines, upload_limits
from .measure import latest_report, visible_measure
from .shown_evidence import evidence_items

ACT = "report_progress"
SHAPES = {"ledger": "measures/report_row.html", "row": "measures/report_row.html"}
# The form's field beside the measure's column that holds the same of the newest report.
COLUMNS = {"progress": "progress", "done": "work_done", "next_step": "next_step", "difficulty": "difficulty"}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report_row(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of a report; `?as=ledger` or `row` gives it as a row of a table, without it as a page."""
    if request.method == "POST":
        return save(request, pk)
    try:
        measure = visible_measure(_posts(request), pk)
        _require_reportable(request, measure)
    except Refusal as refusal:
        return refused(request, pk, refusal)
    return form(request, measure, Filled(ACT))


def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Saves a report, or shows the form again with what was wrong and everything that was typed."""
    if request.POST.get("resolve") == "theirs":
        return keep_theirs(request, pk)
    data = typed(request)
    try:
        measure = report_with_files(clock.act_of(request.user), pk, data, request.FILES.getlist("file"))
    except Refusal as refusal:
        if refusal.status in (403, 404):
            return refused(request, pk, refusal)
        return form(request, visible_measure(_posts(request), pk), Filled(ACT, shown_back(data), refusal))
    return saved(request, measure, _("Report on %(number)s saved.") % {"number": measure.number})


def keep_theirs(request: HttpRequest, pk: int) -> HttpResponse:
    """After a conflict: what somebody else saved stands, nothing is written."""
    measure = visible_measure(_posts(request), pk)
    return saved(request, measure, _("The report that was saved before stands; nothing was changed."), changed=False)


def _posts(request: HttpRequest) -> Posts:
    return Posts.of(request.user, clock.today())


def _require_reportable(request: HttpRequest, measure: Measure) -> None:
    """Raises the refusal that a report would meet now, before anybody writes one."""
    parties = parties_to(measure, _posts(request), pending_request(measure))
    MEASURE_TRANSITIONS.require_party(ACT, measure.status, parties)
    MEASURE_TRANSITIONS.require_state(ACT, measure.status, current=measure)


def in_place(request: HttpRequest) -> bool:
    """Whether a part of a page was asked for rather than a whole one."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted


def shape_of(request: HttpRequest) -> str:
    """`ledger`, `row`, or empty for the whole page."""
    shape = request.GET.get("as", "")
    return shape if shape in SHAPES else ""


def form(request: HttpRequest, measure: Measure, filled: Filled) -> HttpResponse:
    """The form in the shape that was asked for."""
    request.round = measure.sub_issue.round  # type: ignore[attr-defined]
    shape = shape_of(request)
    template = SHAPES.get(shape) or ("measures/report_form.html" if in_place(request) else "measures/report_page.html")
    return render(request, template, form_context(request, measure, filled, shape), status=filled.status)


def form_context(request: HttpRequest, measure: Measure, filled: Filled, shape: str) -> dict[str, Any]:
    """What the form shows, in every shape."""
    on = clock.today()
    prefix = f"report-{measure.pk}"
    open_now = ACT in available(measure, _posts(request), pending_request(measure))
    url = reverse("report-row", args=[measure.pk])
    return {
        "measure": measure,
        "path": path_of(measure.sub_issue),
        "shape": shape,
        "prefix": prefix,
        "url": f"{url}?as={shape}" if shape else url,
        "values": filled.values or {"progress": measure.progress},
        "errors": filled.errors,
        "error_lines": error_lines(filled.errors, prefix),
        "problem": "" if filled.stale and open_now else filled.problem,
        "conflict": conflict(measure, filled) if filled.stale and open_now else None,
        "percent": measure.kind != Kind.LONG_TERM,
        "upload": upload_limits(),
        "days_left": (measure.due_on - on).days if measure.due_on else None,
        "next": request.POST.get("next", request.GET.get("next", "")),
        **({} if shape else so_far(measure)),
    }


def so_far(measure: Measure) -> dict[str, Any]:
    """What the page of the form shows beside it."""
    return {"latest": latest_report(measure), "evidence": evidence_items(measure.evidence.order_by("-pk"))}


def conflict(measure: Measure, filled: Filled) -> dict[str, Any]:
    """What somebody else saved meanwhile beside what was typed, for the `conflict` component."""
    last = measure.history.order_by("-sequence").first()
    rows = []
    for name, column in COLUMNS.items():
        theirs, mine = getattr(measure, column), filled.values.get(name, "")
        if name == "progress":
            if measure.kind == Kind.LONG_TERM:
                continue
            theirs, mine = f"{theirs or 0}%", f"{mine}%" if mine else ""
        rows.append({"label": FIELD_NAMES[name], "theirs": theirs, "mine": mine, "differs": str(theirs) != str(mine)})
    return {
        "who": last.actor_name if last else "",
        "when": last.recorded_at if last else None,
        "rows": rows,
        "version": measure.version,
    }


def saved(request: HttpRequest, measure: Measure, text: str, changed: bool = True) -> HttpResponse:
    """Says at the place what was saved; a plain form is led back to where it came from."""
    shape = shape_of(request)
    if not shape and not in_place(request):
        messages.success(request, text)
        return redirect(next_address(request, reverse("measure", args=[measure.pk])))
    context = {"measure": measure, "text": text, "at": clock.now() if changed else None, "shape": shape}
    response = render(request, "measures/report_saved.html", context)
    trigger_client_event(response, "measure-changed", {"pk": measure.pk})
    return response


def refused(request: HttpRequest, pk: int, refusal: Refusal) -> HttpResponse:
    """A refusal of the whole: a part for a list, the page of problems otherwise."""
    shape = shape_of(request)
    if not shape and not in_place(request):
        raise refusal
    context = {"title": refusal.title, "detail": refusal.detail, "shape": shape, "pk": pk}
    return render(request, "measures/report_problem.html", context, status=refusal.status)
