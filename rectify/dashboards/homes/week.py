"""The open week as a sentence on a home, with the way to where it is reported or seen."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from rectify.dispatch.pages.shared import cutoff_in_words
from rectify.dispatch.summary import WeekSummary, open_week_of
from rectify.organization.models import Department

from .desk import Desk


def of_department(desk: Desk, department: Department) -> dict[str, Any]:
    """How far a department has come this week; nothing where no week is open, or a past day is shown."""
    found = None if desk.is_past else open_week_of(desk.round, department=department)
    if found is None or not found.total:
        return {}
    words = _("%(sent)s of %(total)s reported; cut-off %(cutoff)s") % _facts(found)
    if found.to_confirm:
        waits = ngettext("%(count)d to be confirmed", "%(count)d to be confirmed", found.to_confirm)
        words += pgettext("between clauses", "; ") + waits % {"count": found.to_confirm}
    return {"words": words, "url": f"{reverse('this-week')}?round={desk.round.pk}", "action": _("This week's report")}


def of_round(desk: Desk) -> dict[str, Any]:
    """How many departments still owe something this week."""
    found = None if desk.is_past else open_week_of(desk.round)
    if found is None:
        return {}
    words = _("%(sent)s of %(total)s reported; cut-off %(cutoff)s") % _facts(found)
    owing = ngettext("%(count)d department has not", "%(count)d departments have not", found.owing)
    words += pgettext("between clauses", "; ") + owing % {"count": found.owing}
    return {"words": words, "url": f"{reverse('dispatch-board')}?round={desk.round.pk}", "action": _("Weekly dispatch")}


def _facts(found: WeekSummary) -> dict[str, Any]:
    return {"sent": found.sent, "total": found.total, "cutoff": cutoff_in_words(found.week)}
