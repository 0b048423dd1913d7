"""Registering one paper that bears the signatures of many requests (线下签批): minutes of a meeting, a list to sign."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from issues.models import Paper, Round
from measures.pages.deadlines import in_short
from measures.pages.filled import shown_back
from measures.papers import register_signatures
from measures.requests import ACCEPTANCE, CLOSURE, DEADLINE_KINDS, KINDS, RequestKind
from measures.standing import for_days, waiting_since, waits_for
from rectify.organization.models import Role, RoleAssignment
from rectify.web import clock
from rectify.web.uploads import only_file
from rectify.workflow.refusals import NotFound, Refusal
from rectify.workflow.signing import Outcome, Signer

from ..access import office_round
from .acceptance import attending

# How an item of a paper names what the request of a kind is about.
NAMES = {CLOSURE.name: "measure", ACCEPTANCE.name: "sub_issue", "extension": "extension", "long-term": "long_term"}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def many_on_paper(request: HttpRequest) -> HttpResponse:
    """What is under review, to be ticked where the paper signs it, and the form of the paper."""
    round_ = office_round(request)
    if request.method != "POST":
        return _form(request, round_, {}, None)
    data = data_of(request)
    try:
        paper = register_signatures(clock.act_of(request.user), round_.pk, data, only_file(request.FILES))
    except NotFound:
        raise
    except Refusal as refusal:
        return _form(request, round_, shown_back(request.POST.dict()), refusal)
    count = len(data["items"])
    told = ngettext("%(count)d signature is registered.", "%(count)d signatures are registered.", count)
    messages.success(request, told % {"count": count})
    return redirect("paper", paper.pk)


def data_of(request: HttpRequest) -> dict[str, Any]:
    """The form as the service takes it."""
    data: dict[str, Any] = request.POST.dict()
    signer = data.pop("signer", "") or None
    data["items"] = []
    for ticked in request.POST.getlist("item"):
        name, _colon, rest = ticked.partition(":")
        pk, _colon, version = rest.partition(":")
        data["items"].append({name: pk, "version": version, "signer": signer})
    return data


def under_review(round_: Round, reader: Any) -> list[dict[str, Any]]:
    """A line for each request of a round that waits for a signature, by kind, longest waiting first.

    Args:
        reader: whoever registers the paper, and cannot register what only they themselves could have signed.
    """
    today = clock.today()
    office = office_of(round_, today)
    lines = []
    for kind in KINDS:
        requests = kind.requests.objects.filter(outcome=Outcome.PENDING, **{kind.round: round_})
        subject = kind.subject
        found = requests.select_related(f"{subject}__lead_department", f"{subject}__responsible_leader")
        for pending in sorted(found.prefetch_related("signatures"), key=waiting_since):
            if pending.next_signer:
                line = _line(kind, pending) | {"days": for_days((today - waiting_since(pending)).days)}
                department = getattr(pending, subject).lead_department_id
                # Every holder may be named as signer but whoever registers, and the office's own matters are not its.
                signers = {user for user, own in office if own is None or own != department}
                lines.append(line | {"own": pending.next_signer == Signer.OFFICE and signers == {reader.pk}})
    return lines


def office_of(round_: Round, on: date) -> list[tuple[int, int | None]]:
    """The people of a round's office, each with the department whose own matters they do not check."""
    posts = RoleAssignment.objects.active(on).filter(organization=round_.organization_id, role=Role.OFFICE)
    return list(posts.filter(user__is_active=True).values_list("user", "department"))


def as_ticked(line: Mapping[str, Any], ticked: Collection[str]) -> dict[str, Any]:
    """Whether a line was ticked when the form was sent, and whether its request has changed since."""
    about = line["value"].rpartition(":")[0]
    was = any(value.rpartition(":")[0] == about for value in ticked)
    return {"ticked": was and not line["own"], "changed": was and line["value"] not in ticked}


def _line(kind: RequestKind, pending: Any) -> dict[str, Any]:
    subject = getattr(pending, kind.subject)
    named = pending if kind in DEADLINE_KINDS else subject
    return {
        "value": f"{NAMES[kind.name]}:{named.pk}:{named.version}",
        "number": subject.number,
        "title": subject.content if kind.is_measure else subject.title,
        "url": reverse("measure" if kind.is_measure else "sub-issue", args=[subject.pk]),
        "kind": kind.tag,
        "detail": in_short(pending) if kind in DEADLINE_KINDS else "",
        "department": subject.lead_department.name,
        "waits": waits_for(pending.next_signer, subject),
    }


def _form(request: HttpRequest, round_: Round, sent: Mapping[str, Any], refusal: Refusal | None) -> HttpResponse:
    ticked, errors = request.POST.getlist("item"), dict(refusal.errors) if refusal else {}
    known = ("title", "kind", "signed_on", "comment", "file")
    others = [str(text) for name, texts in errors.items() if name not in known for text in texts]
    context = {
        "round": round_,
        "lines": [line | as_ticked(line, ticked) for line in under_review(round_, request.user)],
        "signers": [("", _("whoever holds the post")), *attending(round_)],
        "kinds": Paper.PaperKind.choices,
        "values": {"signed_on": clock.today().isoformat(), "kind": Paper.PaperKind.MINUTES, **sent},
        "errors": errors,
        "problem": "；".join(others) or ("" if refusal is None or errors else refusal.detail),
    }
    return render(request, "acceptance/many_on_paper.html", context, status=refusal.status if refusal else 200)
