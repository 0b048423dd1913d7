"""What the pages of the dispatch have in common: which round and which week they are about."""

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from issues.models import Round
from issues.scope import find_round
from rectify.organization.posts import Concern, Posts
from rectify.web import clock
from rectify.workflow.refusals import Forbidden, NotFound

from ..models import Dispatch
from ..weeks import CHINA, Week


def round_of(request: HttpRequest) -> Round | None:
    """The round in the address, else the one last looked at, else the newest; None where one sees none.

    Raises:
        NotFound: the address names one that is not to be seen.
    """
    today = clock.today()
    if text := request.GET.get("round", ""):
        if (found := find_round(request.user, today, text)) is None:
            raise NotFound(_("There is no such round, or it is not yours to see."))
        return found
    visible = Round.objects.visible_to(request.user, today).select_related("organization")
    kept = request.session.get("round")
    return (visible.filter(pk=kept).first() if kept else None) or visible.first()


def round_for_office(request: HttpRequest) -> Round:
    """The round of `round_of`, for a page of its office alone; the frame shows it.

    Raises:
        NotFound, Forbidden.
    """
    round_ = round_of(request)
    if round_ is None:
        raise NotFound()
    if "office" not in Posts.of(request.user, clock.today()).parties(Concern(round_.organization_id)):
        raise Forbidden(_("Only the rectification office of this organisation may do this."))
    request.round = round_  # type: ignore[attr-defined]
    return round_


def week_of(request: HttpRequest, round_: Round) -> Dispatch | None:
    """The week in the address, else the newest one of the round. Raises NotFound for one of another round."""
    weeks = Dispatch.objects.filter(round=round_).select_related("round__organization")
    text = request.GET.get("week", "")
    if not text:
        return weeks.filter(skipped="").first() or weeks.first()
    found = weeks.filter(pk=int(text)).first() if text.isascii() and text.isdigit() and len(text) < 18 else None
    if found is None:
        raise NotFound(_("This round has no such week."))
    return found


def cutoff_in_words(dispatch: Dispatch) -> str:
    """The cut-off as one says it: weekday and time."""
    at = timezone.localtime(dispatch.cutoff_at, CHINA)
    return date_format(at, pgettext("weekday and time", "l H:i"))


def week_in_words(week: Week) -> str:
    """A week as one says it."""
    return _("week %(week)d of %(year)d") % {"week": week.number, "year": week.year}
