"""Why a person finds no act open on a measure or a sub-issue: every reader is told, in a sentence."""

from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _

from issues.models import SubIssue
from issues.services import concern_of as concern_of_sub_issue
from issues.states import UNDER_WAY, SubIssueStatus
from rectify.organization.models import Role
from rectify.organization.posts import Posts
from rectify.organization.signers import hand_of
from rectify.workflow.signing import SigningRequest, why_not_sign

from .models import Measure
from .parties import concern_of
from .requests import kind_of
from .standing import waits_for
from .states import OMITTED, MeasureStatus

# Who may add evidence may still have nothing to do with the measure itself.
ON_EVIDENCE = frozenset({"add_evidence", "replace_evidence", "withdraw_evidence"})
# Telling of what somebody else found is nothing to do about the sub-issue itself.
ON_FINDING = frozenset({"record_superior_finding"})
TEAM = frozenset({"liaison", "head"})
SIGNING = frozenset({"head", "office", "leader", "chair"})


def why_nots(
    measure: Measure, posts: Posts, parties: Collection[str], request: SigningRequest | None, acts: Sequence[str]
) -> list[str]:
    """Why acts that a person of this role would expect are not open now, in words; why none is, in any case."""
    if measure.sub_issue.round.status not in UNDER_WAY:
        return [_("The round is not under way; its measures cannot be changed.")]
    found = _expected(measure, posts, parties, request, acts)
    return found or ([] if set(acts) - ON_EVIDENCE else [_nothing_on_measure(measure, posts, parties, request)])


def _expected(
    measure: Measure, posts: Posts, parties: Collection[str], request: SigningRequest | None, acts: Sequence[str]
) -> list[str]:
    """Why not what a person of this role would look for."""
    ours = not TEAM.isdisjoint(parties)
    if measure.status == MeasureStatus.IN_REVIEW and request is not None and request.next_signer:
        return _why_not_in_review(measure, posts, parties, request)
    if ours and measure.status == MeasureStatus.CLOSED:
        return [_("Closed; only the rectification office can reopen it.")]
    if "contributor" in parties and not ours and not measure.is_settled:
        department = {"department": measure.lead_department.name}
        return [_("%(department)s leads this measure and reports on it; you may add evidence.") % department]
    return []


def _why_not_in_review(measure: Measure, posts: Posts, parties: Collection[str], request: SigningRequest) -> list[str]:
    """While a request is signed: why one cannot sign it, nor report beside it."""
    reasons = []
    if "signer" not in parties and not SIGNING.isdisjoint(parties):
        reasons.append(why_not_to_sign(measure, posts, parties, request))
    if "liaison" in parties:
        reasons.append(_("While closure is under review nothing can be reported."))
        reasons += _why_not_recall(posts, request)
    return [reason for reason in reasons if reason]


def _why_not_recall(posts: Posts, request: SigningRequest) -> list[str]:
    if request.asked_by_id == posts.user.pk and request.signer_ids():
        return [_("Somebody has signed, so the request can no longer be recalled.")]
    return []


def _nothing_on_measure(
    measure: Measure, posts: Posts, parties: Collection[str], request: SigningRequest | None
) -> str:
    """Why there is nothing at all for a person to do with a measure."""
    department = {"department": measure.lead_department.name}
    if role := _by_role(measure, posts, parties):
        return role
    if measure.status in OMITTED:
        return _("%(state)s; nothing more is done about it.") % {"state": measure.get_status_display()}
    if measure.status == MeasureStatus.CLOSED:
        return _("Closed; only the rectification office can reopen it.")
    if request is not None and request.next_signer:
        return _waits_elsewhere(measure, request)
    if measure.status == MeasureStatus.SUSTAINED:
        return _("Moved to long term; %(department)s reviews its stages.") % department
    if not TEAM.isdisjoint(posts.roles):
        return _("%(department)s leads this measure and reports on it.") % department
    if "leader" in parties:
        return _("Closure has not been requested yet; there is nothing to sign.")
    return _("%(department)s is at work on it and has not asked for closure yet.") % department


def _waits_elsewhere(subject: Measure | SubIssue, request: SigningRequest) -> str:
    waits = {"waits": waits_for(request.next_signer or "", subject)}
    return _("Nothing for you to do: %(waits)s.") % waits


def _by_role(subject: Measure | SubIssue, posts: Posts, parties: Collection[str]) -> str:
    """Why there is nothing to do for those who only read, and for leaders who answer for something else."""
    if "assistant" in parties:
        return _("You act for a leader: you read and prepare, the leader signs.")
    if "auditor" in parties and isinstance(subject, Measure):
        return _("Auditors read everything; they look back and make remarks, and change nothing else.")
    if "auditor" in parties:
        return _("Auditors read everything and change nothing.")
    if posts.roles <= {Role.LEADER, Role.ASSISTANT} and "leader" not in parties:
        return _("%(leader)s answers for this and signs it.") % {"leader": subject.responsible_leader.title}
    return ""


def why_not_to_sign(
    subject: Measure | SubIssue, posts: Posts, parties: Collection[str], request: SigningRequest
) -> str:
    """Why a person who signs some step of this chain cannot sign now."""
    me, waits = posts.user.pk, {"waits": waits_for(request.next_signer or "", subject)}
    signatures = list(request.signatures.all())  # type: ignore[attr-defined]
    deputy = next((each for each in signatures if each.acting_for_id == me and each.signer_id != me), None)
    if deputy is not None:
        return _("%(name)s has signed in your place; now %(waits)s.") % (waits | {"name": deputy.signer_name})
    if request.next_signer in parties:
        concern = concern_of(subject) if isinstance(subject, Measure) else concern_of_sub_issue(subject)
        return str(why_not_sign(request, hand_of(posts, concern)) or "")
    if me in request.signer_ids():
        return _("You have signed; now %(waits)s.") % waits
    return _("Not your turn: %(waits)s.") % waits


def why_nots_of_deadline(
    measure: Measure, posts: Posts, parties: Collection[str], request: SigningRequest
) -> list[str]:
    """What waits for the decision on a request that changes until when a measure runs, and who decides next."""
    if request.next_signer is None:
        return []
    if not TEAM.isdisjoint(parties):
        waits = {"request": kind_of(request).tag, "waits": waits_for(request.next_signer, measure)}
        words = [_("%(request)s: %(waits)s. Until then neither completion nor closure can be asked for.") % waits]
        return words + _why_not_recall(posts, request)
    hand = hand_of(posts, concern_of(measure))
    if why_not_sign(request, hand) is None or hand.user_id == request.asked_by_id:
        return []
    signs = not set(request.chain).isdisjoint(parties) or posts.user.pk in request.signer_ids()
    return [why_not_to_sign(measure, posts, parties, request)] if signs else []


def why_nots_of_sub_issue(
    sub_issue: SubIssue, posts: Posts, parties: Collection[str], request: SigningRequest | None, acts: Sequence[str]
) -> list[str]:
    """The same for a sub-issue."""
    if sub_issue.round.status not in UNDER_WAY:
        return [_("The round is not under way; its sub-issues cannot be changed.")]
    reasons = []
    if request is not None and request.next_signer:
        if "signer" not in parties and not SIGNING.isdisjoint(parties):
            reasons.append(why_not_to_sign(sub_issue, posts, parties, request))
        reasons += _why_not_recall(posts, request)
    reasons = [reason for reason in reasons if reason]
    return reasons or ([] if set(acts) - ON_FINDING else [_nothing_on_sub_issue(sub_issue, posts, parties, request)])


def _nothing_on_sub_issue(
    sub_issue: SubIssue, posts: Posts, parties: Collection[str], request: SigningRequest | None
) -> str:
    """Why there is nothing at all for a person to do with a sub-issue."""
    department = {"department": sub_issue.lead_department.name}
    if role := _by_role(sub_issue, posts, parties):
        return role
    if sub_issue.status == SubIssueStatus.CLOSED:
        return _("Closed; only the rectification office can reopen it.")
    if request is not None and request.next_signer:
        return _waits_elsewhere(sub_issue, request)
    if sub_issue.status == SubIssueStatus.SUSTAINED:
        return _("Accepted, and work continues; %(department)s asks for closing.") % department
    return _("Acceptance has not been requested yet; %(department)s asks for it.") % department
