"""Who may draw, check and remark: auditors, and of them nobody checks what they took part in closing."""

from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.utils.translation import gettext as _

from issues.models import Round
from issues.states import UNDER_WAY
from rectify.organization.models import Organization, Role
from rectify.organization.posts import UNITS, Concern, Posts
from rectify.workflow.refusals import Forbidden, WrongState

from ..models import ClosureRequest, ClosureSignature, Evidence, LookBackItem, Measure, Remark
from .states import ITEM_TRANSITIONS, REMARK_TRANSITIONS, state_of


def concern_of(measure: Measure) -> Concern:
    """The parts of a measure that decide who looks back and who answers; contributing departments do neither."""
    return Concern(measure.sub_issue.round.organization_id, measure.lead_department_id, measure.responsible_leader_id)


def audits(posts: Posts, organization: Organization) -> bool:
    """Whether a person is an auditor of an organisation: of its own, or of the one above it."""
    over = (organization.pk, organization.parent_id)
    return any(post.role == Role.AUDITOR and post.organization_id in over for post in posts.held)


def parties_to(measure: Measure, posts: Posts) -> frozenset[str]:
    """What a person is to a measure as far as looking back goes."""
    parties = posts.parties(concern_of(measure)) - {"auditor"}
    return parties | ({"auditor"} if audits(posts, measure.sub_issue.round.organization) else set())


def parties_to_item(measure: Measure, posts: Posts, took_part: bool) -> frozenset[str]:
    """The same, with who may check it.

    Args:
        took_part: the person took part in closing the measure.
    """
    parties = parties_to(measure, posts)
    return parties | ({"checker"} if "auditor" in parties and not took_part else set())


def acts_on_item(item: LookBackItem, posts: Posts, took_part: bool) -> list[str]:
    """The acts open to a person on a sampled measure, by role and state."""
    measure = item.measure
    if measure.sub_issue.round.status not in UNDER_WAY:
        return []
    return ITEM_TRANSITIONS.available(state_of(item, measure), parties_to_item(measure, posts, took_part))


def acts_on_remark(remark: Remark, posts: Posts) -> list[str]:
    """The acts open to a person on a remark, by role and state."""
    if remark.measure.sub_issue.round.status not in UNDER_WAY:
        return []
    return REMARK_TRANSITIONS.available(remark.state, parties_to(remark.measure, posts))


def who_looks_back(posts: Posts, concern: Concern) -> tuple[str, str]:
    """An auditor's name and unit as history keeps them, those from the organisation above included."""
    name, unit = posts.who(concern)
    return name, unit or UNITS[Role.AUDITOR]


def _signed_by(user: Any) -> Q:
    return Q(signer=user) | Q(acting_for=user) | Q(registered_by=user)


def taking_part(user: Any) -> Any:
    """Of a sampled measure: whether a person took part in closing it, by asking, signing, registering, uploading."""
    of = OuterRef("measure")
    took_part = (
        Q(Exists(ClosureRequest.objects.filter(measure=of, asked_by=user)))
        | Q(Exists(ClosureSignature.objects.filter(_signed_by(user), request__measure=of)))
        | Q(Exists(Evidence.objects.filter(measure=of, uploaded_by=user)))
    )
    return ExpressionWrapper(took_part, output_field=BooleanField())


def part_taken(measure: Measure, user: Any) -> str:
    """What a person did towards closing a measure, as the reason why somebody else checks it; empty for nothing."""
    if measure.closure_requests.filter(asked_by=user).exists():
        return _("You asked for the closure of this measure; somebody else has to check it.")
    if ClosureSignature.objects.filter(_signed_by(user), request__measure=measure).exists():
        return _("You signed the closure of this measure or registered a signature; somebody else has to check it.")
    if measure.evidence.filter(uploaded_by=user).exists():
        return _("You uploaded evidence for this measure; somebody else has to check it.")
    return ""


def require_no_part(measure: Measure, user: Any) -> None:
    """Raises Forbidden where a person took part in closing a measure."""
    if reason := part_taken(measure, user):
        raise Forbidden(reason)


def require_under_way(round_: Round, current: Any = None) -> None:
    """Raises WrongState unless the round is under way: of a draft nothing was closed, in an archive nothing changes."""
    if round_.status not in UNDER_WAY:
        raise WrongState(_("The round is not under way; nothing is looked back on."), current=current)
