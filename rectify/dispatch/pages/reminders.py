"""The page on which the office sets who is warned of what, which groups are told, and sees what could not be sent."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from issues.models import Round
from rectify.web import clock
from rectify.workflow.acts import Act
from rectify.workflow.refusals import Forbidden, NotFound, Refusal

from ..models import Channel, Way
from ..notices import configuring
from .shared import round_for_office

COLOURS = (("blue", "due_soon"), ("yellow", "due_soon"), ("red", "overdue"))
FAILED_SHOWN = 20
# The acts that have a form of their own, which shows what is wrong at its fields.
TYPED = ("warnings", "add")
LISTS = ("blue_to", "yellow_to", "red_to", "kinds")


def _warnings(act: Act, round_: Round, data: Mapping[str, Any]) -> str:
    configuring.set_warnings(act, round_.pk, data)
    return _("The warnings are saved.")


def _add(act: Act, round_: Round, data: Mapping[str, Any]) -> str:
    configuring.add_channel(act, round_.pk, data)
    return _("The channel is added. Send a test message to see whether it arrives.")


def _switch(act: Act, round_: Round, data: Mapping[str, Any]) -> str:
    channel = configuring.change_channel(act, _id(data), {**data, "active": data.get("active") == "1"})
    return _("The channel is switched on.") if channel.active else _("The channel is switched off.")


def _test(act: Act, round_: Round, data: Mapping[str, Any]) -> str:
    configuring.test_channel(act, _id(data), data)
    return _("A test message goes out within a minute.")


def _retry(act: Act, round_: Round, data: Mapping[str, Any]) -> str:
    configuring.retry_delivery(act, _id(data), data)
    return _("It is tried again within a minute.")


ACTS: Mapping[str, Callable[[Act, Round, Mapping[str, Any]], str]] = {
    "warnings": _warnings,
    "add": _add,
    "switch": _switch,
    "test": _test,
    "retry": _retry,
}


def _id(data: Mapping[str, Any]) -> int:
    """The row that a button is about. Raises NotFound for what is no number."""
    text = str(data.get("id", ""))
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise NotFound()
    return int(text)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reminders(request: HttpRequest) -> HttpResponse:
    """Shows the three colours, the channels and what was given up; changes them."""
    round_ = round_for_office(request)
    if request.method != "POST":
        return _page(request, round_, {}, None)
    name = request.POST.get("act", "")
    if name not in ACTS:
        raise Http404
    data: dict[str, Any] = request.POST.dict()
    data |= {key: request.POST.getlist(key) for key in LISTS if name in TYPED}
    try:
        words = ACTS[name](clock.act_of(request.user), round_, data)
    except (NotFound, Forbidden):
        raise
    except Refusal as refusal:
        return _page(request, round_, {"act": name, **data}, refusal)
    messages.success(request, words)
    return redirect(f"{reverse('reminders')}?round={round_.pk}")


def _page(request: HttpRequest, round_: Round, typed: Mapping[str, Any], refusal: Refusal | None) -> HttpResponse:
    rules = configuring.warnings_told(configuring.warnings_of(round_))
    shown = {**rules, **(typed if typed.get("act") == "warnings" else {})}
    errors = refusal.errors if refusal else {}
    context = {
        "round": round_,
        "levels": [level(colour, look, shown) for colour, look in COLOURS],
        "errors": errors,
        "error_lines": error_lines(errors) if typed.get("act") in TYPED else [],
        "problem": "" if refusal is None or (errors and typed.get("act") in TYPED) else problem_of(refusal),
        "channels": list(Channel.objects.filter(round=round_)),
        "new": typed if typed.get("act") == "add" else {},
        "ways": [(way.value, way.label) for way in Way if way != Way.EMAIL],
        "group_kinds": [(kind.value, kind.label) for kind in configuring.GROUP_KINDS],
        "allowed": settings.ALLOWED_CHANNELS,
        "email": settings.EMAIL_HOST,
        "failed": list(configuring.given_up(round_)[:FAILED_SHOWN]),
    }
    return render(request, "notices/reminders.html", context, status=refusal.status if refusal else 200)


def problem_of(refusal: Refusal) -> str:
    """Why a button beside a row was refused, in words."""
    return str(next((text for texts in refusal.errors.values() for text in texts), refusal.detail))


def error_lines(errors: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is wrong with a form, each line a link to its field; the channels' form is far down the page."""
    labels = {
        "blue_days": _("Blue"),
        "yellow_days": _("Yellow"),
        "way": _("Way"),
        "name": pgettext("of a group or a system", "Name"),
        "address": _("Address"),
        "secret": _("Secret"),
        "kinds": _("Is told"),
    }
    return [
        {"label": labels.get(name, name), "url": f"#{name}", "text": texts[0]}
        for name, texts in errors.items()
        if texts
    ]


def level(colour: str, look: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """One colour as the form shows it."""
    words = {
        "blue": (_("Blue"), _("never before half of the measure's term is over")),
        "yellow": (_("Yellow"), _("never before half of the measure's term is over")),
        "red": (_("Red"), _("from the first day after the deadline")),
    }
    told_to = values[f"{colour}_to"]
    return {
        "colour": colour,
        "look": look,
        "label": words[colour][0],
        "help": words[colour][1],
        "days": values.get(f"{colour}_days"),
        "roles": [(role.value, role.label, role.value in told_to) for role in configuring.RECIPIENTS],
    }
