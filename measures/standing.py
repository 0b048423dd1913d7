"""Where a measure or a sub-issue stands: the signing chain, who has it now and for how long."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import F
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from issues.models import AcceptanceRequest, SubIssue
from issues.services import ClosureReadiness
from issues.states import SubIssueStatus
from rectify.organization.models import Role
from rectify.organization.posts import Posts
from rectify.workflow.history import HistoryRow
from rectify.workflow.signing import Outcome, Signature, Signer, SigningRequest

from .models import Measure
from .requests import kind_of
from .states import MeasureStatus

Step = dict[str, Any]


def post_of(signer: str, subject: Measure | SubIssue) -> str:
    """The post that signs a step of a measure or a sub-issue, in words."""
    if signer == Signer.HEAD:
        return _("Head of %(department)s") % {"department": subject.lead_department.name}
    if signer == Signer.LEADER:
        return subject.responsible_leader.title
    return str(Signer(signer).label)


def what_the_signer_does(signer: str) -> str:
    """A leader signs (签批), the leading group decides (审定), a head or the office checks (审核)."""
    if signer == Signer.CHAIR:
        return _("decide")
    return _("sign") if signer == Signer.LEADER else _("check")


def queue_name(posts: Posts) -> str:
    """What a person calls that which waits for them: a leader signs it, everybody else checks it."""
    return _("To sign") if Role.LEADER in posts.roles else _("To check")


def waits_for(signer: str, subject: Measure | SubIssue) -> str:
    """Whose signature is awaited, in a sentence without its end."""
    return _("waiting for %(post)s to %(act)s") % {
        "post": post_of(signer, subject),
        "act": what_the_signer_does(signer),
    }


def waiting_since(request: SigningRequest) -> date:
    """The day from which on a request has lain with its present signer."""
    signatures = list(request.signatures.all())  # type: ignore[attr-defined]
    return signatures[-1].signed_on if signatures else request.asked_on


def chain_steps(
    request: SigningRequest, subject: Measure | SubIssue, on: date, returned: HistoryRow | None = None
) -> list[Step]:
    """A request's chain for the `chain` component.

    Args:
        request: under review, passed or returned.
        returned: the row of history with which it was returned.
    """
    steps: list[Step] = []
    for index, step in enumerate(request.steps()):
        signature = step["signature"]
        shown: Step = {"title": step["label"], "who": post_of(step["signer"], subject), "state": "waiting"}
        if signature is not None:
            shown |= {
                "state": "passed",
                "who": signature.signer_name,
                "on": signature.signed_on,
                "note": signature.comment,
                "how": how_signed(signature),
            }
        elif step["current"]:
            shown |= {"state": "current", "days": (on - waiting_since(request)).days}
        elif request.outcome == Outcome.RETURNED and index == len(request.signatures.all()):  # type: ignore[attr-defined]
            shown |= {"state": "returned", "on": request.ended_on, **_returned_by(returned)}
        steps.append(shown)
    return steps


def _returned_by(row: HistoryRow | None) -> Step:
    """Who returned a request and why; a meeting returns as the post whose turn it was, not as who recorded it."""
    if row is None:
        return {}
    return {"note": row.reason} | ({} if "meeting" in row.payload else {"who": row.actor_name})


def how_signed(signature: Signature) -> str:
    """That a signature was given in somebody's place, or on paper; empty for the usual one."""
    if signature.acting_for_id:
        return _("in place of %(name)s") % {"name": signature.acting_for_name}
    if signature.registered_by_id:
        return _("on paper, entered by %(name)s") % {"name": signature.registered_by_name}
    return ""


def last_change(rows: Iterable[HistoryRow]) -> date | None:
    """The day on which the state last changed, of rows newest first."""
    return next((row.happened_on for row in rows if row.from_status != row.to_status), None)


def changed_on(subject: Measure | SubIssue) -> date | None:
    """The same for a measure or a sub-issue whose rows are not at hand."""
    rows = subject.history.exclude(from_status=F("to_status")).order_by("-happened_on", "-sequence")
    return rows.values_list("happened_on", flat=True).first()


def in_words(day: date) -> str:
    """A day as it stands in a sentence."""
    return date_format(day, pgettext("date in a sentence", "j F Y"))


def for_days(days: int) -> str:
    """For how long something has lain with somebody."""
    return _days(days) if days > 0 else _("since today")


def lasting(days: int) -> str:
    """For how long a state has lasted."""
    return _days(days) if days > 0 else pgettext("of a state", "since today")


def _days(days: int) -> str:
    return ngettext("for %(days)d day", "for %(days)d days", days) % {"days": days}


def stage_overdue(measure: Measure, on: date) -> str:
    """For how long the review of a long-term measure's stage is overdue, in words; empty where it is not."""
    day = measure.review_on
    late = (on - day).days if day is not None and measure.status == MeasureStatus.SUSTAINED else 0
    return ngettext("%(days)d day overdue", "%(days)d days overdue", late) % {"days": late} if late > 0 else ""


def whose_turn(measure: Measure, request: SigningRequest | None, since: date | None, on: date) -> str:
    """Who has a measure now and for how long, in a sentence.

    Args:
        request: the newest request to close it.
        since: the day on which its state last changed.
    """
    department = measure.lead_department.name
    days = lasting((on - since).days) if since else ""
    if measure.status == MeasureStatus.IN_REVIEW and request is not None and request.next_signer:
        waited = for_days((on - waiting_since(request)).days)
        return _("Now %(waits)s, %(days)s.") % {"waits": waits_for(request.next_signer, measure), "days": waited}
    if measure.status == MeasureStatus.NOT_STARTED:
        return _("With %(department)s, not started, %(days)s.") % {"department": department, "days": days}
    if measure.status == MeasureStatus.COMPLETED:
        words = _("With %(department)s, completed; closure has not been requested, %(days)s.")
        return words % {"department": department, "days": days}
    if measure.status == MeasureStatus.IN_PROGRESS:
        if request is not None and request.outcome == Outcome.RETURNED and request.ended_on:
            returned = for_days((on - request.ended_on).days)
            return _("Returned to %(department)s, %(days)s.") % {"department": department, "days": returned}
        return _being_done(measure, department, on)
    if measure.status == MeasureStatus.CLOSED and measure.closed_on:
        return _("Closed on %(day)s.") % {"day": in_words(measure.closed_on)}
    if measure.status == MeasureStatus.SUSTAINED and measure.review_on:
        facts = {"department": department, "day": in_words(measure.review_on), "late": stage_overdue(measure, on)}
        if facts["late"]:
            return _("With %(department)s; its stage was to be reviewed on %(day)s, %(late)s.") % facts
        return _("With %(department)s; its stage is reviewed next on %(day)s.") % facts
    return str(MeasureStatus(measure.status).label)


def deadline_turn(measure: Measure, request: SigningRequest, on: date) -> str:
    """Who decides now on a request for another deadline and for how long it has lain there, in a sentence."""
    waited = for_days((on - waiting_since(request)).days)
    facts = {"request": kind_of(request).tag, "waits": waits_for(request.next_signer or "", measure), "days": waited}
    return _("%(request)s under review, %(waits)s, %(days)s.") % facts


def _being_done(measure: Measure, department: str, on: date) -> str:
    if measure.reported_on is None or (days := (on - measure.reported_on).days) <= 0:
        return _("With %(department)s.") % {"department": department}
    return ngettext(
        "With %(department)s; last reported %(days)d day ago.",
        "With %(department)s; last reported %(days)d days ago.",
        days,
    ) % {"department": department, "days": days}


def whose_turn_of_sub_issue(found: SubIssue, newest: AcceptanceRequest | None, since: date | None, on: date) -> str:
    """Who has the sub-issue now and for how long, in a sentence; see `whose_turn`."""
    if newest is not None and newest.next_signer and found.status == SubIssueStatus.IN_REVIEW:
        waited = for_days((on - waiting_since(newest)).days)
        return _("Now %(waits)s, %(days)s.") % {"waits": waits_for(newest.next_signer, found), "days": waited}
    if found.status == SubIssueStatus.CLOSED and found.closed_on:
        return _("Closed on %(day)s.") % {"day": in_words(found.closed_on)}
    if found.status == SubIssueStatus.SUSTAINED and since:
        return _("Accepted on %(day)s; work continues.") % {"day": in_words(since)}
    return _("With %(department)s.") % {"department": found.lead_department.name}


def ready_words(readiness: ClosureReadiness) -> str:
    """Whether a sub-issue may close, in words."""
    if readiness.total == 0:
        return _("No measure answers this sub-issue yet.")
    if readiness.ready:
        return ngettext("The only measure is settled.", "All %(total)d measures are settled.", readiness.total) % {
            "total": readiness.total
        }
    return ngettext(
        "%(count)d of %(total)d measures is not settled yet.",
        "%(count)d of %(total)d measures are not settled yet.",
        readiness.unsettled,
    ) % {"count": readiness.unsettled, "total": readiness.total}
