"""That a brief is out is told to the leaders whom its round concerns: counts and a link, no word of its text."""

from measures.models import Measure
from measures.states import OMITTED
from rectify.dispatch.models import NoticeKind
from rectify.dispatch.notices.outbox import Wanted, post
from rectify.dispatch.notices.recipients import people_of
from rectify.organization.models import Role
from rectify.workflow.acts import Act

from .models import WeeklyBrief

ROLES = (Role.LEADER, Role.ASSISTANT, Role.CHAIR)


def readers_of(brief: WeeklyBrief, act: Act) -> list[int]:
    """The responsible leaders of the round's measures, whoever assists them, and the leading group."""
    round_ = brief.dispatch.round
    measures = Measure.objects.filter(sub_issue__round=round_).exclude(status__in=OMITTED)
    leaders = measures.order_by().values_list("responsible_leader", flat=True).distinct()
    people = people_of([round_.organization_id], ROLES, act.on)
    found = people.of(Role.CHAIR, organization=round_.organization_id)
    for leader in leaders:
        found += people.of(Role.LEADER, leader=leader) + people.of(Role.ASSISTANT, leader=leader)
    return list(dict.fromkeys(found))


def tell(act: Act, brief: WeeklyBrief) -> None:
    """Tells them, in the transaction in which it is issued."""
    headline = brief.figures["headline"]
    facts = {
        "year": brief.dispatch.year,
        "week": brief.dispatch.week,
        "edition": brief.edition,
        "sub_issues": headline["sub_issues"]["now"],
        "sub_issues_closed": headline["sub_issues_closed"]["now"],
        "measures_closed": headline["measures_closed"]["now"],
        "overdue": headline["overdue"]["now"],
    }
    wanted = [
        Wanted(
            kind=NoticeKind.BRIEF,
            round_id=brief.dispatch.round_id,
            subject_id=brief.pk,
            recipient_id=reader,
            period="issued",
            facts=facts,
        )
        for reader in readers_of(brief, act)
    ]
    post(wanted, now=act.clock())
