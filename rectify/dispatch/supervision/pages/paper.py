"""The page of a paper: what was asked, of whom, until when; the letter, the answer, what happened, what can be done."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from measures.pages.filled import Filled, shown_back
from rectify.organization.models import Department
from rectify.organization.posts import Concern, Posts
from rectify.web import clock
from rectify.workflow.refusals import Forbidden, NotFound, Refusal

from ...models import OrderKind, OrderStatus, SupervisionOrder
from .. import answering, drafting
from ..acting import acts_on
from ..drafting import usual_due_on
from ..shown import letter_of, line_of, standing, what_happened, why_not

ACTS: Mapping[str, tuple[Any, Any]] = {
    "edit": (drafting.edit_order, gettext_lazy("The draft is saved.")),
    "issue": (drafting.issue_order, gettext_lazy("%(number)s is issued; the department is told.")),
    "answer": (answering.answer_order, gettext_lazy("The answer is sent; the rectification office is told.")),
    "return_answer": (answering.return_answer, gettext_lazy("The answer is returned; the department is told.")),
    "conclude": (answering.conclude_order, gettext_lazy("%(number)s is concluded.")),
    "cancel": (answering.cancel_order, gettext_lazy("The paper is cancelled.")),
}
WRITTEN = ("department", "title", "question", "text", "due_on")
FIELD_LABELS: Mapping[str, Any] = {
    "department": gettext_lazy("Department that has to answer"),
    "title": pgettext_lazy("supervision", "Title"),
    "question": gettext_lazy("What must be answered"),
    "text": gettext_lazy("Text of the paper"),
    "due_on": gettext_lazy("To be answered until"),
    "instruction": gettext_lazy("The leader's words"),
    "leader": gettext_lazy("Whose instruction it is"),
    "answer": gettext_lazy("The answer"),
    "reason": gettext_lazy("Reason"),
    "conclusion": gettext_lazy("Conclusion"),
}


def seen(request: HttpRequest, pk: int) -> SupervisionOrder:
    """The paper that an address names. Raises NotFound where the reader may not see it."""
    found = SupervisionOrder.objects.visible_to(request.user, clock.today()).for_display().filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such paper, or it is not yours to see."))
    request.round = found.round  # type: ignore[attr-defined]
    return found


@login_required
@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one paper."""
    return paper_page(request, seen(request, pk), Filled())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Does one of `ACTS` and returns to the paper; shows it with what was typed where that was refused."""
    if act not in ACTS:
        raise Http404
    found = seen(request, pk)
    here = reverse("supervision-order", args=[pk])
    if request.method != "POST":
        return redirect(f"{here}#act")
    data = typed(request)
    service, done = ACTS[act]
    try:
        order = service(clock.act_of(request.user), pk, data)
    except (NotFound, Forbidden):
        raise
    except Refusal as refusal:
        return paper_page(request, found, Filled(act, shown_back(data), refusal))
    messages.success(request, done % {"number": order.number})
    return redirect(here)


def typed(request: HttpRequest) -> dict[str, Any]:
    """The fields of a form as an act takes them: what was not chosen is nothing, not an empty word."""
    data: dict[str, Any] = request.POST.dict()
    chosen = ("department", "due_on", "leader", "measure", "sub_issue", "parent")
    return data | {name: data[name] or None for name in chosen if name in data}


def paper_page(request: HttpRequest, order: SupervisionOrder, filled: Filled) -> HttpResponse:
    """The page, with a form as it was sent where it was refused."""
    today = clock.today()
    posts = Posts.of(request.user, today)
    acts = acts_on(order, posts)
    usual = usual_due_on(today) if {"issue", "return_answer"} & set(acts) else None
    context = {
        "order": order,
        "line": line_of(order, today),
        "standing": standing(order, today),
        "letter": letter_of(order, today, usual),
        "acts": acts,
        "why_not": why_not(order, posts),
        "facts": facts_of(order, request, acts),
        "happened": what_happened(order),
        "filled": filled,
        "errors": filled.errors,
        "error_lines": error_lines(filled),
        "values": values_of(order, filled),
        "next_paper": next_paper(order, posts),
        "usual_due_on": usual,
    }
    if "edit" in acts:
        context["departments"] = departments_of(order.round.organization_id)
    return render(request, "supervision/paper.html", context, status=filled.status)


def departments_of(organization_id: int) -> list[tuple[Any, str]]:
    """The departments of an organisation as choices, none first. One statement."""
    found = Department.objects.filter(organization=organization_id).values_list("pk", "name")
    return [("", _("to be chosen")), *found]


def values_of(order: SupervisionOrder, filled: Filled) -> dict[str, Any]:
    """What the fields of the forms hold: what was typed, else what the paper has."""
    kept: dict[str, Any] = {name: getattr(order, name) for name in WRITTEN if name != "department"}
    kept |= {"department": order.department_id or "", "answer": order.answer}
    kept["due_on"] = order.due_on.isoformat() if order.due_on else ""
    typed_words = {name: "" if value is None else value for name, value in filled.values.items()}
    return kept | typed_words


def error_lines(filled: Filled) -> list[dict[str, Any]]:
    """What is wrong with a form, each line a link to its field."""
    return [
        {"label": FIELD_LABELS[name], "url": f"#{name}", "text": errors[0]}
        for name, errors in filled.errors.items()
        if name in FIELD_LABELS and errors
    ]


def facts_of(order: SupervisionOrder, request: HttpRequest, acts: list[str]) -> list[dict[str, Any]]:
    """Of whom, about what, until when, for the `definitions` component."""
    writes = "edit" in acts
    lines: list[dict[str, Any]] = [{"term": _("Kind of paper"), "text": order.get_kind_display()}]
    if not writes:
        lines.append({"term": _("Asked of"), "text": order.department.name if order.department else "—"})
    about = {"term": _("About"), "text": line_of(order, clock.today())["about"]}
    if order.measure_id:
        about["url"] = reverse("measure", args=[order.measure_id])
    elif order.sub_issue_id:
        about["url"] = reverse("sub-issue", args=[order.sub_issue_id])
    lines.append(about)
    if order.question and not writes:
        lines.append({"term": _("What must be answered"), "text": order.question})
    if order.due_on and not writes:
        lines.append({"term": _("To be answered until"), "text": order.due_on.isoformat()})
    if order.parent is not None:
        lines.append({"term": _("Follows"), "text": str(order.parent), "url": _address(order.parent)})
    followed = SupervisionOrder.objects.visible_to(request.user, clock.today()).filter(parent=order).order_by("pk")
    lines += [{"term": _("Followed by"), "text": str(each), "url": _address(each)} for each in followed]
    return lines


def _address(order: SupervisionOrder) -> str:
    return reverse("supervision-order", args=[order.pk])


def next_paper(order: SupervisionOrder, posts: Posts) -> str:
    """Where the office drafts the paper that follows one that waits for its answer; empty for others."""
    office = "office" in posts.parties(Concern(order.round.organization_id))
    if not office or order.status != OrderStatus.ISSUED or order.kind == OrderKind.INSTRUCTION:
        return ""
    about = f"&measure={order.measure_id}" if order.measure_id else ""
    about = f"&sub_issue={order.sub_issue_id}" if order.sub_issue_id else about
    return f"{reverse('supervision-new')}?round={order.round_id}{about}&parent={order.pk}"
