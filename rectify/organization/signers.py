"""Who a person is to something that is signed: their parties, the next signer and the asker among them."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from rectify.workflow.refusals import Forbidden
from rectify.workflow.signing import Hand, SigningRequest, require_turn, why_not_sign

from .models import Role, RoleAssignment, User
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
        over = RoleAssignment.objects.filter(
            user=posts.user, organization=concern.organization_id, role=party or "", acting_for__isnull=False
        )
        ended = over.filter(valid_until__lt=on).order_by("-valid_until").first()
        if ended is None:
            raise
        words = _("You stood for somebody else until %(day)s; that time is over.") % {"day": ended.valid_until}
        raise Forbidden(words) from None


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
