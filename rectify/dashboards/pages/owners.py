"""Who answers for what: departments and leaders, what hurts most first, with how their load went over the weeks."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from issues.models import Round
from measures.figures.round import round_figures
from rectify.web.tables import Column, table_response

from ..charts.kit import markup
from ..charts.spark import spark
from ..figures.dashboard import last_before
from ..figures.histories import Load, loads
from ..figures.owners import Owner, owners
from ..figures.since import since
from ..figures.weeks import frozen_by
from ..navigation import Frame
from .shared import address, ledger_address, overview_page, shown

NUMBERS = (
    ("overdue", gettext_lazy("Overdue")),
    ("overdue_original", gettext_lazy("by the plan's own deadlines")),
    ("behind", gettext_lazy("Behind even progress")),
    ("due_in_10_days", gettext_lazy("Due in 10 days")),
    ("due_in_20_days", gettext_lazy("Due in 20 days")),
    ("in_review", gettext_lazy("Closure under review")),
    ("done", gettext_lazy("Done")),
    ("closed", gettext_lazy("Closed")),
    ("total", gettext_lazy("Measures")),
)


@overview_page
def by_department(frame: Frame, round_: Round) -> HttpResponse:
    """The departments that lead measures."""
    return _page(frame, round_, "by-department", "by_department", "lead_department")


@overview_page
def by_leader(frame: Frame, round_: Round) -> HttpResponse:
    """The leaders who answer for measures."""
    return _page(frame, round_, "by-leader", "by_leader", "responsible_leader")


def _page(frame: Frame, round_: Round, name: str, groups: str, filter_name: str) -> HttpResponse:
    """Seven statements: figures, the week before, the last weeks."""
    figures = round_figures(round_, frame.moment)
    kept = last_before(list(frozen_by(round_, frame.moment)[:2]), frame.moment.on)
    changed = since(figures.as_json(), kept)
    found = owners(getattr(figures, groups), changed.changes[groups] if changed else None)
    if frame.request.GET.get("format") == "csv":
        return as_csv(frame, name, found)
    before = loads(round_, frame.moment, groups)
    most = max([load.open for each in before.values() for load in each], default=1)
    context = {
        "owners": [(each, _spark(each, before.get(each.key, []), most)) for each in found],
        "is_department": groups == "by_department",
        "filter": filter_name,
        "ledger": ledger_address(frame, round_),
        "csv": address(frame, round_, name, format="csv"),
        "digest": figures.digest,
        "since": changed,
    }
    return shown(frame, round_, name, "dashboards/owners.html", context)


def _spark(owner: Owner, before: list[Load], most: int) -> Any:
    return markup(spark(before, most, owner.key, owner.name)) if before else ""


def as_csv(frame: Frame, name: str, found: list[Owner]) -> HttpResponse:
    """The owners as a file, under the day that is shown."""
    moment = frame.moment

    def number(key: str) -> Any:
        return lambda owner: owner.figures[key]

    columns = [Column(_("Name"), lambda owner: owner.name), Column(_("Open measures"), lambda owner: owner.open)]
    columns += [Column(label, number(key)) for key, label in NUMBERS]
    columns += [
        Column(_("As of"), lambda owner: moment.on),
        Column(_("Known at"), lambda owner: moment.known_on or moment.today),
    ]
    answer: Any = table_response("csv", f"{name}-{moment.on}", "", "", columns, found)
    return answer
