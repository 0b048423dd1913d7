"""The round as a whole, in sentences that a secretary could read aloud."""

from typing import Any

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from issues.states import SubIssueStatus
from measures.states import MeasureStatus

from . import sentences
from .changes import Changes
from .desk import SOON, Desk

# Where the page names what a week brought.
SINCE = "#since"


def round_sentence(desk: Desk, since: Changes | None = None) -> SafeString:
    """Sub-issues, measures, what presses, and what a week brought."""
    return sentences.sentence(_sub_issues(desk), _measures(desk), _since(since) if since else [])


def _sub_issues(desk: Desk) -> list[SafeString]:
    counts = desk.figures.sub_issues
    found = [sentences.sub_issues(counts["total"], desk.ledger())]
    for status in (
        SubIssueStatus.CLOSED,
        SubIssueStatus.SUSTAINED,
        SubIssueStatus.IN_REVIEW,
        SubIssueStatus.RECTIFYING,
    ):
        if counts[status] or status == SubIssueStatus.CLOSED:
            url = desk.ledger(sub_issue_status=status.value)
            found.append(sentences.phrase(sentences.SUB_ISSUES_IN_STATE[status], counts[status], url))
    return found


def _measures(desk: Desk) -> list[SafeString]:
    counts, pressing = desk.figures.measures, desk.figures.pressing
    closed = sentences.MEASURES_IN_STATE[MeasureStatus.CLOSED]
    return [
        sentences.measures(counts["total"], desk.ledger()),
        sentences.phrase(closed, counts["closed"], desk.ledger(status="closed")),
        sentences.overdue(pressing["overdue"], desk.ledger(overdue="true")),
        *sentences.due_soon(pressing["due_in_10_days"], desk.ledger(due_within=SOON)),
    ]


def _since(since: Changes) -> list[SafeString]:
    """What a week brought, the sub-issues by name only where there are any."""
    n, m = len(since.sub_issues_closed), len(since.closed)
    if not n and not m:
        return [format_html("{}", _("nothing newly closed since a week ago"))]
    found = []
    if n:
        words = ngettext("since a week ago {n} more sub-issue closed", "since a week ago {n} more sub-issues closed", n)
        found.append(sentences.phrase(words, n, SINCE))
    if m:
        if n:
            words = ngettext("{n} more measure closed", "{n} more measures closed", m)
        else:
            words = ngettext("since a week ago {n} more measure closed", "since a week ago {n} more measures closed", m)
        found.append(sentences.phrase(words, m, SINCE))
    return found


def intensive_sentence(desk: Desk) -> str:
    """How long the intensive period still lasts; empty where the round names none."""
    until: Any = desk.round.intensive_until
    if until is None:
        return ""
    day = date_format(until, pgettext("date in a sentence", "j F Y"))
    left = (until - desk.on).days
    if left < 0:
        return _("The intensive period ended on %(day)s.") % {"day": day}
    if left == 0:
        return _("The intensive period ends today.")
    words = ngettext(
        "The intensive period ends on %(day)s, in %(left)d day.",
        "The intensive period ends on %(day)s, in %(left)d days.",
        left,
    )
    return words % {"day": day, "left": left}
