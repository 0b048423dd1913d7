"""The ledger of a round as rows: area, topic, finding, sub-issue, measure; of the present or of a past day."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import QueryDict

from issues.filters import SubIssueFilterSet
from issues.models import Finding, Heading, SubIssue
from issues.past import rewind_sub_issues
from issues.scope import Scope
from issues.states import SubIssueStatus
from measures.filters import MeasureFilterSet
from measures.models import Measure
from measures.parties import available, pending_requests
from measures.past import rewind_measures
from measures.states import MeasureStatus
from rectify.organization.posts import Posts

from .filters import OF_BRANCHES, Names, active_filters, sub_issues_of
from .words import branch_in_words, hits_in_words

# Beyond this many measures a page neither opens nor reads well; what is left out is said on the page.
MOST_MEASURES = 1000


@dataclass
class Row:
    """One row of the table.

    Args:
        id, parent: for folding.
        level: 0 for an area to 4 for a measure.
        subject: the heading, finding, sub-issue or measure.
        words: for a branch, how many are under it.
        settled: whether the deadline does not press any more.
        days: until the deadline; negative when late; None where there is none or it does not press.
        acts: the acts open to the reader.
        path: in a list without branches, the sub-issue above.
    """

    id: str
    parent: str
    level: int
    subject: Any
    words: str = ""
    settled: bool = False
    days: int | None = None
    acts: Sequence[str] = ()
    path: SubIssue | None = None

    @property
    def look(self) -> str:
        """The mark beside the row."""
        if self.days is None:
            return ""
        return "overdue" if self.days < 0 else "due-soon" if self.days <= 10 else ""

    @property
    def has_button(self) -> bool:
        """Whether there is something to do in the row itself."""
        return "report_progress" in self.acts or "sign" in self.acts


@dataclass
class Ledger:
    """What the page shows of a round."""

    headings: list[Heading]
    findings: list[Finding]
    sub_issues: list[SubIssue]
    measures: list[Measure]
    filtered: bool = False
    truncated: bool = False
    statuses: dict[int, Counter[str]] = field(default_factory=dict)

    @property
    def measures_by_sub_issue(self) -> dict[int, list[Measure]]:
        found = defaultdict(list)
        for measure in self.measures:
            found[measure.sub_issue_id].append(measure)
        return found

    @property
    def sub_issues_by_finding(self) -> dict[int, list[SubIssue]]:
        found = defaultdict(list)
        for sub_issue in self.sub_issues:
            found[sub_issue.finding_id].append(sub_issue)
        return found


def measures_of(scope: Scope) -> Any:
    """The measures of the scope's round in the ledger's order, with their state then where the moment is past."""
    measures: Any = Measure.objects.filter(sub_issue__round=scope.round)
    if scope.moment.is_past:
        measures = measures.as_of(scope.moment.on, scope.moment.known_at)
    return measures.order_by("sub_issue__round", "sub_issue__position", "position")


def fitting_measures(scope: Scope, params: QueryDict) -> Any:
    """The measures that the address names: the same that the list of measures in the API gives."""
    return MeasureFilterSet(params, measures_of(scope), scope).filtered()


def then(measures: Iterable[Measure], scope: Scope) -> list[Measure]:
    """The measures as they stood at the scope's moment."""
    if scope.moment.is_past and scope.round is not None:
        return rewind_measures(measures, scope.round.organization_id, scope.moment.on)
    return list(measures)


def read_ledger(scope: Scope, params: QueryDict, names: Names) -> Ledger:
    """Reads what the address names. Raises Invalid for a filter that does not fit.

    The number of statements does not depend on the number of rows.
    """
    round_ = scope.round
    found = list(fitting_measures(scope, params)[: MOST_MEASURES + 1])
    measures = then(found[:MOST_MEASURES], scope)
    if not scope.moment.is_past:
        names.give_to(measures)
        _give_responsible_departments(measures, names)
    active = active_filters(params)
    sub_issues = _sub_issues(scope, params, active, measures, names)
    ledger = Ledger(
        headings=list(Heading.objects.filter(round=round_)),
        findings=list(Finding.objects.filter(round=round_)),
        sub_issues=sub_issues,
        measures=measures,
        filtered=bool(active),
        truncated=len(found) > MOST_MEASURES,
        statuses=_statuses(scope),
    )
    by_id = {sub_issue.pk: sub_issue for sub_issue in sub_issues}
    for measure in measures:
        measure.sub_issue = by_id[measure.sub_issue_id]
        if round_ is not None:
            measure.sub_issue.round = round_
    return ledger


def _give_responsible_departments(measures: list[Measure], names: Names) -> None:
    """What prefetching does, without an object for each pair: departments are few, and read already."""
    of: dict[int, list[Any]] = defaultdict(list)
    pairs = Measure.responsible_departments.through.objects.filter(measure__in=[measure.pk for measure in measures])
    for measure_id, department_id in pairs.values_list("measure_id", "department_id"):
        of[measure_id].append(names.departments[department_id])
    for measure in measures:
        departments = sorted(of[measure.pk], key=lambda department: (department.position, department.pk))
        measure._prefetched_objects_cache = {"responsible_departments": departments}  # type: ignore[attr-defined]


def _sub_issues(
    scope: Scope, params: QueryDict, active: list[str], measures: list[Measure], names: Names
) -> list[SubIssue]:
    fitting = sub_issues_of(scope).order_by("position")
    if OF_BRANCHES.keys() >= set(active):
        narrowed = {OF_BRANCHES[name]: params[name] for name in active}
        fitting = SubIssueFilterSet(narrowed, fitting, scope).filtered()
    rows = list(fitting)
    if not OF_BRANCHES.keys() >= set(active):
        with_hits = {measure.sub_issue_id for measure in measures}
        rows = [row for row in rows if row.pk in with_hits]
    if scope.moment.is_past and scope.round is not None:
        return rewind_sub_issues(rows, scope.round.organization_id)
    names.give_to(rows)
    return rows


def _statuses(scope: Scope) -> dict[int, Counter[str]]:
    """For each sub-issue how many of all its measures are in which state."""
    tallies: dict[int, Counter[str]] = defaultdict(Counter)
    pairs = measures_of(scope).counted(scope.suffix).order_by().values_list("sub_issue_id", f"status{scope.suffix}")
    for sub_issue_id, status in pairs:
        tallies[sub_issue_id][status] += 1
    return tallies


def acts_on(measures: list[Measure], scope: Scope) -> dict[int, list[str]]:
    """The acts open to the reader on each measure; none on a past day."""
    if scope.moment.is_past:
        return {}
    posts = Posts.of(scope.user, scope.moment.today)
    requests = pending_requests(measures)
    return {measure.pk: available(measure, posts, requests.get(measure.pk)) for measure in measures}


def days_left(subject: Any, is_settled: bool, on: date) -> int | None:
    """Days until the deadline on a day; None where there is none or it does not press any more."""
    return None if is_settled or subject.due_on is None else (subject.due_on - on).days


def measure_row(measure: Measure, acts: Sequence[str], on: date, *, flat: bool = False) -> Row:
    """A measure's row, under its sub-issue or in a list of its own."""
    parent, path = ("", measure.sub_issue) if flat else (f"s{measure.sub_issue_id}", None)
    settled = measure.is_settled
    days = days_left(measure, settled, on)
    return Row(f"m{measure.pk}", parent, 4, measure, settled=settled, days=days, acts=acts, path=path)


def flat_rows(ledger: Ledger, scope: Scope) -> list[Row]:
    """The measures alone, in the order that was asked for."""
    acts = acts_on(ledger.measures, scope)
    return [measure_row(m, acts.get(m.pk, ()), scope.moment.on, flat=True) for m in ledger.measures]


def tree_rows(ledger: Ledger, scope: Scope) -> list[Row]:
    """The whole tree; with filters only the branches that have hits."""
    return _TreeBuilder(ledger, scope).rows()


class _TreeBuilder:
    """Lays the rows of a ledger out from top to bottom."""

    def __init__(self, ledger: Ledger, scope: Scope) -> None:
        self.ledger, self.on = ledger, scope.moment.on
        self.acts = acts_on(ledger.measures, scope)
        self.measures = ledger.measures_by_sub_issue
        self.sub_issues = ledger.sub_issues_by_finding
        self.findings: dict[int, list[Finding]] = defaultdict(list)
        for finding in ledger.findings:
            self.findings[finding.heading_id].append(finding)
        self.children: dict[int | None, list[Heading]] = defaultdict(list)
        for heading in ledger.headings:
            self.children[heading.parent_id].append(heading)

    def rows(self) -> list[Row]:
        rows: list[Row] = []
        for heading in self.children[None]:
            rows += self._heading(heading, "", 0)
        return rows

    def _heading(self, heading: Heading, parent: str, level: int) -> list[Row]:
        own = f"h{heading.pk}"
        below: list[Row] = []
        for child in self.children[heading.pk]:
            # The table knows two levels of headings; deeper ones stand beside the second.
            below += self._heading(child, own, min(level + 1, 1))
        for finding in self.findings[heading.pk]:
            below += self._finding(finding, own)
        return self._branch(Row(own, parent, level, heading), below)

    def _finding(self, finding: Finding, parent: str) -> list[Row]:
        own = f"f{finding.pk}"
        below: list[Row] = []
        for sub_issue in self.sub_issues[finding.pk]:
            below += self._sub_issue(sub_issue, own)
        return self._branch(Row(own, parent, 2, finding), below)

    def _branch(self, row: Row, below: list[Row]) -> list[Row]:
        if self.ledger.filtered and not below:
            return []
        sub_issues = [r.subject for r in below if r.level == 3]
        if self.ledger.filtered:
            row.words = hits_in_words(len(sub_issues), sum(r.level == 4 for r in below))
        else:
            measures: Counter[str] = Counter()
            for sub_issue in sub_issues:
                measures.update(self.ledger.statuses.get(sub_issue.pk, {}))
            row.words = branch_in_words(Counter(s.status for s in sub_issues), measures)
        return [row, *below]

    def _sub_issue(self, sub_issue: SubIssue, parent: str) -> list[Row]:
        own = f"s{sub_issue.pk}"
        settled = sub_issue.status in (SubIssueStatus.CLOSED, SubIssueStatus.SUSTAINED)
        tally = self.ledger.statuses.get(sub_issue.pk, Counter())
        words = f"{tally[MeasureStatus.CLOSED]}/{tally.total()}" if tally else ""
        days = days_left(sub_issue, settled, self.on)
        row = Row(own, parent, 3, sub_issue, words=words, settled=settled, days=days)
        below = [measure_row(m, self.acts.get(m.pk, ()), self.on) for m in self.measures[sub_issue.pk]]
        return [row, *below]
