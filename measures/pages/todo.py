"""What waits for a person, and signing it one after the other like a folder."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rectify.organization.models import Role
from rectify.organization.posts import Posts
from rectify.web import clock
from rectify.workflow.refusals import Refusal

from ..closing import seen_digest, what_is_missing
from ..models import ClosureRequest, Evidence, Measure
from ..requests import ACCEPTANCE, CLOSURE, DEADLINE_KINDS, EXTENSION, KINDS, LONG_TERM, RequestKind
from ..standing import chain_steps, for_days, post_of, queue_name, stage_overdue, waits_for
from ..todo import LISTS, OfRequest, Waiting, lists_of, to_sign
from . import closing, deadline_acts, sub_issue
from .acts import named
from .asked import asked_of_measure, asked_of_sub_issue
from .deadlines import RETURN_REASONS, earlier_items, facts_of, in_short
from .filled import Filled, shown_back, typed
from .forms import plain_form
from .look_back_lines import lines_of_waiting
from .measure import latest_report
from .papers import criteria_fields
from .request_shown import request_shown, voided
from .shown_evidence import Reader, evidence_items
from .signed_where import told_where

# With more evidence than this, only that of the first measure is unfolded.
MOST_UNFOLDED = 12
TABS = tuple(name.replace("_", "-") for name in LISTS)
BY_NAME: Mapping[str, RequestKind] = {kind.name: kind for kind in KINDS}
# Kind of request -> its services by act, and what they have done in words.
SIGNING: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    CLOSURE.name: (closing.SERVICES, closing.DONE),
    ACCEPTANCE.name: (sub_issue.SERVICES, sub_issue.DONE),
    EXTENSION.name: (deadline_acts.SERVICES[EXTENSION.name], deadline_acts.DONE),
    LONG_TERM.name: (deadline_acts.SERVICES[LONG_TERM.name], deadline_acts.DONE),
}


@login_required
@require_safe
def todo(request: HttpRequest) -> HttpResponse:
    """Lists of what waits. The first that is not empty is shown unless one is named."""
    on = clock.today()
    posts = Posts.of(request.user, on)
    lists = {name.replace("_", "-"): found for name, found in lists_of(posts, on).items()}
    # Departments report on stages, the office reviews them. Few are asked anything after a look-back.
    reviews = Role.OFFICE in posts.roles
    hidden = {
        "stages" if not posts.department_ids() and not reviews else "",
        "look-back" if not lists["look-back"] else "",
    }
    tabs = [name for name in TABS if name not in hidden]
    wanted = request.GET.get("tab", "")
    tab = wanted if wanted in tabs else next((name for name in tabs if lists[name]), tabs[0])
    labels = {
        "to-sign": queue_name(posts),
        "returned": _("Returned to me"),
        "stages": _("Stages to review"),
        "look-back": _("Remarks and look-back"),
        "asked": _("Asked by me"),
    }
    context = {
        "tab": tab,
        "tabs": [
            {"label": labels[name], "url": f"?tab={name}", "count": len(lists[name]), "current": name == tab}
            for name in tabs
        ],
        "lines": lines_of(tab, lists[tab], posts, on, reviews),
        "reviews": reviews,
        "to_sign": len(lists["to-sign"]),
        "returned": len(lists["returned"]),
        "stages": len(lists["stages"]),
        "looked_back": len(lists["look-back"]),
        "first": item_url(lists["to-sign"][0]) if lists["to-sign"] else "",
    }
    return render(request, "todo/todo.html", context)


def lines_of(tab: str, found: list[Any], posts: Posts, on: date, reviews: bool) -> list[dict[str, Any]]:
    """What a tab's list shows.

    Args:
        reviews: the person reviews stages, and does not report on them.
    """
    if tab == "look-back":
        return lines_of_waiting(found, on)
    if tab == "stages":
        return [stage_line(item, on, reviews) for item in found]
    waiting = [item.request for item in found if isinstance(item, Waiting)]
    void = voided(waiting, posts, tab == "to-sign")
    return [line_of(item) | {"voided": void.get(item.subject.pk) if item.is_measure else None} for item in found]


def item_url(item: Waiting) -> str:
    """The address of an item to sign."""
    return reverse("todo-item", args=[item.kind.name, item.key])


def page_of(item: OfRequest) -> str:
    """The page of what a request is about."""
    return reverse("measure" if item.is_measure else "sub-issue", args=[item.subject.pk])


def line_of(item: Any) -> dict[str, Any]:
    """A line about something that waits or was returned."""
    subject, request = item.subject, item.request
    line = {
        "number": subject.number,
        "title": subject.content if item.is_measure else subject.title,
        "what": item.kind.label,
        "detail": in_short(request) if item.kind in DEADLINE_KINDS else "",
        "url": page_of(item),
        "department": subject.lead_department.name,
        "asked_by": request.asked_by_name,
        "asked_on": request.asked_on,
    }
    if isinstance(item, Waiting):
        step = request.next_signer
        return line | {
            "sign_url": item_url(item),
            "waits": waits_for(step, subject) if step else "",
            "post": post_of(step, subject) if step else "",
            "days": for_days(item.days),
            "days_number": item.days,
        }
    return line | {
        "reason": item.reason,
        "who": item.who,
        "ended_on": request.ended_on,
        "mend_url": f"{page_of(item)}?act={item.kind.mends}#act",
    }


def stage_line(measure: Measure, on: date, reviews: bool) -> dict[str, Any]:
    """A line about a long-term measure whose review day has come."""
    page = reverse("measure", args=[measure.pk])
    return {
        "number": measure.number,
        "title": measure.content,
        "what": _("Review of a stage"),
        "department": measure.lead_department.name,
        "review_on": measure.review_on,
        "late": stage_overdue(measure, on),
        "reported": measure.stage_work,  # type: ignore[attr-defined]
        "goal": measure.stage_goal,
        "url": page,
        "mend_url": f"{page}?act={'review_stage' if reviews else 'report_stage'}#act",
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def todo_item(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """One item to sign with everything one needs for it; signing or returning it leads to the next."""
    if kind not in BY_NAME:
        raise Http404
    if request.method != "POST":
        # A link opens the form with which it is returned: it works where no script runs.
        asked = request.GET.get("act", "")
        return folder(request, BY_NAME[kind], pk, Filled(asked if asked == "return" else ""))
    services, done = SIGNING[kind]
    act, data = request.POST.get("act", ""), typed(request)
    if act not in ("sign", "return"):
        raise Http404
    following = next_after(request, BY_NAME[kind], pk)
    try:
        row = services[act](clock.act_of(request.user), pk, data)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return folder(request, BY_NAME[kind], pk, Filled(act, shown_back(data), refusal))
    subject = row.measure if BY_NAME[kind] in DEADLINE_KINDS else row
    messages.success(request, done[act] % {"number": named(subject)})
    return redirect(following)


def place_in(queue: list[Waiting], kind: RequestKind, pk: int) -> int | None:
    """Where an item stands in the queue; None where it is not, or no longer, this person's to sign."""
    return next((place for place, item in enumerate(queue) if item.kind is kind and item.key == pk), None)


def next_after(request: HttpRequest, kind: RequestKind, pk: int) -> str:
    """The address of the item that follows one in the queue, the first again after the last."""
    on = clock.today()
    queue = to_sign(Posts.of(request.user, on), on)
    place = place_in(queue, kind, pk)
    if place is None or len(queue) < 2:
        return reverse("todo")
    return item_url(queue[(place + 1) % len(queue)])


def elsewhere(request: HttpRequest, kind: RequestKind, pk: int) -> str:
    """The page that says what became of an item, and 404 where it is not to be seen."""
    if kind in DEADLINE_KINDS:
        return reverse("measure", args=[deadline_acts.measure_of(kind, pk, request.user)])
    return reverse("measure" if kind.is_measure else "sub-issue", args=[pk])


def why_gone(request: HttpRequest, kind: RequestKind, pk: int) -> str:
    """Why an item is not in a person's folder: they signed it, perhaps in another window, or it is not theirs."""
    of = {"pk": pk} if kind in DEADLINE_KINDS else {kind.subject: pk}
    newest = kind.requests.objects.filter(**of).prefetch_related("signatures").order_by("-pk").first()
    if newest is not None and request.user.pk in newest.signer_ids():
        return _("This was signed already; nothing was signed again.")
    return _("This is not, or no longer, yours to sign; nothing was changed.")


def folder(request: HttpRequest, kind: RequestKind, pk: int, filled: Filled) -> HttpResponse:
    """The item as a folder: what was asked, what was done, the evidence, who signed before."""
    on = clock.today()
    posts = Posts.of(request.user, on)
    queue = to_sign(posts, on)
    place = place_in(queue, kind, pk)
    if place is None:
        there = elsewhere(request, kind, pk)
        messages.warning(request, why_gone(request, kind, pk))
        return redirect(there)
    item = queue[place]
    prefetch_related_objects([item.request], "signatures__paper")
    round_ = item.subject.sub_issue.round if item.is_measure else item.subject.round
    request.round = round_  # type: ignore[attr-defined]
    form = plain_form(filled, filled.act or "sign", round_)
    if not item.is_measure:
        form["criteria"] = criteria_fields(round_, form["values"].get("criteria", ()))
    elif isinstance(item.request, ClosureRequest):
        form["digest"] = seen_digest(item.subject, item.request)
        form["missing"] = what_is_missing(item.subject)
    context = {
        "item": item,
        "queue_name": queue_name(posts),
        "subject": item.subject,
        "is_measure": item.is_measure,
        "place": place + 1,
        "total": len(queue),
        "following": item_url(queue[(place + 1) % len(queue)]) if len(queue) > 1 else "",
        "line": line_of(item),
        "chain": told_where(chain_steps(item.request, item.subject, on), item.request),
        "form": form,
        "filled": filled,
        **(of_measure(item, posts, on) if item.is_measure else of_sub_issue(item, posts, on)),
    }
    if kind in DEADLINE_KINDS:
        context |= of_deadline(item, filled)
    return render(request, "todo/item.html", context, status=filled.status)


def of_measure(item: Waiting, posts: Posts, on: date) -> dict[str, Any]:
    """What a signer reads of a measure."""
    return {
        "asked": asked_of_measure(item.subject, on),
        "asked_for": request_shown(item.request, item.subject),
        "voided": voided([item.request], posts, signs=True).get(item.subject.pk),
        "latest": latest_report(item.subject),
        "evidence": evidence_items(item.subject.evidence.order_by("-pk"), Reader(posts, on, back=item_url(item))),
    }


def of_deadline(item: Waiting, filled: Filled) -> dict[str, Any]:
    """What a signer reads of a request for a later deadline, or for none."""
    request: Any = item.request
    form = plain_form(filled, filled.act or "sign", item.subject.sub_issue.round)
    chosen = filled.values.get("chosen", ())
    form |= {"stock": [(text, str(text) in chosen) for text in RETURN_REASONS], "digest": request.digest}
    asked_for = request_shown(request, item.subject) | {"facts": [*facts_of(request), *earlier_items(request)]}
    return {"asked_for": asked_for, "form": form}


def of_sub_issue(item: Waiting, posts: Posts, on: date) -> dict[str, Any]:
    """What a signer reads of a sub-issue."""
    request: Any = item.request
    measures = list(Measure.objects.for_display().filter(sub_issue=item.subject).order_by("position"))
    return {
        "asked": asked_of_sub_issue(item.subject, on),
        "asked_for": request_shown(request, item.subject),
        "result": request.get_result_display(),
        "measures": [{"row": m, "days": None, "late": m.is_overdue(on)} for m in measures],
        **evidence_by_measure(measures, Reader(posts, on, back=item_url(item))),
    }


def evidence_by_measure(measures: Sequence[Measure], reader: Reader) -> dict[str, Any]:
    """The evidence that stands under each of some measures: four statements, however many there are."""
    rows: Any = Evidence.objects.standing().filter(measure__in=measures)
    files = list(rows.select_related("replaced_by").order_by("-pk"))
    shown: dict[int, list[Any]] = {measure.pk: [] for measure in measures}
    for file, line in zip(files, evidence_items(files, reader), strict=True):
        shown[file.measure_id].append(line)
    return {
        "groups": [{"measure": measure, "evidence": shown[measure.pk]} for measure in measures],
        "total": len(files),
        "unfolded": len(files) <= MOST_UNFOLDED,
    }
