"""The split table (拆分对照表): each finding in the inspectors' words, its sub-issues, and their measures beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from issues.models import Finding, Heading, Round, SubIssue
from issues.scope import Scope
from measures.models import Measure
from measures.round_digest import round_digest
from rectify.web.tables import Column, table_response
from rectify.workflow.refusals import Invalid

from ..access import business_frame
from .filters import Names
from .tree import Ledger, read_ledger
from .words import loaded_totals, reconcile, sub_issues_in_words

FORMATS = ("csv", "xlsx")


@dataclass
class Line:
    """One line of the table.

    Args:
        areas: the headings that begin above this line, from the outermost on.
        finding_lines, sub_issue_lines: over how many lines the cell runs; 0 where it began further up.
    """

    finding: Finding
    sub_issue: SubIssue | None
    measure: Measure | None
    areas: list[Heading]
    finding_lines: int = 0
    sub_issue_lines: int = 0


@login_required
@require_safe
def split_table(request: HttpRequest) -> HttpResponseBase:
    """The whole table as a page, or as a file with `format=csv` or `xlsx`."""
    frame = business_frame(request)
    if frame.round is None:
        return render(request, "ledger/no_round.html")
    scope = frame.scope
    kind = request.GET.get("format", "")
    if kind not in ("", *FORMATS):
        raise Invalid(errors={"format": [_("One of: %(names)s.") % {"names": ", ".join(FORMATS)}]})
    ledger = read_ledger(scope, QueryDict(), Names.of(frame.round))
    lines = list(lines_of(ledger))
    if kind:
        note = _("As of %(day)s") % {"day": scope.moment.on}
        name = f"split-table-{scope.moment.on}"
        return table_response(kind, name, _("Split table"), note, columns_of(ledger, scope), lines)
    context = {
        "lines": lines,
        "pieces": {},
        "on": scope.moment.on,
        "digest": round_digest(frame.round, scope.moment),
        **_counts(frame.round, ledger),
        **unmatched(ledger),
    }
    return render(request, "ledger/split_table.html", context)


def _counts(round_: Round, ledger: Ledger) -> dict[str, Any]:
    loaded = loaded_totals(round_)
    steps = [(_("Findings"), len(ledger.findings)), (_("Sub-issues"), len(ledger.sub_issues))]
    steps.append((_("Measures"), len(ledger.measures)))
    reported = round_.declared.get("findings_as_reported")
    if reported is not None and reported != len(ledger.findings):
        steps.insert(0, (_("Findings, as handed over"), reported))
    return {"steps": steps, "reconciliation": reconcile(round_.declared, loaded), "loaded": loaded}


def unmatched(ledger: Ledger) -> dict[str, Any]:
    """The findings that were not split, the sub-issues that nothing answers, and those that are not public."""
    with_sub_issue = {sub_issue.finding_id for sub_issue in ledger.sub_issues}
    with_measure = {measure.sub_issue_id for measure in ledger.measures}
    hidden = [sub_issue for sub_issue in ledger.sub_issues if not sub_issue.disclosed]
    return {
        "findings_alone": [finding for finding in ledger.findings if finding.pk not in with_sub_issue],
        "sub_issues_alone": [sub_issue for sub_issue in ledger.sub_issues if sub_issue.pk not in with_measure],
        "undisclosed": hidden,
        "undisclosed_words": sub_issues_in_words(len(hidden)),
    }


def lines_of(ledger: Ledger) -> Iterator[Line]:
    """The lines in the order of the findings; what was not split or is not answered has a line too."""
    sub_issues, measures = ledger.sub_issues_by_finding, ledger.measures_by_sub_issue
    begun: set[int] = set()
    for finding in ledger.findings:
        areas = [heading for heading in _above(ledger, finding) if heading.pk not in begun]
        begun |= {heading.pk for heading in areas}
        own: list[Line] = []
        for sub_issue in sub_issues[finding.pk]:
            answers: list[Measure | None] = [*measures[sub_issue.pk]] or [None]
            lines = [Line(finding, sub_issue, measure, []) for measure in answers]
            lines[0].sub_issue_lines = len(lines)
            own += lines
        own = own or [Line(finding, None, None, [], sub_issue_lines=1)]
        own[0].finding_lines, own[0].areas = len(own), areas
        yield from own


def _above(ledger: Ledger, finding: Finding) -> list[Heading]:
    """The headings above a finding, the outermost first."""
    by_id = {heading.pk: heading for heading in ledger.headings}
    above: list[Heading] = []
    heading = by_id.get(finding.heading_id)
    while heading is not None and heading not in above:
        above.insert(0, heading)
        heading = by_id.get(heading.parent_id) if heading.parent_id else None
    return above


def columns_of(ledger: Ledger, scope: Scope) -> list[Column]:
    """The columns of the table as a file; each line names its finding and sub-issue in full."""
    above = {
        finding.pk: " / ".join(f"{heading.number} {heading.title}" for heading in _above(ledger, finding))
        for finding in ledger.findings
    }

    def of(part: str, name: str) -> Any:
        return lambda line: getattr(getattr(line, part), name) if getattr(line, part) is not None else ""

    return [
        Column(_("Heading"), lambda line: above[line.finding.pk], 30),
        Column(_("Finding no."), of("finding", "number"), 8),
        Column(_("Finding"), of("finding", "title"), 36),
        Column(_("Sub-issue no."), of("sub_issue", "number"), 8),
        Column(_("Sub-issue"), of("sub_issue", "title"), 36),
        Column(_("Public"), lambda line: _public(line.sub_issue), 8),
        Column(_("Measure no."), of("measure", "number"), 8),
        Column(_("Measure"), of("measure", "content"), 44),
        Column(_("Lead department"), lambda line: line.measure.lead_department.name if line.measure else "", 16),
        Column(_("Status"), lambda line: line.measure.get_status_display() if line.measure else "", 14),
        Column(_("As of"), lambda line: scope.moment.on, 11),
    ]


def _public(sub_issue: SubIssue | None) -> str:
    if sub_issue is None:
        return ""
    return _("yes") if sub_issue.disclosed else _("no")
