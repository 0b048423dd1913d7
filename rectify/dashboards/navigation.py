"""What the frame around every page shows: who is signed in, which round, which day, where to go."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from issues.models import Round
from issues.scope import Scope, find_round
from measures.todo import count_todo
from rectify.dispatch.notices.inbox import unread_count
from rectify.organization.models import Role, RoleAssignment
from rectify.organization.posts import Posts
from rectify.web import clock
from rectify.web.moments import Moment, read_moment
from rectify.workflow.refusals import NotFound, Refusal

# What the sub-pages of an entry begin with: the pages of measures and sub-issues belong to the ledger.
SUB_PAGES = {
    "home": (),
    "todo": ("/todo/",),
    "ledger": ("/ledger/", "/measures/", "/sub-issues/", "/split-table/"),
    "this-week": ("/this-week/", "/supervision/", "/milestones/"),
    "dispatch-board": ("/dispatch/", "/briefs/", "/supervision/", "/milestones/", "/working-days/"),
    "acceptance": ("/acceptance/",),
    "round": ("/round/", "/rounds/"),
    "look-backs": ("/look-backs/", "/doubts/"),
}


def post_name(assignment: RoleAssignment) -> str:
    """A post as an office says it: the department and the role, or the leader's own title."""
    if assignment.role == Role.LEADER:
        return str(assignment.leader)
    role, place = assignment.get_role_display(), assignment.department or assignment.leader
    return _("%(role)s, %(place)s") % {"role": role, "place": place} if place else str(role)


@dataclass
class Frame:
    """The frame of one page, read from the request when a template asks for it.

    The round is the one that the view set as `request.round`, else the one in the address, else the one last looked at,
    else the newest.
    """

    request: HttpRequest

    @cached_property
    def today(self) -> Any:
        return clock.today()

    @cached_property
    def posts(self) -> Posts:
        return Posts.of(self.request.user, self.today, named=True)

    @cached_property
    def rounds(self) -> list[Round]:
        if not self.posts.sees_business:
            return []
        visible = Round.objects.visible_to(self.request.user, self.today)
        return list(visible.select_related("organization")[:50])

    @cached_property
    def round(self) -> Round | None:
        if (given := getattr(self.request, "round", None)) is not None:
            return given
        kept = self.request.session.get("round")
        if text := self.request.GET.get("round", ""):
            found = find_round(self.request.user, self.today, text)
            if found is None:
                raise NotFound(_("There is no such round, or it is not yours to see."))
            if kept != found.pk:
                self.request.session["round"] = found.pk
            return found
        return next((r for r in self.rounds if r.pk == kept), self.rounds[0] if self.rounds else None)

    @cached_property
    def moment(self) -> Moment:
        return read_moment(self.request.GET, self.today, self.round.feedback_on if self.round else None)

    @cached_property
    def scope(self) -> Scope:
        """What the page is limited to, for filters and figures."""
        return Scope(self.request.user, self.moment, self.round)

    @property
    def as_of(self) -> Any:
        """The day that is shown; None where there is no round and so nothing that had a day."""
        return self._shown_moment.on if self.round else None

    @property
    def known_at(self) -> Any:
        return self._shown_moment.known_on

    @property
    def is_past(self) -> bool:
        return self._shown_moment.is_past

    @cached_property
    def _shown_moment(self) -> Moment:
        # The page that tells of a wrong day has a frame too.
        try:
            return self.moment
        except Refusal:
            return Moment(self.today, None, self.today)

    @property
    def user_name(self) -> str:
        return self.request.user.get_full_name() if self.request.user.is_authenticated else ""

    @property
    def role_names(self) -> list[str]:
        """The person's posts in words, with the organisation's name where they have posts in several."""
        posts = self.posts.assignments
        several = len({post.organization_id for post in posts}) > 1
        return [f"{post.organization} {post_name(post)}" if several else post_name(post) for post in posts]

    @property
    def organization_name(self) -> str:
        assignments = self.posts.assignments
        return assignments[0].organization.name if assignments else ""

    @cached_property
    def todo_count(self) -> int:
        return count_todo(self.posts, self.today)

    @cached_property
    def unread(self) -> int:
        """How many notices the person has not read."""
        return unread_count(self.request.user, self.today)

    @property
    def _dispatch_page(self) -> str:
        """Departments report this week's lines; everybody else sees the board."""
        return "this-week" if self.posts.department_ids() else "dispatch-board"

    @cached_property
    def navigation(self) -> list[dict[str, Any]]:
        """The rail's entries; administrators see no business data."""
        entries: list[tuple[str, str, str, int | None]] = [(_("Home"), "home", "home", None)]
        if self.posts.sees_business:
            entries += [
                (_("To do"), "todo", "todo", self.todo_count or None),
                (_("Ledger"), "ledger", "ledger", None),
                (_("Weekly dispatch"), self._dispatch_page, "calendar", None),
                (_("Closing"), "acceptance", "check", None),
                (pgettext("of a round", "Overview"), "round", "overview", None),
            ]
        if not self.posts.roles.isdisjoint({Role.AUDITOR, Role.OFFICE}):
            entries.append((_("Look-back"), "look-backs", "closure", None))
        return [
            {
                "label": label,
                "url": reverse(name),
                "icon": icon,
                "count": count,
                "current": self._is_at(name),
            }
            for label, name, icon, count in entries
        ]

    def _is_at(self, name: str) -> bool:
        return self.request.path == reverse(name) or self.request.path.startswith(SUB_PAGES[name])

    @property
    def search_url(self) -> str:
        return reverse("ledger") if self.posts.sees_business else ""

    @property
    def style_page(self) -> bool:
        return settings.DEBUG


def frame_of(request: HttpRequest) -> Frame:
    """The request's frame, made once."""
    kept = request.__dict__
    if "page_frame" not in kept:
        kept["page_frame"] = Frame(request)
    return kept["page_frame"]


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor."""
    user = getattr(request, "user", None)
    return {"frame": frame_of(request) if user is not None and user.is_authenticated else None}
