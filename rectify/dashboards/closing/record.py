"""The record of an acceptance meeting (验收会), as it is read and as it is printed and signed."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from issues.models import AcceptanceMeeting, AcceptanceMeetingItem
from issues.services import concern_of
from issues.states import SubIssueStatus
from measures.acceptance_meeting import add_record, next_of
from measures.models import Measure
from measures.standing import in_words, waits_for
from measures.states import OMITTED, SETTLED
from rectify.organization.models import User
from rectify.web import clock
from rectify.web.uploads import only_file
from rectify.workflow.refusals import Invalid, NotFound, WrongState

from ..access import business_frame, is_office

Line = dict[str, Any]


@login_required
@require_safe
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """The record of a meeting, as it is printed."""
    frame = business_frame(request)
    found = (
        AcceptanceMeeting.objects.visible_to(request.user, frame.today)
        .select_related("round__organization", "paper")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound()
    request.round = found.round  # type: ignore[attr-defined]
    context = {"meeting": found, "people": people_of(found), "items": items_of(found), "office": is_office(frame)}
    return render(request, "acceptance/record.html", context)


def people_of(meeting: AcceptanceMeeting) -> list[Line]:
    """Whoever took part, with a post where it is known, guests last: a line each, for a signature."""
    people = [{"name": person["name"], "post": person.get("post", "")} for person in meeting.participants]
    return people + [{"name": line.strip(), "post": ""} for line in meeting.guests.splitlines() if line.strip()]


def items_of(meeting: AcceptanceMeeting) -> list[Line]:
    """What was decided on each sub-issue, and where that stands since. Five statements."""
    items = list(
        meeting.items.select_related(
            "sub_issue__lead_department", "sub_issue__responsible_leader", "request"
        ).prefetch_related("request__signatures")
    )
    titles = dict(meeting.round.acceptance_criteria.values_list("key", "title"))
    counted = settled_then(meeting, items)
    return [
        {
            "item": item,
            "asked": item.request.get_result_display(),
            "settled": "/".join(map(str, counted.get(item.sub_issue_id, (0, 0)))),
            "criteria": [titles.get(key, key) for key in item.criteria],
            "result": SubIssueStatus(item.status).label if item.status != SubIssueStatus.IN_REVIEW else "",
            "since": since(item) if item.agreed else "",
        }
        for item in items
    ]


def settled_then(meeting: AcceptanceMeeting, items: Iterable[AcceptanceMeetingItem]) -> dict[int, tuple[int, int]]:
    """Sub-issue -> how many of its measures were settled when the meeting was recorded, of how many."""
    measures = Measure.objects.filter(sub_issue__in=[item.sub_issue_id for item in items])
    then = measures.as_of(meeting.held_on, meeting.recorded_at)
    counted: dict[int, tuple[int, int]] = {}
    for sub_issue, status in then.values_list("sub_issue", "status_then"):
        if status not in OMITTED:
            settled, total = counted.get(sub_issue, (0, 0))
            counted[sub_issue] = settled + (status in SETTLED), total + 1
    return counted


def since(item: AcceptanceMeetingItem) -> str:
    """What the meeting agreed to and was not through with it: for whom it waits, or what became of it."""
    if item.status != SubIssueStatus.IN_REVIEW:
        return ""
    if item.request.next_signer:
        return _("not through yet, %(waits)s") % {"waits": waits_for(item.request.next_signer, item.sub_issue)}
    ended = in_words(item.request.ended_on) if item.request.ended_on else ""
    return _("%(outcome)s on %(day)s, after the meeting") % {
        "outcome": item.request.get_outcome_display(),
        "day": ended,
    }


def told_of(meeting: AcceptanceMeeting) -> str:
    """That a meeting was just recorded, and which of its decisions wait for what."""
    items = meeting.items.filter(agreed=True, status=SubIssueStatus.IN_REVIEW)
    waiting = list(items.select_related("sub_issue", "request").prefetch_related("request__signatures"))
    if not waiting:
        return _("The meeting is recorded; its decisions are carried out.")
    people = list(User.objects.filter(pk__in=[person["id"] for person in meeting.participants]))
    # Once the scan is there it has signed for everybody who took part; what waits then waits for others.
    signable = [] if meeting.paper_id else waiting
    upon_record = sum(
        next_of(item.request, people, concern_of(item.sub_issue), meeting) is not None for item in signable
    )
    waits = []
    if upon_record:
        told = ngettext(
            "%(count)d decision takes effect once the signed record is uploaded",
            "%(count)d decisions take effect once the signed record is uploaded",
            upon_record,
        )
        waits.append(told % {"count": upon_record})
    if others := len(waiting) - upon_record:
        told = ngettext(
            "%(count)d decision waits for signatures of others",
            "%(count)d decisions wait for signatures of others",
            others,
        )
        waits.append(told % {"count": others})
    listed = pgettext("between the parts of a sentence", ", ").join(waits)
    return _("The meeting is recorded. %(waits)s.") % {"waits": listed}


@login_required
@require_POST
def signed_record(request: HttpRequest, pk: int) -> HttpResponse:
    """Adds the scan of a meeting's signed record and returns to the record, which tells where it was refused."""
    frame = business_frame(request)
    if not AcceptanceMeeting.objects.visible_to(request.user, frame.today).filter(pk=pk).exists():
        raise NotFound()
    try:
        add_record(clock.act_of(request.user), pk, only_file(request.FILES))
    except (Invalid, WrongState) as refusal:
        texts = [str(text) for texts in refusal.errors.values() for text in texts] or [str(refusal.detail)]
        messages.error(request, "；".join(texts))
    else:
        messages.success(request, _("The signed record is kept; it signs for those who took part."))
    return redirect("acceptance-record", pk)
