"""Reading a year's calendar of working days, as the State Council publishes it each autumn for the year to come."""

import csv
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from rectify.workflow.refusals import Invalid, TooLarge

from .models import CalendarDay

# What stands in the column that says whether one works.
WORKING = {
    "1": True,
    "true": True,
    "work": True,
    "上班": True,
    "0": False,
    "false": False,
    "holiday": False,
    "休": False,
}
MOST_ROWS = 366
MOST_TOLD = 20


LARGEST_FILE = 100_000
NOT_TEXT = ("\0", "\ufffd")


def lines_of(content: bytes) -> list[str]:
    """The lines of a CSV file, in UTF-8 or as Chinese spreadsheet programs write them.

    Raises:
        TooLarge, Invalid: more than `LARGEST_FILE` bytes; no text.
    """
    if len(content) > LARGEST_FILE:
        raise TooLarge(_("A calendar has 100 kB at most; this file is no calendar of one year."))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(mark in text for mark in NOT_TEXT):
            return text.splitlines()
    raise Invalid(errors={"file": [_("The file is no text; save it as CSV first.")]})


def read_upload(file: Any) -> bytes | None:
    """What an uploaded file holds, as far as `lines_of` looks at it; None where none was chosen."""
    return None if file is None else file.read(LARGEST_FILE + 1)


def read_calendar(year: int, lines: Iterable[str], source: str) -> list[CalendarDay]:
    """A year's calendar from the rows of a CSV file: day, working, name; only days unlike their weekday.

    Args:
        lines: of the file; a first row that names the columns is passed over.
        source: what the rows were taken from.

    Raises:
        Invalid: with the number of each row that is wrong.
    """
    rows, problems = [], []
    for number, cells in enumerate(_cells(lines), start=1):
        if not any(cell.strip() for cell in cells) or (number == 1 and cells[0].strip().lower() in ("day", "日期")):
            continue
        try:
            rows.append(_row(year, [cell.strip() for cell in cells], source))
        except ValueError as error:
            problems.append(_("Row %(number)d: %(text)s") % {"number": number, "text": error})
    twice = len(rows) - len({row.day for row in rows})
    if not problems and (twice or not rows or len(rows) > MOST_ROWS):
        problems.append(_("A calendar has at least one day, and each day once."))
    if problems:
        raise Invalid(errors={"file": problems[:MOST_TOLD]})
    return rows


def _cells(lines: Iterable[str]) -> list[list[str]]:
    try:
        return list(csv.reader(lines))
    except csv.Error as error:
        raise Invalid(errors={"file": [_("The file is no text; save it as CSV first.")]}) from error


def _row(year: int, cells: list[str], source: str) -> CalendarDay:
    """One day. Raises ValueError in words."""
    if len(cells) < 2:
        raise ValueError(_("day and working are needed"))
    try:
        day = date.fromisoformat(cells[0].replace("/", "-"))
    except ValueError as error:
        raise ValueError(_("“%(text)s” is no day like 2027-01-01") % {"text": cells[0][:40]}) from error
    if day.year != year:
        raise ValueError(_("%(day)s does not lie in %(year)d") % {"day": day, "year": year})
    if (working := WORKING.get(cells[1].lower())) is None:
        raise ValueError(_("“%(text)s” is neither 上班 nor 休") % {"text": cells[1][:40]})
    return CalendarDay(day=day, year=year, working=working, name=cells[2][:60] if len(cells) > 2 else "", source=source)
