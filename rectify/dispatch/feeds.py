"""A person's days as a calendar that other programs fetch: deadlines, cut-offs, milestones, supervision papers.

It leaves the house: kind, number and a link, the titles of rounds and milestones; never the text of a finding or a
measure.
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from issues.models import Milestone
from issues.states import UNDER_WAY
from measures.models import Measure, MeasureHistory
from measures.states import SETTLED
from rectify.organization.models import BUSINESS_ROLES, Role, User
from rectify.organization.posts import Posts
from rectify.workflow.acts import Act
from rectify.workflow.refusals import Forbidden

from .models import Dispatch, Feed, SupervisionOrder
from .notices.words import site

SECRET_BYTES = 32
# Identities of events outlive the address of the installation.
NAMESPACE = "rectification-ledger"
ASKED_AGAIN = timedelta(hours=4)
# Those who report, and those who run the week.
OF_WEEKS = (Role.LIAISON, Role.HEAD, Role.OFFICE)
# Those who see only what their department has to reach.
OF_DEPARTMENTS = frozenset({Role.LIAISON, Role.HEAD})


@dataclass(frozen=True)
class Entry:
    """One event.

    Args:
        key: what it is about, the same as long as that is there.
        words: kind and number, or title.
        at: its day, or its moment.
        changed_at: when what it is about was changed last.
        version: counts those changes.
        path: where it is seen and done.
        round: the title of its round.
    """

    key: str
    words: str
    at: date | datetime
    changed_at: datetime
    version: int
    path: str
    round: str


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def make_address(act: Act) -> str:
    """A new secret for the person's calendar; the one before it no longer works. It is given here and never again.

    Raises:
        Forbidden: who takes no part in rectification has no days in it.
    """
    if Posts.of(act.actor, act.on).roles.isdisjoint(BUSINESS_ROLES):
        raise Forbidden(_("You do not take part in rectification; there is nothing here for you to see."))
    secret = secrets.token_urlsafe(SECRET_BYTES)
    Feed.objects.update_or_create(user=act.actor, defaults={"digest": digest_of(secret), "made_at": act.clock()})
    return secret


@transaction.atomic
def switch_off(act: Act) -> None:
    """Takes the person's address back; where there is none nothing happens."""
    Feed.objects.filter(user=act.actor).delete()


def owner_of(secret: str) -> User | None:
    """Whose address it is; None for one that is not known, or whose person's account is disabled."""
    feed = Feed.objects.select_related("user").filter(digest=digest_of(secret)).first()
    return feed.user if feed is not None and feed.user.is_active else None


def calendar_of(user: User, on: date) -> bytes:
    """The calendar of a person as of a day; the same bytes as long as nothing in it changes."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{NAMESPACE}//feed//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Rectification: my deadlines"))
    calendar.add("refresh-interval", ASKED_AGAIN, parameters={"VALUE": "DURATION"})
    entries = list(entries_of(user, on))
    several = len({entry.round for entry in entries}) > 1
    for entry in entries:
        calendar.add_component(event_of(entry, several))
    return calendar.to_ical()


def event_of(entry: Entry, several: bool) -> Event:
    """An entry as an event: a day as a whole day that blocks no time.

    Args:
        several: whether the calendar has events of several rounds, which then are told apart by their title.
    """
    event, address = Event(), site(entry.path)
    named = _("%(words)s (%(round)s)") % {"words": entry.words, "round": entry.round}
    event.add("uid", f"{entry.key}@{NAMESPACE}")
    event.add("summary", named if several else entry.words)
    event.add("description", f"{entry.round}\n{address}")
    event.add("url", address)
    event.add("dtstart", entry.at)
    if not isinstance(entry.at, datetime):
        event.add("dtend", entry.at + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    # When it was last revised: without a method that is what the stamp means, and the bytes stay the same.
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.version)
    return event


def entries_of(user: User, on: date) -> Iterator[Entry]:
    """What stands in a person's calendar: a constant number of statements."""
    posts = Posts.of(user, on)
    yield from _measures(posts)
    yield from _cutoffs(posts)
    yield from _milestones(posts)
    yield from _orders(user, posts, on)


def _measures(posts: Posts) -> Iterator[Entry]:
    """The deadlines of unsettled measures of their departments and leadership posts."""
    newest = MeasureHistory.objects.filter(measure=OuterRef("pk")).order_by("-sequence").values("recorded_at")
    mine = Q(lead_department__in=posts.department_ids()) | Q(responsible_leader__in=posts.leader_ids())
    found: Iterable[Any] = (
        Measure.objects.filter(mine, due_on__isnull=False, sub_issue__round__status__in=UNDER_WAY)
        .exclude(status__in=SETTLED)
        .annotate(changed_at=Subquery(newest[:1]), round_title=F("sub_issue__round__title"))
        .order_by("due_on", "pk")
    )
    for measure in found:
        words = _("Measure %(number)s is due") % {"number": measure.number}
        path = reverse("measure", args=[measure.pk])
        of = measure.round_title
        yield Entry(f"measure-{measure.pk}", words, measure.due_on, measure.changed_at, measure.version, path, of)


def _cutoffs(posts: Posts) -> Iterator[Entry]:
    """The cut-offs of weeks that are open, for those who report in them or run them."""
    organizations = {post.organization_id for post in posts.held if post.role in OF_WEEKS}
    under_way = Dispatch.objects.open().filter(round__status__in=UNDER_WAY)
    weeks = under_way.filter(round__organization__in=organizations).select_related("round").order_by("cutoff_at", "pk")
    page = "this-week" if posts.department_ids() else "dispatch-board"
    for week in weeks:
        words = _("Cut-off of the weekly dispatch, week %(week)d") % {"week": week.week}
        path = f"{reverse(page)}?round={week.round_id}&week={week.pk}"
        yield Entry(f"cutoff-{week.pk}", words, week.cutoff_at, week.opened_at, week.version, path, week.round.title)


def _milestones(posts: Posts) -> Iterator[Entry]:
    """Milestones that are ahead: the round's, and those of their departments; leaders and the office see all."""
    own = {post.organization_id for post in posts.held if post.role in BUSINESS_ROLES}
    found: Any = Milestone.objects.ahead().filter(round__organization__in=own, round__status__in=UNDER_WAY)
    if posts.roles <= OF_DEPARTMENTS:
        found = found.filter(Q(department__isnull=True) | Q(department__in=posts.department_ids()))
    for milestone in found.select_related("round").order_by("due_on", "pk"):
        path = f"{reverse('milestones')}?round={milestone.round_id}#milestone-{milestone.pk}"
        words = _("Milestone: %(title)s") % {"title": milestone.title}
        key, of = f"milestone-{milestone.pk}", milestone.round.title
        yield Entry(key, words, milestone.due_on, milestone.changed_at, milestone.version, path, of)


def _orders(user: User, posts: Posts, on: date) -> Iterator[Entry]:
    """Supervision papers that their departments have to answer; the office sees all of its organisation."""
    offices = {post.organization_id for post in posts.held if post.role == Role.OFFICE}
    mine = Q(department__in=posts.department_ids()) | Q(round__organization__in=offices)
    found = SupervisionOrder.objects.visible_to(user, on).awaiting_answer().filter(mine)
    for order in found.select_related("round").order_by("due_on", "pk"):
        words = _("%(number)s is to be answered") % {"number": order.number}
        changed_at = order.answered_at or order.issued_at
        path = reverse("supervision-order", args=[order.pk])
        yield Entry(f"order-{order.pk}", words, order.due_on, changed_at, order.version, path, order.round.title)
