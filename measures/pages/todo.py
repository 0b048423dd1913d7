"""What waits for a person, and signing it one after the other like a folder."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rectify.organization.posts import Posts
from rectify.web import clock
from rectify.workflow.refusals import Refusal

from ..inputs import OUTCOME_UNITS
from ..models import Measure
from ..standing import chain_steps, for_days, post_of, queue_name, waits_for
from ..todo import Waiting, asked_by, returned_with_reasons, to_sign
from .asked import asked_of_measure, asked_of_sub_issue
from .closing import DONE as MEASURE_DONE
from .closing import SERVICES as MEASURE_SERVICES
from .filled import Filled, shown_back, typed
from .forms import plain_form
from .measure import evidence_items, latest_report
from .sub_issue import DONE as SUB_ISSUE_DONE
from .sub_issue import SERVICES as SUB_ISSUE_SERVICES

TABS = ("to-sign", "returned", "asked")
KINDS = {"measure": True, "sub-issue": False}


@login_required
@require_safe
def todo(request: HttpRequest) -> HttpResponse:
    """Three lists: to sign, returned to me, asked by me. The first that is not empty is shown unless one is named."""
    on = clock.today()
    posts = Posts.of(request.user, on)
    lists: dict[str, list[Any]] = {
        "to-sign": to_sign(posts, on),
        "returned": returned_with_reasons(posts),
        "asked": asked_by(posts, on),
    }
    wanted = request.GET.get("tab", "")
    tab = wanted if wanted in TABS else next((name for name in TABS if lists[name]), TABS[0])
    labels = {"to-sign": queue_name(posts), "returned": _("Returned to me"), "asked": _("Asked by me")}
    context = {
        "tab": tab,
        "tabs": [
            {"label": labels[name], "url": f"?tab={name}", "count": len(lists[name]), "current": name == tab}
            for name in TABS
        ],
        "lines": [line_of(item, on) for item in lists[tab]],
        "to_sign": len(lists["to-sign"]),
        "returned": len(lists["returned"]),
        "first": item_url(lists["to-sign"][0]) if lists["to-sign"] else "",
    }
    return render(request, "todo/todo.html", context)


def item_url(item: Waiting) -> str:
    """The address of an item to sign."""
    return reverse("todo-item", args=["measure" if item.is_measure else "sub-issue", item.subject.pk])


def line_of(item: Any, on: Any) -> dict[str, Any]:
    """A line about something that waits or was returned."""
    subject, request = item.subject, item.request
    page = reverse("measure" if item.is_measure else "sub-issue", args=[subject.pk])
    line = {
        "number": subject.number,
        "title": subject.content if item.is_measure else subject.title,
        "what": _("Closure of a measure") if item.is_measure else _("Acceptance of a sub-issue"),
        "url": page,
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
    act = "request_closure" if item.is_measure else "request_acceptance"
    mend = "report_progress" if item.is_measure else act
    return line | {
        "reason": item.reason,
        "who": item.who,
        "ended_on": request.ended_on,
        "mend_url": f"{page}?act={mend}#act",
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def todo_item(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """One item to sign with everything one needs for it; signing or returning it leads to the next."""
    if kind not in KINDS:
        raise Http404
    if request.method != "POST":
        return folder(request, KINDS[kind], pk, Filled())
    is_measure = KINDS[kind]
    services, done = (MEASURE_SERVICES, MEASURE_DONE) if is_measure else (SUB_ISSUE_SERVICES, SUB_ISSUE_DONE)
    act, data = request.POST.get("act", ""), typed(request)
    if act not in ("sign", "return"):
        raise Http404
    following = next_after(request, is_measure, pk)
    try:
        subject = services[act](clock.act_of(request.user), pk, data)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return folder(request, is_measure, pk, Filled(act, shown_back(data), refusal))
    messages.success(request, done[act] % {"number": subject.number})
    return redirect(following)


def next_after(request: HttpRequest, is_measure: bool, pk: int) -> str:
    """The address of the item that follows one in the queue, the first again after the last."""
    on = clock.today()
    queue = to_sign(Posts.of(request.user, on), on)
    place = next((i for i, item in enumerate(queue) if item.is_measure == is_measure and item.subject.pk == pk), None)
    if place is None or len(queue) < 2:
        return reverse("todo")
    return item_url(queue[(place + 1) % len(queue)])


def folder(request: HttpRequest, is_measure: bool, pk: int, filled: Filled) -> HttpResponse:
    """The item as a folder: what was asked, what was done, the evidence, who signed before."""
    on = clock.today()
    posts = Posts.of(request.user, on)
    queue = to_sign(posts, on)
    place = next((i for i, item in enumerate(queue) if item.is_measure == is_measure and item.subject.pk == pk), None)
    if place is None:
        # Signed meanwhile, or not this person's: its own page says what it is, and 404 where it is not to be seen.
        return redirect(reverse("measure" if is_measure else "sub-issue", args=[pk]))
    item = queue[place]
    request.round = item.subject.sub_issue.round if is_measure else item.subject.round  # type: ignore[attr-defined]
    context = {
        "item": item,
        "queue_name": queue_name(posts),
        "subject": item.subject,
        "is_measure": is_measure,
        "place": place + 1,
        "total": len(queue),
        "following": item_url(queue[(place + 1) % len(queue)]) if len(queue) > 1 else "",
        "line": line_of(item, on),
        "chain": chain_steps(item.request, item.subject, on),
        "form": plain_form(filled, filled.act or "sign"),
        "filled": filled,
        **(of_measure(item, on) if is_measure else of_sub_issue(item, on)),
    }
    return render(request, "todo/item.html", context, status=filled.status)


def of_measure(item: Waiting, on: Any) -> dict[str, Any]:
    """What a signer reads of a measure."""
    request: Any = item.request
    outcomes = [{"term": OUTCOME_UNITS.get(name, name), "text": value} for name, value in request.outcomes.items()]
    return {
        "asked": asked_of_measure(item.subject, on),
        "latest": latest_report(item.subject),
        "outcomes": outcomes,
        "evidence": evidence_items(item.subject.evidence.order_by("-pk")),
    }


def of_sub_issue(item: Waiting, on: Any) -> dict[str, Any]:
    """What a signer reads of a sub-issue."""
    request: Any = item.request
    measures = Measure.objects.for_display().filter(sub_issue=item.subject).order_by("position")
    return {
        "asked": asked_of_sub_issue(item.subject, on),
        "result": request.get_result_display(),
        "measures": [{"row": m, "days": None, "late": m.is_overdue(on)} for m in measures],
    }
