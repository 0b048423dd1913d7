"""Two days of a round compared, as a page and as a file: what happened in between, and both days' figures."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from issues.models import Round
from measures.figures.rows import MEASURE
from rectify.dispatch.pages.shared import week_in_words
from rectify.web.moments import Moment
from rectify.web.tables import Column, table_response

from ..figures.compared import Change, ChangeKind, Compared, compared
from ..figures.two_days import Stops, known_stops, read_two_days
from ..homes import sentences
from ..navigation import Frame
from .change_words import ENDED, KINDS, PHRASES, Line, Pair, line_of, pairs
from .shared import overview_page, shown

# So many of the newest weeks stand at hand; earlier ones unfold.
AT_HAND = 4
# A longer list starts folded.
UNFOLDED = 40


@overview_page
def changes(frame: Frame, round_: Round) -> HttpResponse:
    """The page, or with `?format=csv` all of it as a file."""
    before, after = read_two_days(round_, frame.request.GET, frame.today)
    # The frame, and what it leads to, shows the later day.
    frame.moment = after
    found = compared(round_, before, after)
    if frame.request.GET.get("format") == "csv":
        return _as_csv(found)
    near, earlier = _choices(found, known_stops(round_, after))
    context = {
        "own_days": True,
        "sentence": _sentence(found),
        "before": before,
        "after": after,
        "figures": _linked(found),
        "sections": _sections(found),
        "choices": near,
        "earlier_choices": earlier,
        "csv": f"{_address(found, before, after)}&format=csv",
        "digest": found.digest,
    }
    return shown(frame, round_, "changes", "dashboards/changes.html", context)


def _address(found: Compared, before: Moment, after: Moment) -> str:
    """The page about two days of the round, as known on the same day."""
    known = f"&known_at={after.known_on}" if after.known_on else ""
    return f"{reverse('changes')}?round={found.round.pk}&from={before.on}&to={after.on}{known}"


def _ledger(found: Compared, moment: Moment) -> str:
    return f"{reverse('ledger')}?round={found.round.pk}{moment.address()}"


def _linked(found: Compared) -> list[tuple[Any, list[Pair]]]:
    """The figures side by side, each a link to its rows on its day."""
    earlier, later = _ledger(found, found.before), _ledger(found, found.after)
    return [
        (
            name,
            [replace(pair, old_url=f"{earlier}{pair.filters}", new_url=f"{later}{pair.filters}") for pair in group],
        )
        for name, group in pairs(found)
    ]


def _sections(found: Compared) -> list[dict[str, Any]]:
    """What happened, kind by kind; sub-issues apart from measures."""
    sections = []
    for kind in ChangeKind:
        lines = [line_of(found, change) for change in found.of_kind(kind)]
        if lines:
            groups = [
                (_("Sub-issues"), [line for line in lines if not line.is_measure]),
                (_("Measures"), [line for line in lines if line.is_measure]),
            ]
            sections.append(
                {
                    "kind": kind.value,
                    "name": KINDS[kind],
                    "count": len(lines),
                    "groups": [group for group in groups if group[1]],
                    "unfolded": len(lines) <= UNFOLDED,
                }
            )
    return sections


def _sentence(found: Compared) -> Any:
    """What happened in one sentence; each number leads to its list on the page."""
    ended: list[Any] = []
    moved: list[Any] = []
    for kind in ChangeKind:
        of_kind = found.of_kind(kind)
        for is_measure, phrases in PHRASES.items():
            number = sum((change.entry.row.what == MEASURE) == is_measure for change in of_kind)
            if number and kind in phrases:
                tone = "overdue" if kind == ChangeKind.SLIPPED and _any_overdue(of_kind) else ""
                phrase = sentences.phrase(phrases[kind] % number, number, f"#{kind}", tone)
                (ended if kind in ENDED else moved).append(phrase)
    if not ended and not moved:
        moved.append(sentences.phrase(_("nothing was closed, moved or opened"), 0))
    written = pgettext("date in a sentence", "j F Y")
    days = _("From %(earlier)s to %(later)s") % {
        "earlier": date_format(found.before.on, written),
        "later": date_format(found.after.on, written),
    }
    return sentences.sentence(ended, moved, opening=days)


def _any_overdue(changes_: Iterable[Change]) -> bool:
    return any(turn.field == "overdue" for change in changes_ for turn in change.turns)


def _choices(found: Compared, stops: Stops) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Pairs of days that are worth a press: those at hand, and earlier weeks."""
    round_, after, today = found.round, found.after, found.after.today

    def choice(label: str, earlier: Any, later: Any) -> dict[str, Any]:
        chosen = (found.before.on, after.on) == (earlier, later)
        url = _address(found, replace(after, on=earlier), replace(after, on=later))
        return {"label": label, "url": url, "on": chosen}

    known_by = after.known_on or today
    since = [choice(_("Since the feedback"), round_.feedback_on, known_by)]
    if (until := round_.intensive_until) is not None and round_.feedback_on < until <= known_by:
        since.append(choice(_("The intensive period"), round_.feedback_on, until))
        if round_.notice_on is not None and until < round_.notice_on <= known_by:
            since.append(choice(_("From then to the notice"), until, round_.notice_on))
    weeks = []
    if stops and stops[-1][1] < known_by:
        words = _("Since %(week)s") % {"week": week_in_words(stops[-1][0])}
        weeks.append(choice(words, stops[-1][1], known_by))
    for (_earlier, start), (week, end) in zip(reversed(stops[:-1]), reversed(stops[1:]), strict=True):
        weeks.append(choice(week_in_words(week), start, end))
    return since + weeks[:AT_HAND], weeks[AT_HAND:]


def _as_csv(found: Compared) -> HttpResponse:
    """The figures, then every change, under both days."""
    figures = [(name, pair) for name, group in pairs(found) for pair in group]
    lines: list[tuple[Any, Pair | Line]] = [*figures]
    lines += [(KINDS[change.kind], line_of(found, change)) for change in found.changes]
    known = found.after.known_on or found.after.today
    columns = [
        Column(_("Group"), lambda row: str(row[0])),
        Column(_("No."), lambda row: row[1].number),
        Column(_("Content"), lambda row: str(row[1].title)),
        Column(_("Lead department"), lambda row: row[1].department),
        Column(_("Responsible leader"), lambda row: row[1].leader),
        Column(pgettext("of two days", "Before"), lambda row: row[1].old_words),
        Column(pgettext("of two days", "After"), lambda row: row[1].new_words),
        Column(_("Difference"), lambda row: row[1].difference),
        Column(pgettext("of two days", "From"), lambda row: found.before.on),
        Column(pgettext("of two days", "To"), lambda row: found.after.on),
        Column(_("Known at"), lambda row: known),
        Column(_("digest"), lambda row: found.digest),
    ]
    name = f"changes-{found.before.on}-{found.after.on}"
    answer: Any = table_response("csv", name, _("Two days compared"), "", columns, lines)
    return answer
