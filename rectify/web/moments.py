"""The two days in an address: `as_of` (how it stood then) and `known_at` (as far as was entered by then)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from rectify.workflow.refusals import Invalid


@dataclass(frozen=True)
class Moment:
    """The day that a list or a figure shows.

    Args:
        on: the day whose state is shown.
        known_on: the day up to whose end entries count; None for everything entered.
        today: the present day.
    """

    on: date
    known_on: date | None
    today: date

    @property
    def is_past(self) -> bool:
        """Whether the state must be read from history; the present stands in the tables themselves."""
        return self.on != self.today or self.known_on is not None

    @property
    def known_at(self) -> datetime | None:
        """The last moment whose entries count."""
        return timezone.make_aware(datetime.combine(self.known_on, time.max)) if self.known_on else None

    def address(self) -> str:
        """The part of an address that leads to the same moment; empty for the present."""
        if not self.is_past:
            return ""
        return f"&as_of={self.on}" + (f"&known_at={self.known_on}" if self.known_on else "")


def read_day(name: str, text: str) -> date:
    """A day from an address. Raises Invalid at the parameter for what is no day."""
    try:
        day = parse_date(text.strip())
    except ValueError:
        day = None
    if day is None:
        raise Invalid(
            _("Please check the dates."),
            errors={name: [_("“%(text)s” is no date; write it as 2021-08-12.") % {"text": text[:40]}]},
        )
    return day


def read_moment(params: Mapping[str, str], today: date, earliest: date | None = None) -> Moment:
    """The moment that an address names; the present where it names none.

    Args:
        earliest: the feedback day, before which there is nothing to show.
    """
    on = read_past_day("as_of", params, today, earliest) or today
    known_on = read_past_day("known_at", params, today, earliest)
    if earliest is not None and on < earliest:
        raise _before("as_of", earliest)
    return Moment(on, known_on if known_on != today else None, today)


def read_past_day(name: str, params: Mapping[str, str], today: date, earliest: date | None = None) -> date | None:
    """The day that one parameter names; None where it names none.

    Args:
        earliest: the feedback day.

    Raises:
        Invalid: no date, a day in the future, or one before the earliest.
    """
    text = params.get(name, "")
    if not text:
        return None
    day = read_day(name, text)
    if day > today:
        raise Invalid(_("Please check the dates."), errors={name: [_("This day lies in the future.")]})
    if earliest is not None and day < earliest:
        raise _before(name, earliest)
    return day


def _before(name: str, earliest: date) -> Invalid:
    message = _("This day lies before the feedback day %(day)s.") % {"day": earliest}
    return Invalid(_("Please check the dates."), errors={name: [message]})
