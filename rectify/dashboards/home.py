"""The home of each role: one page that shows the sections of all the posts a person holds."""

from collections.abc import Collection
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from measures.models import Measure
from rectify.organization.models import ADMINISTRATOR_ROLES, SUPERIOR_ROLES, Role, RoleAssignment
from rectify.workflow.refusals import NotFound

from .homes import administration, audit, department, leadership, office
from .homes.desk import Desk, Part, lines_now
from .navigation import Frame, frame_of

# In this order where nothing presses more in one than in another.
BUILDERS: tuple[tuple[Any, Collection[str]], ...] = (
    (department.parts, (Role.LIAISON, Role.HEAD)),
    (office.parts, (Role.OFFICE,)),
    (leadership.parts, (Role.LEADER, Role.ASSISTANT)),
    (audit.parts, (Role.AUDITOR,)),
)


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What matters to this person now."""
    frame = frame_of(request)
    return render(request, "home/home.html", {"parts": parts_of(frame), "posts": frame.posts})


@login_required
@require_safe
def row(request: HttpRequest, pk: int) -> HttpResponse:
    """One row of a department's list as it stands now; nothing where the measure has left it."""
    frame = frame_of(request)
    measure = Measure.objects.for_display().visible_to(request.user, frame.today).filter(pk=pk).first()
    if measure is None:
        raise NotFound()
    if measure.is_settled:
        return HttpResponse("")
    return render(request, "home/row.html", {"line": lines_now([measure], frame)[0]})


def parts_of(frame: Frame) -> list[Part]:
    """The sections of a person's home, those first in which something waits for them."""
    found: list[Part] = []
    if frame.round is not None:
        desk = Desk(frame, frame.round)
        posts = [post for post in frame.posts.assignments if _concerns(post, desk)]
        for build, roles in BUILDERS:
            found += build(desk, [post for post in posts if post.role in roles])
    found += administration.parts(frame, [p for p in frame.posts.assignments if p.role in ADMINISTRATOR_ROLES])
    return sorted(found, key=lambda part: part.pressing == 0)


def _concerns(post: RoleAssignment, desk: Desk) -> bool:
    """Whether a post has to do with the round: its own organisation's, or a subordinate's for office and auditors."""
    organization = desk.round.organization
    if post.organization_id == organization.pk:
        return True
    return post.role in SUPERIOR_ROLES and post.organization_id == organization.parent_id
