"""The page on which a paper is drafted: its kind proposed by what went before, its words from the template."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from issues.models import Round, SubIssue
from measures.models import Measure
from measures.pages.filled import Filled, shown_back
from measures.states import SETTLED
from rectify.organization.models import Leader
from rectify.organization.posts import Posts
from rectify.web import clock
from rectify.workflow.refusals import Forbidden, NotFound, Refusal

from ...models import OrderKind, SupervisionOrder
from ...pages.shared import round_of
from ..drafting import draft_order, last_paper, may_draft, proposed_kind, usual_due_on
from ..matters import drafted_words
from ..shown import letter_of
from ..states import ESCALATION, ORDER_TRANSITIONS
from ..wording import usual_question
from .paper import departments_of, error_lines, typed

# A choice in a list is as long as one reads at a glance.
GLANCE = 40


@dataclass
class Wanted:
    """What is to be drafted.

    Args:
        kinds: what the reader may draft.
        about: the measure, the sub-issue, or the round.
        parent: the paper that this one follows.
    """

    round: Round
    kinds: frozenset[str]
    about: Any
    kind: str
    parent: SupervisionOrder | None

    @property
    def office(self) -> bool:
        return OrderKind.ORDER in self.kinds

    @property
    def where(self) -> dict[str, Any]:
        """The part of the address that says what it is about."""
        found: dict[str, Any] = {"round": self.round.pk}
        if isinstance(self.about, Measure):
            found["measure"] = self.about.pk
        elif isinstance(self.about, SubIssue):
            found["sub_issue"] = self.about.pk
        return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Shows the form of a paper, `?kind=` and `?measure=` or `?sub_issue=`; sent, it becomes a draft."""
    wanted = wanted_of(request)
    if request.method != "POST":
        return form_page(request, wanted, Filled())
    data = typed(request) | wanted.where | {"kind": wanted.kind}
    try:
        order = draft_order(clock.act_of(request.user), wanted.round.pk, data)
    except (NotFound, Forbidden):
        raise
    except Refusal as refusal:
        return form_page(request, wanted, Filled("draft", shown_back(data), refusal))
    saved = _("The draft is saved. Nobody is told before it is issued.")
    messages.success(request, saved if wanted.office else _("The rectification office has your instruction."))
    return redirect(reverse("supervision-order", args=[order.pk]))


def wanted_of(request: HttpRequest) -> Wanted:
    """What an address asks to draft. Raises NotFound, Forbidden."""
    round_ = round_of(request)
    if round_ is None:
        raise NotFound()
    about = about_of(request, round_)
    if not isinstance(about, Round):
        round_ = about.sub_issue.round if isinstance(about, Measure) else about.round
    request.round = round_  # type: ignore[attr-defined]
    kinds = may_draft(Posts.of(request.user, clock.today()), round_.organization_id)
    if not kinds:
        raise Forbidden(ORDER_TRANSITIONS.not_yours)
    last = last_paper(round_, about)
    parent = named(SupervisionOrder.objects.filter(round=round_, issued_on__isnull=False), request, "parent") or last
    proposed = proposed_kind(parent) if OrderKind.ORDER in kinds else OrderKind.INSTRUCTION.value
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds else proposed
    return Wanted(round_, kinds, about, kind, parent if kind in ESCALATION else None)


def about_of(request: HttpRequest, round_: Round) -> Any:
    """The measure or sub-issue in the address that the reader may see; the round where it names none."""
    today = clock.today()
    rounds = Round.objects.visible_to(request.user, today).values("pk")
    measures = Measure.objects.filter(sub_issue__round__in=rounds).select_related(
        "sub_issue__round__organization", "lead_department", "responsible_leader"
    )
    if (measure := named(measures, request, "measure")) is not None:
        return measure
    sub_issues = SubIssue.objects.filter(round__in=rounds).select_related(
        "round__organization", "lead_department", "responsible_leader"
    )
    return named(sub_issues, request, "sub_issue") or round_


def named(rows: Any, request: HttpRequest, name: str) -> Any:
    """The row that a parameter names; None where it names none. Raises NotFound for one that is not there."""
    text = request.GET.get(name, "")
    if not text:
        return None
    found = rows.filter(pk=int(text)).first() if text.isascii() and text.isdigit() and len(text) < 18 else None
    if found is None:
        raise NotFound(_("There is no such row, or it is not yours to see."))
    return found


def form_page(request: HttpRequest, wanted: Wanted, filled: Filled) -> HttpResponse:
    """The form, with what was typed where it was refused."""
    context: dict[str, Any] = {
        "wanted": wanted,
        "round": wanted.round,
        "kind_label": OrderKind(wanted.kind).label,
        "instruction": wanted.kind == OrderKind.INSTRUCTION,
        "about": "" if isinstance(wanted.about, Round) else str(wanted.about),
        "chosen": wanted.about.pk if isinstance(wanted.about, Measure) else "",
        "here": "?" + urlencode({**wanted.where, "kind": wanted.kind}),
        "filled": filled,
        "errors": filled.errors,
        "error_lines": error_lines(filled),
        "values": {**start(wanted), **{n: "" if v is None else v for n, v in filled.values.items()}},
    }
    if wanted.office:
        context |= {
            "kinds": kind_tabs(wanted),
            "departments": departments_of(wanted.round.organization_id),
            "usual_due_on": usual_due_on(clock.today()),
            "letter": None if filled.refusal else preview(wanted, context["values"]),
        }
        leaders = Leader.objects.filter(organization=wanted.round.organization_id)
        context["leaders"] = [("", _("to be chosen")), *leaders.values_list("pk", "title")]
    context["measures"] = measure_choices(wanted.round)
    return render(request, "supervision/new.html", context, status=filled.status)


def start(wanted: Wanted) -> dict[str, Any]:
    """What the form begins with."""
    words = drafted_words(wanted.round, wanted.kind, wanted.about, clock.today())
    return {
        "title": words.title,
        "text": words.body,
        "question": usual_question(wanted.kind),
        "department": getattr(wanted.about, "lead_department_id", "") or "",
        "due_on": "",
        "instruction": "",
        "leader": getattr(wanted.about, "responsible_leader_id", "") or "",
    }


def preview(wanted: Wanted, values: dict[str, Any]) -> dict[str, Any]:
    """How the paper would read if it were issued today as the form begins."""
    about = wanted.about
    order = SupervisionOrder(
        round=wanted.round,
        kind=wanted.kind,
        measure=about if isinstance(about, Measure) else None,
        sub_issue=about if isinstance(about, SubIssue) else None,
        department=getattr(about, "lead_department", None),
        **{name: values[name] for name in ("title", "question", "text")},
    )
    return letter_of(order, clock.today(), usual_due_on(clock.today()))


def kind_tabs(wanted: Wanted) -> list[dict[str, Any]]:
    """The kinds as tabs, in practice's order; choosing one takes its template."""
    return [
        {"label": label, "url": "?" + urlencode({**wanted.where, "kind": kind}), "current": kind == wanted.kind}
        for kind, label in OrderKind.choices
    ]


def measure_choices(round_: Round) -> list[tuple[int, str]]:
    """The round's measures that are not settled, the first to be due first. One statement."""
    rows = Measure.objects.filter(sub_issue__round=round_).exclude(status__in=SETTLED)
    ordered = rows.order_by("due_on", "sub_issue__position", "position").values_list("pk", "number", "content")
    return [(pk, f"{number} {content[:GLANCE]}") for pk, number, content in ordered]
