"""Where a measure or a sub-issue stands: the signing chain, who has it now and for how long, why an act is not open."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from issues.models import SubIssue
from issues.services import concern_of as concern_of_sub_issue
from issues.states import UNDER_WAY, SubIssueStatus
from rectify.organization.models import Role
from rectify.organization.posts import Posts
from rectify.organization.signers import hand_of
from rectify.workflow.history import HistoryRow
from rectify.workflow.signing import Outcome, Signature, Signer, SigningRequest, why_not_sign

from .models import Measure
from .parties import concern_of
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


def chain_steps(request: SigningRequest, subject: Measure | SubIssue, on: date, why_returned: str = "") -> list[Step]:
    """A request's chain for the `chain` component.

    Args:
        request: under review, passed or returned.
        why_returned: the words with which it was returned.
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
            shown |= {"state": "returned", "on": request.ended_on, "note": why_returned}
        steps.append(shown)
    return steps


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


def in_words(day: date) -> str:
    """A day as it stands in a sentence."""
    return date_format(day, pgettext("date in a sentence", "j F Y"))


def for_days(days: int) -> str:
    return ngettext("for %(days)d day", "for %(days)d days", days) % {"days": days} if days > 0 else _("since today")


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
    days = for_days((on - since).days) if since else ""
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
        return _("Closed on %(day)s.") % {"day": measure.closed_on}
    if measure.status == MeasureStatus.SUSTAINED and measure.review_on:
        facts = {"department": department, "day": measure.review_on, "late": stage_overdue(measure, on)}
        if facts["late"]:
            return _("With %(department)s; its stage was to be reviewed on %(day)s, %(late)s.") % facts
        return _("With %(department)s; its stage is reviewed next on %(day)s.") % facts
    return str(MeasureStatus(measure.status).label)


def _being_done(measure: Measure, department: str, on: date) -> str:
    if measure.reported_on is None or (days := (on - measure.reported_on).days) <= 0:
        return _("With %(department)s.") % {"department": department}
    return ngettext(
        "With %(department)s; last reported %(days)d day ago.",
        "With %(department)s; last reported %(days)d days ago.",
        days,
    ) % {"department": department, "days": days}


def why_nots(
    measure: Measure, posts: Posts, parties: Collection[str], request: SigningRequest | None, acts: Sequence[str]
) -> list[str]:
    """Why acts that a person of this role would expect are not open now, in words."""
    if measure.sub_issue.round.status not in UNDER_WAY:
        return [_("The round is not under way; its measures cannot be changed.")]
    department = {"department": measure.lead_department.name}
    ours = not {"liaison", "head"}.isdisjoint(parties)
    if measure.status == MeasureStatus.IN_REVIEW and request is not None and request.next_signer:
        return _why_not_in_review(measure, posts, parties, request, ours)
    if "contributor" in parties and not ours:
        return [_("%(department)s leads this measure and reports on it; you may add evidence.") % department]
    if acts:
        closed = ours and measure.status == MeasureStatus.CLOSED
        return [_("Closed; only the rectification office can reopen it.")] if closed else []
    if ours and measure.is_settled:
        return [_("Closed; only the rectification office can reopen it.")]
    if "leader" in parties and not measure.is_settled:
        return [_("Closure has not been requested yet; there is nothing to sign.")]
    if "assistant" in parties:
        return [_("You act for a leader: you read and prepare, the leader signs.")]
    if "auditor" in parties:
        return [_("Auditors read everything; they look back and make remarks, and change nothing else.")]
    if not {"liaison", "head"}.isdisjoint(posts.roles):
        return [_("%(department)s leads this measure and reports on it.") % department]
    return []


def _why_not_in_review(
    measure: Measure, posts: Posts, parties: Collection[str], request: SigningRequest, ours: bool
) -> list[str]:
    """While a request is signed: why one cannot sign it, nor report beside it."""
    reasons = []
    if "signer" not in parties and not {"head", "office", "leader"}.isdisjoint(parties):
        reasons.append(why_not_to_sign(measure, posts, parties, request))
    if "liaison" in parties:
        reasons.append(_("While closure is under review nothing can be reported."))
        if request.asked_by_id == posts.user.pk and request.signer_ids():
            reasons.append(_("Somebody has signed, so the request can no longer be recalled."))
    return [reason for reason in reasons if reason]


def why_not_to_sign(
    subject: Measure | SubIssue, posts: Posts, parties: Collection[str], request: SigningRequest
) -> str:
    """Why a person who signs some step of this chain cannot sign now."""
    if request.next_signer in parties:
        concern = concern_of(subject) if isinstance(subject, Measure) else concern_of_sub_issue(subject)
        return str(why_not_sign(request, hand_of(posts, concern)) or "")
    if posts.user.pk in request.signer_ids():
        waits = waits_for(request.next_signer or "", subject)
        return _("You have signed; now %(waits)s.") % {"waits": waits}
    return _("Not your turn: %(waits)s.") % {"waits": waits_for(request.next_signer or "", subject)}


def why_nots_of_deadline(
    measure: Measure, posts: Posts, parties: Collection[str], request: SigningRequest
) -> list[str]:
    """What waits for the decision on a request that changes until when a measure runs, and who decides next."""
    if request.next_signer is None:
        return []
    if not {"liaison", "head"}.isdisjoint(parties):
        waits = {"request": kind_of(request).tag, "waits": waits_for(request.next_signer, measure)}
        words = [_("%(request)s: %(waits)s. Until then neither completion nor closure can be asked for.") % waits]
        if request.asked_by_id == posts.user.pk and request.signer_ids():
            words.append(_("Somebody has signed, so the request can no longer be recalled."))
        return words
    hand = hand_of(posts, concern_of(measure))
    if why_not_sign(request, hand) is None or hand.user_id == request.asked_by_id:
        return []
    signs = not set(request.chain).isdisjoint(parties) or posts.user.pk in request.signer_ids()
    return [why_not_to_sign(measure, posts, parties, request)] if signs else []


def why_nots_of_sub_issue(
    sub_issue: SubIssue, posts: Posts, parties: Collection[str], request: SigningRequest | None, acts: Sequence[str]
) -> list[str]:
    """The same for a sub-issue."""
    ours = not {"liaison", "head"}.isdisjoint(parties)
    if sub_issue.status == SubIssueStatus.IN_REVIEW and request is not None and request.next_signer:
        reasons = []
        if "signer" not in parties and not {"head", "office", "leader"}.isdisjoint(parties):
            reasons.append(why_not_to_sign(sub_issue, posts, parties, request))
        if request.asked_by_id == posts.user.pk and request.signer_ids():
            reasons.append(_("Somebody has signed, so the request can no longer be recalled."))
        return [reason for reason in reasons if reason]
    if acts:
        return []
    if ours and sub_issue.status == SubIssueStatus.CLOSED:
        return [_("Closed; only the rectification office can reopen it.")]
    if sub_issue.status == SubIssueStatus.RECTIFYING and not {"office", "leader"}.isdisjoint(parties):
        department = {"department": sub_issue.lead_department.name}
        return [_("Acceptance has not been requested yet; %(department)s asks for it.") % department]
    if "auditor" in parties:
        return [_("Auditors read everything and change nothing.")]
    if "assistant" in parties:
        return [_("You act for a leader: you read and prepare, the leader signs.")]
    return []
