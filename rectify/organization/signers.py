"""Who a person is to something that is signed: their parties, the next signer and the asker among them."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from rectify.workflow.refusals import Forbidden, NotFound
from rectify.workflow.signing import Hand, SigningRequest, require_turn, why_not_sign

from .models import Organization, Role, RoleAssignment, User
from .posts import Concern, Posts


def hand_of(posts: Posts, concern: Concern) -> Hand:
    """A person as a signer of what concerns an object."""
    return Hand(posts.user.pk, posts.parties(concern), posts.principals(concern))


def principal_in(hand: Hand, party: str) -> User | None:
    """The person in whose place somebody signs as a party; None where the post is their own."""
    pk = hand.principals.get(party)
    return User.objects.get(pk=pk) if pk is not None else None


def holders(concern: Concern, party: str, on: date) -> Any:
    """The people who are a party to an object on a day, by post or as substitutes, each once."""
    posts = RoleAssignment.objects.active(on).filter(organization=concern.organization_id, role=party)
    if party == Role.HEAD:
        posts = posts.filter(department=concern.lead_department_id)
    elif party == Role.LEADER:
        posts = posts.filter(leader=concern.leader_id)
    elif party == Role.OFFICE:
        posts = posts.exclude(department=concern.lead_department_id, department__isnull=False)
    return User.objects.filter(pk__in=posts.values("user"), is_active=True).order_by("pk")


def require_turn_of(
    act: str, request: SigningRequest | None, posts: Posts, concern: Concern, on: date, current: Any
) -> None:
    """Says why a person cannot sign, return or recall, a substitution that is over included.

    Raises:
        Forbidden, WrongState: as `require_turn`.
    """
    try:
        require_turn(act, request, hand_of(posts, concern), current)
    except Forbidden:
        party = request.next_signer if request is not None else None
        if over := substitution_over(posts.user, concern.organization_id, on, role=party or ""):
            raise Forbidden(over) from None
        raise


def substitution_over(user: User, organization_id: int, on: date, **post: Any) -> str:
    """That a person stood for somebody else until a day before this one, in words; empty where they did not.

    Args:
        post: which of their assignments count.
    """
    ended = RoleAssignment.objects.filter(
        user=user, organization=organization_id, acting_for__isnull=False, valid_until__lt=on, **post
    )
    last = ended.order_by("-valid_until").first()
    if last is None:
        return ""
    return _("You stood for somebody else until %(day)s; that time is over.") % {"day": last.valid_until}


def require_reading(posts: Posts, organization: Organization) -> None:
    """Whether a person may act on what is an organisation's.

    Raises:
        Forbidden: a substitute whose time is over; NotFound: anybody else who may not even read it.
    """
    if posts.reads(organization):
        return
    if posts.on is not None and (over := substitution_over(posts.user, organization.pk, posts.on)):
        raise Forbidden(over)
    raise NotFound()


def parties_with_turn(posts: Posts, concern: Concern, request: SigningRequest | None) -> frozenset[str]:
    """What a person is to an object, including signer of the next step and asker of an unsigned request."""
    hand = hand_of(posts, concern)
    parties = set(hand.parties)
    if request is not None:
        if why_not_sign(request, hand) is None:
            parties.add("signer")
        if request.asked_by_id == posts.user.pk and not request.signer_ids():
            parties.add("asker")
    return frozenset(parties)
