"""The page of a sub-issue: the finding, what answers it, its acceptance, and the minutes of it all."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from issues import services as issues
from issues.models import AcceptanceRequest, SubIssue
from issues.past import rewind_sub_issues
from issues.services import ClosureReadiness
from issues.states import SUB_ISSUE_TRANSITIONS, SubIssueStatus, SuperiorFinding
from rectify.organization.posts import Posts
from rectify.web import clock
from rectify.web.moments import Moment, read_moment
from rectify.web.uploads import only_file
from rectify.workflow.history import HistoryRow
from rectify.workflow.refusals import NotFound
from rectify.workflow.signing import Outcome

from .. import closure
from ..models import Measure, MeasureHistory
from ..papers import register_on_sub_issue
from ..past import rewind_measures
from ..standing import chain_steps, last_change, ready_words, whose_turn_of_sub_issue
from ..states import SETTLED
from ..summary import acceptance_summary
from ..why_not import why_nots_of_sub_issue
from .acts import act_by_form
from .asked import asked_of_sub_issue, path_of
from .deadline_forms import why_returned
from .filled import Filled
from .forms import plain_form
from .minutes import minutes, with_corrections
from .papers import criteria_fields, paper_fields
from .request_shown import request_shown
from .signed_where import beside, told_where

SERVICES: Mapping[str, Any] = {
    "request_acceptance": closure.request_acceptance,
    "sign": closure.sign_acceptance,
    "return": issues.return_for_rework,
    "recall": issues.recall,
    "reopen": issues.reopen,
    "record_superior_finding": issues.record_superior_finding,
}
DONE: Mapping[str, Any] = {
    "request_acceptance": gettext_lazy("Acceptance of %(number)s is requested."),
    "sign": gettext_lazy("You agreed to %(number)s."),
    "return": gettext_lazy("%(number)s is returned for rework."),
    "recall": gettext_lazy("The request for %(number)s is recalled."),
    "register_signature": gettext_lazy("The signature on paper for %(number)s is registered."),
    "reopen": gettext_lazy("%(number)s is reopened."),
    "record_superior_finding": gettext_lazy("The superior's finding on %(number)s is recorded."),
}
# Of the measures' histories, the acts that say how the sub-issue came to where it is.
KEY_ACTS = (
    "complete",
    "request_closure",
    "sign",
    "register_signature",
    "return",
    "reopen",
    "extend",
    "sustain",
    "review_stage",
)
SHOWN_ROWS = 40


@login_required
@require_safe
def sub_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one sub-issue; `?act=` opens the form of an act."""
    return sub_issue_page(request, pk, Filled(request.GET.get("act", ""), request.GET.dict()))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sub_issue_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Does an act on a sub-issue and returns to its page; shows the form again where it was refused."""
    return act_by_form(request, pk, act, reverse("sub-issue", args=[pk]), do, sub_issue_page, DONE)


def do(request: HttpRequest, act: str, pk: int, data: Mapping[str, Any]) -> SubIssue:
    """Calls the service of an act, with the files of the form where it takes some."""
    if act == "register_signature":
        return register_on_sub_issue(clock.act_of(request.user), pk, data, only_file(request.FILES))
    return SERVICES[act](clock.act_of(request.user), pk, data)


def visible_sub_issue(posts: Posts, pk: int) -> SubIssue:
    """The sub-issue with everything above it. Raises NotFound where the reader may not see it."""
    found = (
        SubIssue.objects.select_related(
            "round__organization", "finding__heading__parent", "special_plan", "responsible_leader", "lead_department"
        )
        .filter(pk=pk)
        .first()
    )
    if found is None or not posts.reads(found.round.organization):
        raise NotFound(_("There is no such sub-issue, or it is not yours to see."))
    return found


def sub_issue_page(request: HttpRequest, pk: int, filled: Filled) -> HttpResponse:
    """The page, with a form as it was sent where it was refused."""
    posts = Posts.of(request.user, clock.today())
    found = visible_sub_issue(posts, pk)
    request.round = found.round  # type: ignore[attr-defined]
    moment = read_moment(request.GET, clock.today(), found.round.feedback_on)
    measures = measures_of(found, moment)
    context = shown(found, measures, moment)
    if moment.is_past:
        found = then(found, moment)
    else:
        context |= present(found, posts, filled, context["readiness"], context["rows"])
    context |= {"sub_issue": found, "asked": asked_of_sub_issue(found, moment.on), "filled": filled, "moment": moment}
    return render(request, "measures/sub_issue.html", context, status=filled.status)


def then(found: SubIssue, moment: Moment) -> SubIssue:
    """The sub-issue as it stood on a past day."""
    rows = SubIssue.objects.filter(pk=found.pk).as_of(moment.on, moment.known_at).select_related("round", "finding")
    rewound = rewind_sub_issues(rows, found.round.organization_id)
    if not rewound:
        raise NotFound(_("This sub-issue did not exist on that day."))
    rewound[0].finding, rewound[0].special_plan = found.finding, found.special_plan
    return rewound[0]


def measures_of(found: SubIssue, moment: Moment) -> list[Measure]:
    """Its measures, on the day that is shown."""
    rows = Measure.objects.for_display().filter(sub_issue=found).order_by("position")
    if not moment.is_past:
        return list(rows)
    return rewind_measures(rows.as_of(moment.on, moment.known_at), found.round.organization_id, moment.on)


def shown(found: SubIssue, measures: Sequence[Measure], moment: Moment) -> dict[str, Any]:
    """What the page shows to every reader, of whatever day."""
    readiness = ClosureReadiness(len(measures), sum(measure.status not in SETTLED for measure in measures))
    rows = history_of(found, moment)
    return {
        "path": path_of(found),
        "measures": [
            {"row": m, "days": (m.due_on - moment.on).days if m.due_on else None, "late": m.is_overdue(moment.on)}
            for m in measures
        ],
        "readiness": readiness,
        "ready_words": ready_words(readiness),
        "rows": rows[:SHOWN_ROWS],
        "minutes": merged_minutes(rows[:SHOWN_ROWS], measures),
        "more_rows": len(rows) > SHOWN_ROWS,
    }


def history_of(found: SubIssue, moment: Moment) -> list[HistoryRow]:
    """Its own rows and the key acts on its measures, newest first: two statements."""
    limits: dict[str, Any] = {}
    if moment.is_past:
        limits = {"happened_on__lte": moment.on}
        if moment.known_at:
            limits["recorded_at__lte"] = moment.known_at
    own = with_corrections(found.history.filter(**limits))
    theirs = with_corrections(MeasureHistory.objects.filter(sub_issue=found, action__in=KEY_ACTS, **limits))
    rows: list[HistoryRow] = [*own[: SHOWN_ROWS + 1], *theirs[: SHOWN_ROWS + 1]]
    return sorted(rows, key=lambda row: (row.happened_on, row.recorded_at, row.pk), reverse=True)


def merged_minutes(rows: Sequence[HistoryRow], measures: Sequence[Measure]) -> list[dict[str, Any]]:
    """Rows of both tables as minutes, those of measures with a link to theirs."""
    numbers = {measure.pk: measure.number for measure in measures}
    lines, where = [], beside(rows)
    for row in rows:
        if isinstance(row, MeasureHistory):
            line = minutes([row], "measure-entry", where)[0]
            line["changes"] = []
            line["subject"] = numbers.get(row.measure_id, "")
            line["subject_url"] = reverse("measure", args=[row.measure_id])
        else:
            line = minutes([row], where=where)[0]
        lines.append(line)
    return lines


def present(
    found: SubIssue, posts: Posts, filled: Filled, readiness: ClosureReadiness, rows: Sequence[HistoryRow]
) -> dict[str, Any]:
    """Where it stands now and what the reader may do."""
    on = clock.today()
    newest = found.acceptance_requests.prefetch_related("signatures__paper").order_by("-pk").first()
    pending = newest if newest is not None and newest.outcome == Outcome.PENDING else None
    parties, acts = issues.parties_to(found, posts, pending), issues.available(found, posts, pending)
    opened = filled.act if filled.act in acts else "sign" if "sign" in acts and not filled.refusal else ""
    form = plain_form(filled, opened, found.round) if opened else {}
    if opened == "request_acceptance":
        form["results"] = results(readiness, found)
        form["unfinished"] = pgettext("between names", ", ").join(due_within_intensive(found))
        form |= {"values": form["values"] or asked_before(newest) or {"note": acceptance_summary(found)}}
        form["returned"] = why_returned(newest) if newest is not None else ""
    if opened in ("request_acceptance", "sign"):
        form["criteria"] = criteria_fields(found.round, form["values"].get("criteria", ()))
    if opened == "record_superior_finding":
        form["findings"] = SuperiorFinding.choices
    if opened == "register_signature":
        form |= paper_fields(pending, issues.concern_of(found), on)
    own = [row for row in rows if not isinstance(row, MeasureHistory)]
    return {
        "turn": whose_turn_of_sub_issue(found, newest, last_change(own), on),
        "to_reopen": "reopen" in acts and opened != "reopen" and sent_back_since(found, own),
        "chain": chain_of(found, newest, rows),
        "acts": acts,
        "asked_for": request_shown(pending, found) if pending else {},
        "buttons": buttons(found, acts, opened),
        "here": reverse("sub-issue", args=[found.pk]),
        "opened": opened,
        "panel": f"measures/act_{opened}.html" if opened else "",
        "act_url": reverse("sub-issue-act", args=[found.pk, opened]) if opened else "",
        "form": form,
        "why_nots": why_nots_of_sub_issue(found, posts, parties, pending, acts),
        "on": on,
    }


def sent_back_since(found: SubIssue, own: Sequence[HistoryRow]) -> bool:
    """Whether the superior sent it back and it was not reopened since then.

    Args:
        own: its rows, newest first.
    """
    if found.superior_finding != SuperiorFinding.SENT_BACK:
        return False
    return next((row.action for row in own if row.action in ("reopen", "record_superior_finding")), "") != "reopen"


def asked_before(newest: AcceptanceRequest | None) -> dict[str, Any]:
    """What stood in the request that was returned or recalled."""
    if newest is None or newest.outcome not in (Outcome.RETURNED, Outcome.RECALLED):
        return {}
    return {"note": newest.note, "result": newest.result, "criteria": newest.criteria}


def due_within_intensive(found: SubIssue) -> list[str]:
    """The numbers of the measures that were to be settled within the intensive period and are not."""
    until = found.round.intensive_until
    if until is None:
        return []
    due = Measure.objects.filter(sub_issue=found, due_on__lte=until).exclude(status__in=SETTLED)
    return list(due.order_by("position").values_list("number", flat=True))


def results(readiness: ClosureReadiness, found: SubIssue) -> list[tuple[str, Any]]:
    """As what it may be accepted now: closed only when everything is settled."""
    choices = [(SubIssueStatus.CLOSED.value, SubIssueStatus.CLOSED.label)] if readiness.ready else []
    if found.status != SubIssueStatus.SUSTAINED:
        choices.append((SubIssueStatus.SUSTAINED.value, SubIssueStatus.SUSTAINED.label))
    return choices


def chain_of(found: SubIssue, newest: AcceptanceRequest | None, rows: Sequence[HistoryRow]) -> list[dict[str, Any]]:
    """The chain of the newest request that still says something."""
    if newest is None or newest.outcome == Outcome.RECALLED:
        return []
    if newest.outcome == Outcome.PASSED and found.status == SubIssueStatus.RECTIFYING:
        return []
    own = (row for row in rows if not isinstance(row, MeasureHistory))
    returned = next((row for row in own if row.action == "return"), None)
    return told_where(chain_steps(newest, found, clock.today(), returned), newest)


def buttons(found: SubIssue, acts: Sequence[str], opened: str) -> list[dict[str, Any]]:
    """The open acts as links to their forms; not the one whose form is open."""
    here = reverse("sub-issue", args=[found.pk])
    return [
        {
            "act": act,
            "label": SUB_ISSUE_TRANSITIONS.label(act),
            "url": f"{here}?act={act}#act",
            "primary": act in ("sign", "request_acceptance"),
        }
        for act in acts
        if act != opened
    ]
