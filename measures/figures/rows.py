"""What is counted: every sub-issue and every measure of a round on a day, in one statement."""

from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import CharField, DateField, F, IntegerField, Value

from issues.models import Round, SubIssue
from issues.states import SETTLED as SETTLED_SUB_ISSUES
from rectify.web.moments import Moment
from rectify.workflow.past import SUFFIX
from rectify.workflow.prepared import Prepared

from ..models import Measure
from ..progress import lags
from ..states import SETTLED, UNDONE

MEASURE, SUB_ISSUE = "measure", "sub_issue"
SHARED = ("status", "kind", "lead_department", "responsible_leader", "due_on")
OF_MEASURES = ("original_due_on", "progress")
OF_SUB_ISSUES = ("superior_finding",)


class Row(NamedTuple):
    """What the figures need to know of one sub-issue or measure on the day.

    Department and leader stand by id, on a past day by key, as history names them. Sub-issues have neither an original
    deadline nor a progress; what the superior found is said of sub-issues alone.
    """

    what: str
    pk: int
    heading: int
    status: str
    kind: str
    department: int | str
    leader: int | str
    due_on: date | None
    original_due_on: date | None
    progress: int | None
    superior_finding: str = ""

    @property
    def is_settled(self) -> bool:
        return self.status in (SETTLED if self.what == MEASURE else SETTLED_SUB_ISSUES)

    def is_overdue(self, on: date) -> bool:
        return not self.is_settled and self.due_on is not None and self.due_on < on

    def was_overdue(self, on: date) -> bool:
        """Whether it would be overdue had its deadline never been extended."""
        return not self.is_settled and self.original_due_on is not None and self.original_due_on < on

    def is_due_within(self, on: date, days: int) -> bool:
        return not self.is_settled and self.due_on is not None and 0 <= (self.due_on - on).days <= days

    def lags(self, started_on: date | None, on: date) -> bool:
        """Whether it is behind even progress."""
        return self.status in UNDONE and lags(self.progress, started_on, self.due_on, on)


def read_rows(round_: Round, moment: Moment) -> list[Row]:
    """Every sub-issue and every measure that counts, of a round on the day: one statement."""
    on = moment.on if moment.is_past else None
    return [Row._make(row) for row in _rows(round=round_.pk, on=on, known_at=moment.known_at)]


@Prepared
def _rows(round: int, on: date | None, known_at: datetime | None) -> Any:
    """On a past day, or as they stand now."""
    suffix = SUFFIX if on is not None else ""
    sub_issues: Any = SubIssue.objects.filter(round=round)
    measures: Any = Measure.objects.filter(sub_issue__round=round)
    if on is not None:
        sub_issues = sub_issues.as_of(on, known_at, SHARED + OF_SUB_ISSUES)
        measures = measures.as_of(on, known_at, SHARED + OF_MEASURES)
    return (
        measures.counted(suffix)
        .order_by()
        .values_list(
            Value(MEASURE, CharField()),
            "pk",
            "sub_issue__finding__heading",
            *(F(f"{name}{suffix}") for name in SHARED + OF_MEASURES),
            Value("", CharField()),
        )
        .union(
            sub_issues.order_by().values_list(
                Value(SUB_ISSUE, CharField()),
                "pk",
                "finding__heading",
                *(F(f"{name}{suffix}") for name in SHARED),
                Value(None, DateField()),
                Value(None, IntegerField()),
                *(F(f"{name}{suffix}") for name in OF_SUB_ISSUES),
            ),
            all=True,
        )
    )
