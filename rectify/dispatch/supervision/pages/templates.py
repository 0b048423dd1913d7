"""The page on which the office words what its papers begin with, with a preview of how one would read."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from issues.models import Round
from rectify.organization.posts import UNITS
from rectify.web import clock
from rectify.workflow.guards import validated
from rectify.workflow.refusals import Forbidden, Invalid, NotFound, Refusal

from ...models import OrderKind
from ...pages.shared import round_for_office
from ..inputs import PaperWordsInput
from ..matters import example_values, template_of
from ..shown import letter
from ..templates import set_paper_templates
from ..wording import NAMES, filled

FIELD_LABELS: Mapping[str, Any] = {
    "title": pgettext_lazy("supervision", "Title"),
    "body": gettext_lazy("Text of the paper"),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def templates(request: HttpRequest) -> HttpResponse:
    """Shows the template of one kind, `?kind=`, as a form; previews it, or saves it."""
    round_ = round_for_office(request)
    kind = request.GET.get("kind", "")
    kind = kind if kind in OrderKind.values else OrderKind.REMINDER_LETTER.value
    if request.method != "POST":
        return _form(request, round_, kind, template_of(round_, kind)._asdict(), None)
    words = {name: request.POST.get(name, "").replace("\0", "").replace("\r\n", "\n") for name in FIELD_LABELS}
    try:
        if "preview" in request.POST:
            validated(PaperWordsInput, words)
            return _form(request, round_, kind, words, None)
        data = {"version": request.POST.get("version"), "templates": {kind: words}}
        validated(PaperWordsInput, words)
        set_paper_templates(clock.act_of(request.user), round_.pk, data)
    except (NotFound, Forbidden):
        raise
    except Refusal as refusal:
        return _form(request, round_, kind, words, refusal)
    messages.success(request, _("The template is saved. Papers that are drafted already keep their words."))
    return redirect(f"{reverse('paper-templates')}?round={round_.pk}&kind={kind}")


def _form(
    request: HttpRequest, round_: Round, kind: str, words: Mapping[str, str], refusal: Refusal | None
) -> HttpResponse:
    examples, shown = example_values(round_, kind, clock.today()), None
    if refusal is None or not refusal.errors:
        try:
            shown = preview(round_, words, examples)
        except Invalid as invalid:
            refusal = invalid
    errors = refusal.errors if refusal is not None else {}
    context = {
        "round": round_,
        "kind": kind,
        "kinds": [
            {"label": label, "url": f"?round={round_.pk}&kind={value}", "current": value == kind}
            for value, label in OrderKind.choices
        ],
        "words": words,
        "errors": errors,
        "error_lines": [
            {"label": FIELD_LABELS[name], "url": f"#{name}", "text": errors[name][0]}
            for name in FIELD_LABELS
            if name in errors
        ],
        "problem": refusal.detail if refusal is not None and not errors.keys() & FIELD_LABELS.keys() else "",
        "names": [(f"{{{name}}}", examples[name]) for name in NAMES],
        "letter": shown,
    }
    return render(request, "supervision/templates.html", context, status=refusal.status if refusal else 200)


def preview(round_: Round, words: Mapping[str, str], examples: Mapping[str, str]) -> dict[str, Any]:
    """How a paper would read for the example. Raises Invalid."""
    title, text = filled(words["title"], examples, "title"), filled(words["body"], examples, "body")
    signed = f"{round_.organization.name}{UNITS['office']}"
    return {**letter(title, text), "number": examples["编号"], "signed": signed, "day": examples["日期"]}
