"""Which two days of a round are compared: read from the address, and what stands in for a day not named there."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from issues.models import Round
from rectify.dispatch.weeks import Week
from rectify.web.moments import Moment, read_moment, read_past_day
from rectify.workflow.refusals import Invalid

from .weeks import frozen_days

Stops = list[tuple[Week, date]]


def read_two_days(round_: Round, params: Mapping[str, str], today: date) -> tuple[Moment, Moment]:
    """The earlier and the later moment.

    Without `to` the later day is the one that `as_of` names, else the present. Without `from` the earlier one is the
    day of the last week frozen before it, else the feedback day: one statement, none where it is named.

    Raises:
        Invalid: at the parameter that is no date, lies in the future or before the feedback day, or after the other.
    """
    shown = read_moment(params, today, round_.feedback_on)
    later = read_past_day("to", params, today, round_.feedback_on) or shown.on
    after = Moment(later, shown.known_on, today)
    earlier = read_past_day("from", params, today, round_.feedback_on)
    if earlier is None:
        frozen = [day for _week, day in known_stops(round_, after) if day < later]
        earlier = max([round_.feedback_on, *frozen])
    if earlier > later:
        message = _("This day lies after the later day %(day)s.") % {"day": later}
        raise Invalid(_("Please check the dates."), errors={"from": [message]})
    return Moment(earlier, shown.known_on, today), after


def known_stops(round_: Round, moment: Moment) -> Stops:
    """The frozen weeks with their days, the oldest first, as far as they were known at the moment: one statement."""
    known_by = moment.known_on or moment.today
    return [(week, day) for week, day in frozen_days(round_) if day <= known_by]
