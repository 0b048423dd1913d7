"""The page of a measure: what is asked, what was done, where it stands, and which acts are open."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rectify.organization.posts import Posts
from rectify.web import clock
from rectify.web.moments import Moment, read_moment
from rectify.workflow.refusals import NotFound
from rectify.workflow.signing import Outcome

from ..models import Measure
from ..past import rewind_measures
from ..present import Present, deadlines_of, present_of
from ..standing import chain_steps, last_change
from ..states import MEASURE_TRANSITIONS
from .asked import asked_of_measure, path_of
from .deadlines import approved_item, under_review
from .filled import Filled
from .forms import fields_for
from .look_back_lines import of_measure
from .minutes import minutes, with_corrections
from .request_shown import request_shown, voided
from .shown_evidence import OF_A_FILE, Reader, evidence_fields, evidence_items
from .signed_where import told_where

SHOWN_ROWS = 40
PRIMARY = ("sign", "report_progress", "request_closure", "reopen", "report_stage", "review_stage")


@login_required
@require_safe
def measure(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one measure; `?act=` opens the form of an act, `?history=all` shows every entry."""
    return measure_page(request, pk, Filled(request.GET.get("act", ""), request.GET.dict()))


def measure_page(request: HttpRequest, pk: int, filled: Filled) -> HttpResponse:
    """The page, with a form as it was sent where it was refused."""
    seen = look_at(request, pk)
    return render(request, "measures/measure.html", page_context(request, seen, filled), status=filled.status)


@dataclass
class SeenMeasure(Present):
    """A measure as a reader sees it on the day that is shown; on a past day nothing is under review or open."""

    moment: Moment


def visible_measure(posts: Posts, pk: int) -> Measure:
    """The measure with everything above it. Raises NotFound where the reader may not see it."""
    found = (
        Measure.objects.for_display()
        .select_related("sub_issue__finding__heading__parent", "sub_issue__special_plan", "sub_issue__lead_department")
        .filter(pk=pk)
        .first()
    )
    if found is None or not posts.reads(found.sub_issue.round.organization):
        raise NotFound(_("There is no such measure, or it is not yours to see."))
    return found


def look_at(request: HttpRequest, pk: int) -> SeenMeasure:
    """The measure that an address names, as of the day that it names."""
    today = clock.today()
    posts = Posts.of(request.user, today)
    found = visible_measure(posts, pk)
    round_ = found.sub_issue.round
    request.round = round_  # type: ignore[attr-defined]
    moment = read_moment(request.GET, today, round_.feedback_on)
    if moment.is_past:
        then = Measure.objects.filter(pk=pk).as_of(moment.on, moment.known_at).select_related("sub_issue")
        rewound = rewind_measures(then, round_.organization_id, moment.on)
        if not rewound:
            raise NotFound(_("This measure did not exist on that day."))
        rewound[0].sub_issue = found.sub_issue
        return SeenMeasure(rewound[0], posts, None, frozenset(), [], deadlines_of(found, moment), False, moment)
    return SeenMeasure(**vars(present_of(found, posts, today)), moment=moment)


def page_context(request: HttpRequest, seen: SeenMeasure, filled: Filled) -> dict[str, Any]:
    """Everything that the page shows."""
    found, on, past = seen.measure, seen.moment.on, seen.moment.is_past
    whole = request.GET.get("history") == "all"
    rows = list(history_of(found, seen.moment)[: None if whole else SHOWN_ROWS + 1])
    shown = rows if whole else rows[:SHOWN_ROWS]
    deadline = under_review(seen.deadlines.pending, seen.posts, on, filled)
    pending = not past and seen.request is not None and seen.request.outcome == Outcome.PENDING
    opened = filled.act if filled.act in seen.acts else "sign" if "sign" in seen.acts and not filled.refusal else ""
    reader = Reader(seen.posts, seen.moment.known_on or on, seen.acts, seen.parties, present=not past)
    look_back = None if past else of_measure(found, seen.posts, on, filled)
    return {
        "measure": found,
        "seen": seen,
        "path": path_of(found.sub_issue),
        "asked": asked_of_measure(found, on, approved_item(found, seen.deadlines.granted)),
        "asked_for": request_shown(seen.request, found) if pending else {},
        "voided": voided([seen.request], seen.posts, "signer" in seen.parties).get(found.pk) if pending else None,
        "deadline": deadline,
        "days_left": (found.due_on - on).days if found.due_on else None,
        "latest": latest_report(found),
        "evidence": evidence_items(evidence_of(found, seen.moment), reader),
        "minutes": minutes(shown),
        "more_rows": len(rows) > len(shown),
        "turn": "" if past else seen.turn(last_change(rows), on),
        "chain": chain_of(seen, rows),
        "why_nots": [] if past else seen.why_nots(),
        "buttons": buttons(found, seen.acts, opened, on),
        "here": reverse("measure", args=[found.pk]),
        "opened": opened,
        "panel": f"measures/act_{opened}.html" if opened else "",
        "act_url": reverse("measure-act", args=[found.pk, opened]) if opened else "",
        "form": fields_for(found, opened, filled, on) | evidence_fields(found, opened, reader, filled.values),
        "look_back": look_back,
        "told_below": filled.beside and look_back is not None and look_back["shown"],
        "filled": filled,
    }


def history_of(found: Measure, moment: Moment) -> Any:
    """A measure's rows, newest first, as far as they count for the day that is shown."""
    rows = with_corrections(found.history.all())
    if moment.is_past:
        rows = rows.filter(happened_on__lte=moment.on)
        if moment.known_at:
            rows = rows.filter(recorded_at__lte=moment.known_at)
    return rows


def evidence_of(found: Measure, moment: Moment) -> Any:
    """A measure's evidence on the day that is shown, newest first."""
    files = found.evidence.order_by("-pk")
    return files.filter(uploaded_on__lte=moment.known_on or moment.on) if moment.is_past else files


def latest_report(found: Measure) -> list[dict[str, Any]]:
    """The newest report, for the `definitions` component; empty where there is none."""
    if found.reported_on is None:
        return []
    lines = [
        (_("What was done"), found.work_done),
        (_("Next step"), found.next_step),
        (_("Difficulties"), found.difficulty),
    ]
    return [{"term": term, "text": text} for term, text in lines if text]


def chain_of(seen: SeenMeasure, rows: list[Any]) -> list[dict[str, Any]]:
    """The newest request's chain; a recalled one is no longer of interest, nor is one that was answered by new work."""
    request = seen.request
    if request is None or request.outcome == Outcome.RECALLED:
        return []
    if request.outcome == Outcome.PASSED and not seen.measure.is_settled:
        return []
    returned = next((row for row in rows if row.action == "return"), None)
    return told_where(chain_steps(request, seen.measure, seen.moment.on, returned), request)


def buttons(found: Measure, acts: list[str], opened: str, on: date) -> list[dict[str, Any]]:
    """The open acts as links to their forms, the likeliest first; not the one that is open, nor those of a file."""
    ahead = found.review_on is not None and on < found.review_on
    first = next((act for act in PRIMARY if act in acts and not (ahead and act == "review_stage")), "")
    here = reverse("measure", args=[found.pk])
    ordered = sorted((act for act in acts if act != opened and act not in OF_A_FILE), key=lambda act: act != first)
    return [
        {
            "act": act,
            "label": MEASURE_TRANSITIONS.label(act),
            "url": f"{here}?act={act}#act",
            "primary": act == first,
        }
        for act in ordered
    ]
