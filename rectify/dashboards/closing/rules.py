"""The page on which the office sets how its round closes measures and accepts sub-issues."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from issues.models import Round
from issues.states import Kind
from measures.models import EvidenceKind
from measures.rules import CHAINS, rules_of, set_closing_rules
from rectify.web import clock
from rectify.workflow.refusals import NotFound, Refusal
from rectify.workflow.signing import Signer

from ..access import office_round

STEPS = 4
BLANK_CRITERIA = 2


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """Shows the rules as a form, and changes them."""
    round_ = office_round(request)
    if request.method != "POST":
        return _form(request, round_, rules_of(round_), None)
    data = data_of(request.POST)
    try:
        set_closing_rules(clock.act_of(request.user), round_.pk, data)
    except NotFound:
        raise
    except Refusal as refusal:
        return _form(request, round_, {**rules_of(round_), **data}, refusal)
    messages.success(request, _("The rules are saved. They hold for what is asked for from now on."))
    return redirect(f"{request.path}?round={round_.pk}")


def data_of(form: QueryDict) -> dict[str, Any]:
    """The form as the service takes it; a part that was not sent stays as it is."""
    data: dict[str, Any] = {"version": form.get("version", "")}
    chains = {
        name: [signer for step in range(STEPS) if (signer := form.get(f"{name}-{step}", ""))]
        for name in CHAINS
        if f"{name}-0" in form
    }
    if chains:
        data["chains"] = chains
    if "reasons" in form:
        data["return_reasons"] = [line.strip() for line in form.get("reasons", "").splitlines() if line.strip()]
    if "days" in form:
        data["answer_within_days"] = form["days"]
    if "evidence_shown" in form:
        data["wanted_evidence"] = {kind: form.getlist(f"evidence-{kind}") for kind in Kind.values}
    if "criterion" in form:
        data["criteria"] = [
            {"key": key, "title": title.strip(), "required": key in form.getlist("criterion-required")}
            for key, title in zip(form.getlist("criterion"), form.getlist("criterion-title"), strict=False)
            if title.strip()
        ]
    return data


def _form(request: HttpRequest, round_: Round, values: Mapping[str, Any], refusal: Refusal | None) -> HttpResponse:
    signers = [("", "—"), *Signer.choices]
    criteria, wanted = list(values["criteria"]), values["wanted_evidence"]
    taken = {criterion["key"] for criterion in criteria}
    free = (f"own-{number}" for number in range(1, 100) if f"own-{number}" not in taken)
    blank = [{"key": next(free), "title": "", "required": False} for _each in range(BLANK_CRITERIA)]
    context = {
        "round": round_,
        "chains": [
            {
                "label": label,
                "steps": [
                    (f"{name}-{step}", chain[step] if step < len(chain) else "")
                    for step in range(max(STEPS, len(chain)))
                ],
            }
            for name, (label, _least) in CHAINS.items()
            for chain in [values["chains"].get(name, [])]
        ],
        "signers": signers,
        "reasons": "\n".join(values["return_reasons"]),
        "days": values["answer_within_days"],
        "evidence": [
            (f"evidence-{kind}", label, [(each, words, each in wanted[kind]) for each, words in EvidenceKind.choices])
            for kind, label in Kind.choices
        ],
        "criteria": criteria + blank,
        "problem": _in_words(refusal) if refusal is not None else "",
    }
    return render(request, "acceptance/rules.html", context, status=refusal.status if refusal else 200)


def _in_words(refusal: Refusal) -> str:
    return "；".join(str(text) for texts in refusal.errors.values() for text in texts) or str(refusal.detail)
