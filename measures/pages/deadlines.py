"""Deadlines on the pages: every date that was approved, and what is asked for now."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rectify.organization.posts import Posts
from rectify.organization.signers import parties_with_turn
from rectify.workflow.signing import Outcome

from ..models import Extension, LongTermRequest, Measure
from ..parties import concern_of
from ..requests import kind_of
from ..standing import chain_steps
from ..states import DEADLINE_TRANSITIONS
from .filled import Filled
from .forms import plain_form
from .papers import paper_fields
from .signed_where import told_where

Item = dict[str, Any]
Request = Extension | LongTermRequest

ON_PAPER = "register_signature"
RETURN_REASONS = (
    gettext_lazy("The reason does not suffice; please say what stood in the way and what was done about it."),
    gettext_lazy("The day is too far off; please plan it nearer."),
)


def approved_dates(measure: Measure, granted: list[Extension]) -> list[Item]:
    """The original deadline, then each that was approved: day, when, by whom, whether asked for afterwards."""
    if not granted:
        return []
    lines: list[Item] = [{"day": measure.original_due_on, "words": _("original deadline")}]
    for number, extension in enumerate(granted, start=1):
        signers = "、".join(signature.signer_name for signature in extension.signatures.all())
        lines.append(
            {
                "day": extension.due_on,
                "words": _("Extension %(number)d") % {"number": number},
                "on": extension.ended_on,
                "who": signers,
                "overdue": extension.overdue,
            }
        )
    return lines


def approved_item(measure: Measure, granted: list[Extension]) -> list[Item]:
    """The same for the `definitions` component; nothing where no extension was granted."""
    lines = approved_dates(measure, granted)
    if not lines:
        return []
    late = sum(extension.overdue for extension in granted)
    count = ngettext("extended once", "extended %(count)d times", len(granted)) % {"count": len(granted)}
    if late:
        count += _(", %(count)d of them asked for when overdue") % {"count": late}
    return [{"term": _("Approved deadlines"), "template": "measures/approved_item.html", "lines": lines, "note": count}]


def facts_of(request: Request) -> list[Item]:
    """What a request asks for, for the `definitions` component."""
    if isinstance(request, LongTermRequest):
        return [
            {"term": _("Stage goal"), "text": request.stage_goal},
            {"term": _("Next review"), "text": request.review_on.isoformat()},
            {"term": _("Final day"), "text": request.final_on.isoformat() if request.final_on else _("not fixed")},
        ]
    longer = (request.due_on - request.old_due_on).days
    items: list[Item] = [
        {"term": _("Present deadline"), "text": request.old_due_on.isoformat()},
        {
            "term": _("New deadline"),
            "text": request.due_on.isoformat(),
            "note": ngettext("%(days)d day later", "%(days)d days later", longer) % {"days": longer},
        },
    ]
    if request.overdue:
        items.append({"term": _("Asked for when overdue"), "text": _("yes; it stays counted as such")})
    if request.beyond_intensive:
        items.append({"term": _("Beyond the intensive period"), "text": _("yes; the leading group decides")})
    return items


def earlier_items(request: Request) -> list[Item]:
    """How often the measure's deadline was moved before."""
    granted = list(request.measure.extensions.filter(outcome=Outcome.PASSED).prefetch_related("signatures"))
    return approved_item(request.measure, granted)


def in_short(request: Request) -> str:
    """What a request asks for, in a few words."""
    if isinstance(request, LongTermRequest):
        return _("next review %(day)s") % {"day": request.review_on}
    words = _("%(old)s → %(new)s") % {"old": request.old_due_on, "new": request.due_on}
    return _("%(words)s, asked for when overdue") % {"words": words} if request.overdue else words


def under_review(request: Request | None, posts: Posts, on: date, filled: Filled) -> Item:
    """The request under review on a measure's page: what is asked, its chain, and what the reader may do with it."""
    if request is None:
        return {}
    here = reverse("measure", args=[request.measure.pk])
    kind = kind_of(request)
    parties = parties_with_turn(posts, concern_of(request.measure), request)
    acts = DEADLINE_TRANSITIONS.available(request.outcome, parties)
    return {
        "request": request,
        "label": kind.asked,
        "facts": facts_of(request),
        "chain": told_where(chain_steps(request, request.measure, on), request),
        "sign_url": reverse("todo-item", args=[kind.name, request.pk]) if "sign" in acts else "",
        "recall_url": reverse("deadline-act", args=[kind.name, request.pk, "recall"]) if "recall" in acts else "",
        "paper_url": f"{here}?act={ON_PAPER}#deadline" if ON_PAPER in acts else "",
        "paper": _paper_form(request, on, filled) if ON_PAPER in acts and filled.act == ON_PAPER else {},
    }


def _paper_form(request: Request, on: date, filled: Filled) -> Item:
    """The form with which the office registers that the next step was signed on paper."""
    form = plain_form(filled, ON_PAPER, request.measure.sub_issue.round)
    return {
        "form": form | paper_fields(request, concern_of(request.measure), on),
        "url": reverse("deadline-act", args=[kind_of(request).name, request.pk, ON_PAPER]),
        "cancel": reverse("measure", args=[request.measure.pk]),
        "problem": filled.problem,
    }
