"""Acceptance of a round's sub-issues (验收): what can be asked for, what is under review, and the meetings (验收会)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from issues.models import AcceptanceMeeting, Round, SubIssue
from issues.services import pending_requests
from issues.states import SubIssueStatus
from measures.acceptance_meeting import hold_meeting
from measures.models import ClosureRequest, Evidence, Measure
from measures.pages.filled import shown_back
from measures.standing import chain_steps, for_days, waiting_since, waits_for
from measures.states import OMITTED, SETTLED
from rectify.organization.models import Role, RoleAssignment
from rectify.web import clock
from rectify.web.uploads import only_file
from rectify.workflow.refusals import NotFound, Refusal
from rectify.workflow.signing import Outcome

from ..access import business_frame, is_office, office_round
from .record import told_of

# Whoever may sit in an acceptance meeting with an account of their own.
ATTENDING = (Role.OFFICE, Role.CHAIR, Role.LEADER, Role.HEAD)
ORDER = {"under_review": 0, "ready": 1, "going_on": 2, "accepted": 3}


@login_required
@require_safe
def acceptance(request: HttpRequest) -> HttpResponse:
    """The round's sub-issues by where they stand on the way to acceptance, and its meetings."""
    frame = business_frame(request)
    if frame.round is None:
        return render(request, "ledger/no_round.html")
    lines = lines_of(frame.round)
    groups = [
        {"key": key, "label": label, "lines": [line for line in lines if line["group"] == key]}
        for key, label in (
            ("under_review", _("Sub-issues under review")),
            ("ready", _("Everything settled, not asked for yet")),
            ("going_on", _("Measures still going on")),
            ("accepted", _("Accepted so far")),
        )
    ]
    context = {
        "round": frame.round,
        "groups": groups,
        "waiting": len(groups[0]["lines"]),
        "meetings": AcceptanceMeeting.objects.filter(round=frame.round).prefetch_related("items"),
        "closures": closures_of(frame.round),
        "office": is_office(frame),
    }
    return render(request, "acceptance/acceptance.html", context)


def closures_of(round_: Round) -> list[dict[str, Any]]:
    """The measures whose closure is under review, each with its chain, longest waiting first. Two statements."""
    requests = (
        ClosureRequest.objects.filter(measure__sub_issue__round=round_, outcome=Outcome.PENDING)
        .select_related("measure__lead_department", "measure__responsible_leader")
        .prefetch_related("signatures")
    )
    today = clock.today()
    lines = [
        {
            "measure": request.measure,
            "url": reverse("measure", args=[request.measure_id]),
            "steps": chain_steps(request, request.measure, today),
            "waits": waits_for(request.next_signer or "", request.measure),
            "since": waiting_since(request),
            "days": for_days((today - waiting_since(request)).days),
        }
        for request in requests
    ]
    return sorted(lines, key=lambda line: line["since"])


def lines_of(round_: Round) -> list[dict[str, Any]]:
    """A line for each sub-issue: how many of its measures are settled, and with whom it is. Four statements."""
    sub_issues = list(
        SubIssue.objects.filter(round=round_)
        .select_related("round__organization", "lead_department", "responsible_leader")
        .order_by("position")
    )
    requests = pending_requests(sub_issues)
    counted: dict[int, list[int]] = {}
    statuses = Measure.objects.filter(sub_issue__round=round_).exclude(status__in=OMITTED)
    for sub_issue_id, status in statuses.values_list("sub_issue", "status"):
        total = counted.setdefault(sub_issue_id, [0, 0])
        total[0] += 1
        total[1] += status in SETTLED
    lines = [_line(row, counted.get(row.pk, [0, 0]), requests.get(row.pk)) for row in sub_issues]
    return sorted(lines, key=lambda line: ORDER[line["group"]])


def _line(sub_issue: SubIssue, counted: Sequence[int], request: Any) -> dict[str, Any]:
    total, settled = counted
    line = {
        "sub_issue": sub_issue,
        "total": total,
        "settled": settled,
        "url": reverse("sub-issue", args=[sub_issue.pk]),
        "request": request,
        "waits": "",
    }
    if request is not None and request.next_signer:
        days = (clock.today() - waiting_since(request)).days
        return line | {
            "group": "under_review",
            "waits": waits_for(request.next_signer, sub_issue),
            "days": for_days(days),
        }
    if sub_issue.status in (SubIssueStatus.CLOSED, SubIssueStatus.SUSTAINED):
        return line | {"group": "accepted"}
    return line | {"group": "ready" if total and settled == total else "going_on"}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request: HttpRequest) -> HttpResponse:
    """The form in which the office records a meeting: what is under review, with evidence beside it, and decisions."""
    round_ = office_round(request)
    if request.method != "POST":
        return _form(request, round_, {}, None)
    data = data_of(request)
    try:
        held = hold_meeting(clock.act_of(request.user), round_.pk, data, only_file(request.FILES))
    except NotFound:
        raise
    except Refusal as refusal:
        return _form(request, round_, shown_back(request.POST.dict()), refusal)
    messages.success(request, told_of(held))
    return redirect("acceptance-record", held.pk)


def data_of(request: HttpRequest) -> dict[str, Any]:
    """The form as the service takes it: a decision for each sub-issue on which one was made."""
    data: dict[str, Any] = request.POST.dict()
    data["participants"] = request.POST.getlist("participants")
    data["decisions"] = [
        {
            "sub_issue": pk,
            "version": request.POST.get(f"version-{pk}", ""),
            "agreed": request.POST[f"decision-{pk}"] == "agreed",
            "criteria": request.POST.getlist(f"criteria-{pk}"),
            "opinion": request.POST.get(f"opinion-{pk}", ""),
        }
        for pk in request.POST.getlist("sub_issue")
        if request.POST.get(f"decision-{pk}") in ("agreed", "returned")
    ]
    return data


def _form(request: HttpRequest, round_: Round, sent: Mapping[str, Any], refusal: Refusal | None) -> HttpResponse:
    errors = refusal.errors if refusal else {}
    lines = [line for line in lines_of(round_) if line["group"] == "under_review"]
    measures = measures_with_evidence([line["sub_issue"] for line in lines])
    for line in lines:
        pk = line["sub_issue"].pk
        line |= {
            "measures": measures.get(pk, []),
            "decision": sent.get(f"decision-{pk}", ""),
            "opinion": sent.get(f"opinion-{pk}", ""),
            "affirmed": request.POST.getlist(f"criteria-{pk}"),
            "errors": errors.get(f"decision-{pk}", []),
        }
    context = {
        "round": round_,
        "lines": lines,
        "criteria": list(round_.acceptance_criteria.all()),
        "people": attending(round_),
        "chosen": request.POST.getlist("participants"),
        "values": {"held_on": clock.today().isoformat(), **sent},
        "errors": errors,
        "problem": "" if refusal is None else refusal.detail,
    }
    return render(request, "acceptance/meeting.html", context, status=refusal.status if refusal else 200)


def attending(round_: Round) -> list[tuple[str, str]]:
    """The people who may take part, each once: (id, name and post), the leading group first."""
    held = RoleAssignment.objects.active(clock.today()).filter(
        organization=round_.organization, role__in=ATTENDING, user__is_active=True
    )
    people: dict[int, str] = {}
    order = {role: place for place, role in enumerate(ATTENDING)}
    posts = held.select_related("user", "department", "leader", "organization")
    for post in sorted(posts, key=lambda post: (order[Role(post.role)], post.pk)):
        name = post.user.get_full_name()
        told = f"{name}（{post.get_role_display()}）" if post.role == Role.CHAIR else name
        people.setdefault(post.user_id, told)
    return [(str(pk), words) for pk, words in people.items()]


def measures_with_evidence(sub_issues: Sequence[SubIssue]) -> dict[int, list[dict[str, Any]]]:
    """The measures of some sub-issues with the evidence that counts: two statements."""
    found: dict[int, list[dict[str, Any]]] = {}
    evidence: dict[int, list[Evidence]] = {}
    rows = Evidence.objects.standing().filter(measure__sub_issue__in=[sub_issue.pk for sub_issue in sub_issues])
    for piece in rows.order_by("pk"):
        evidence.setdefault(piece.measure_id, []).append(piece)
    measures = Measure.objects.filter(sub_issue__in=[sub_issue.pk for sub_issue in sub_issues])
    for measure in measures.exclude(status__in=OMITTED).order_by("position"):
        found.setdefault(measure.sub_issue_id, []).append({"row": measure, "evidence": evidence.get(measure.pk, [])})
    return found
