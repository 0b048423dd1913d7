"""Who a page of business data is for: asked in one place by all pages of this room."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from issues.models import Round
from issues.states import ROUND_TRANSITIONS
from rectify.organization.posts import Concern, Posts
from rectify.workflow.refusals import Forbidden

from .navigation import Frame, frame_of


def business_frame(request: HttpRequest) -> Frame:
    """The request's frame, for those who see business data. Raises Forbidden for everybody else."""
    frame = frame_of(request)
    _require_business(frame.posts)
    return frame


def require_business(user: Any, on: date) -> None:
    """Raises Forbidden for everybody who does not see business data on a day."""
    _require_business(Posts.of(user, on))


def _require_business(posts: Posts) -> None:
    if not posts.sees_business:
        raise Forbidden(_("Your role does not show the data of an inspection."))


def office_round(request: HttpRequest) -> Round:
    """The request's round, for its own office. Raises Forbidden for everybody else."""
    frame = business_frame(request)
    if frame.round is None or not is_office(frame):
        raise Forbidden(ROUND_TRANSITIONS.not_yours)
    return frame.round


def is_office(frame: Frame) -> bool:
    """Whether the reader belongs to the office of the round's own organisation, not of the one above it."""
    return frame.round is not None and "office" in frame.posts.parties(Concern(frame.round.organization_id))
