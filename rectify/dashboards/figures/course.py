"""What the completion curve shows: the trend, with the period and the days that are marked on it."""

from django.utils.translation import gettext as _

from issues.models import Milestone, Round
from measures.figures.rows import Row
from measures.figures.trend import trend
from rectify.web.moments import Moment

from ..charts.curve import Course, Mark


def course_of(round_: Round, moment: Moment, rows: list[Row], note: str) -> Course:
    """A round's course up to a moment: two statements.

    Args:
        rows: those of the moment.
        note: what is printed beneath the curve.
    """
    period = (round_.intensive_from, round_.intensive_until)
    marks = [
        Mark(each.due_on, each.title, late=each.met_on is None and each.due_on < moment.on)
        for each in Milestone.objects.filter(round=round_, dropped=False)
    ]
    if round_.notice_on is not None:
        marks.append(Mark(round_.notice_on, _("Public notice")))
    return Course(
        trend=trend(round_, moment, rows),
        feedback_on=round_.feedback_on,
        on=moment.on,
        intensive=period if None not in period else None,  # type: ignore[arg-type]
        marks=marks,
        note=note,
    )
