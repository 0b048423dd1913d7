"""Which round and which moment an address is about: read once, then handed to queries, figures and pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from rectify.organization.models import Organization
from rectify.organization.posts import Posts
from rectify.web.moments import Moment, read_moment
from rectify.workflow.past import SUFFIX
from rectify.workflow.refusals import Invalid, NotFound

from .models import Round


@dataclass(frozen=True)
class Scope:
    """What a list is limited to.

    Args:
        user: the reader.
        moment: the day that is shown.
        round: the round, where one is named; the reader may see it.
    """

    user: Any
    moment: Moment
    round: Round | None

    @property
    def suffix(self) -> str:
        """What to add to a column's name to read it as of the moment."""
        return SUFFIX if self.moment.is_past else ""

    @property
    def organizations(self) -> Any:
        """The organisations whose departments and leaders may be named."""
        if self.round is not None:
            return [self.round.organization_id]
        return Organization.objects.readable_by(self.user, self.moment.today).values("pk")


def find_round(user: Any, today: date, text: str) -> Round | None:
    """The round with an id given as text, if the reader may see it."""
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        return None
    try:
        found = Round.objects.select_related("organization").get(pk=int(text))
    except Round.DoesNotExist:
        return None
    return found if Posts.of(user, today).reads(found.organization) else None


def named_round(user: Any, today: date, params: Mapping[str, str]) -> Round:
    """The round that an address has to name. Raises Invalid where it names none, NotFound for one not to be seen."""
    text = params.get("round", "")
    if not text:
        raise Invalid(errors={"round": [_("Name the round.")]})
    round_ = find_round(user, today, text)
    if round_ is None:
        raise NotFound()
    return round_


def read_scope(user: Any, params: Mapping[str, str], today: date) -> Scope:
    """Reads `round`, `as_of` and `known_at`. Raises Invalid at the parameter that is wrong."""
    round_ = None
    if text := params.get("round", ""):
        round_ = find_round(user, today, text)
        if round_ is None:
            raise Invalid(errors={"round": [_("There is no such round.")]})
    moment = read_moment(params, today, round_.feedback_on if round_ else None)
    if moment.is_past and round_ is None:
        raise Invalid(errors={"round": [_("A past day can be shown within one round; name it.")]})
    return Scope(user, moment, round_)
