"""What waits for somebody, as lines of a home: everything of it is of the present day, a past day shows none."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from measures.models import Extension, LongTermRequest, Measure
from measures.pages.deadlines import in_short
from measures.standing import stage_overdue, waits_for
from measures.todo import Returned, Waiting
from rectify.workflow.signing import Signer

from .desk import Desk


@dataclass(frozen=True)
class Item:
    """A request under review, or one that came back.

    Args:
        url: where its reader goes on with it.
        text: the words of its measure or sub-issue.
        what, asked: what is asked for in one word; that it was asked for.
        with_whom: whose turn it is.
        days: for how many days it has been with them.
        reason, returned_by, returned_on: of one that came back.
        round_title: of the round, where it is another than the one shown.
        detail: the deadlines that are asked for, and whether afterwards.
    """

    url: str
    number: str
    text: str
    what: Any
    asked: Any
    asked_by: str
    asked_on: date
    with_whom: str = ""
    days: int = 0
    reason: str = ""
    returned_by: str = ""
    returned_on: date | None = None
    round_title: str = ""
    detail: str = ""


def _facts(desk: Desk, item: Waiting | Returned) -> dict[str, Any]:
    subject, request = item.subject, item.request
    detail = in_short(request) if isinstance(request, Extension | LongTermRequest) else ""
    round_ = subject.sub_issue.round if item.is_measure else subject.round
    return {
        "number": subject.number,
        "text": subject.content if item.is_measure else subject.title,
        "what": item.kind.tag,
        "asked": item.kind.asked,
        "asked_by": request.asked_by_name,
        "asked_on": request.asked_on,
        "detail": detail,
        "round_title": "" if round_.pk == desk.round.pk else round_.title,
    }


def _page(item: Waiting | Returned) -> str:
    return reverse("measure" if item.is_measure else "sub-issue", args=[item.subject.pk])


def _pending(desk: Desk, item: Waiting, url: str) -> Item:
    step = item.request.next_signer
    with_whom = str(waits_for(step, item.subject)) if step else ""
    return Item(url=url, with_whom=with_whom, days=item.days, **_facts(desk, item))


def to_sign(desk: Desk, signer: str, **belongs: int) -> list[Item]:
    """What a person may sign in one of their posts; each leads to the folder in which it is signed.

    Args:
        signer: the post's place in a chain.
        belongs: attributes by which the subject belongs to the post.
    """
    return [
        _pending(desk, item, reverse("todo-item", args=[item.kind.name, item.key]))
        for item in desk.to_sign
        if item.request.next_signer == signer and _belongs(item, belongs)
    ]


def for_leader(desk: Desk, leader_id: int) -> list[Item]:
    """What waits for a leader's signature, as the leader's assistant sees it."""
    return [
        _pending(desk, item, _page(item))
        for item in desk.under_review
        if item.request.next_signer == Signer.LEADER and item.subject.responsible_leader_id == leader_id
    ]


def asked(desk: Desk, department_id: int) -> list[Item]:
    """What the person asked for a department that is still with somebody."""
    mine = {"lead_department_id": department_id}
    return [_pending(desk, item, _page(item)) for item in desk.asked if _belongs(item, mine)]


def returned(desk: Desk, department_id: int) -> list[Item]:
    """What came back to a department, with what to redo."""
    return [
        Item(
            url=f"{_page(item)}?act={item.kind.mends}#act",
            reason=item.reason,
            returned_by=item.who,
            returned_on=item.request.ended_on,
            **_facts(desk, item),
        )
        for item in desk.returned
        if item.subject.lead_department_id == department_id
    ]


def stages(desk: Desk, department_id: int) -> list[tuple[Measure, str]]:
    """The department's long-term measures whose review day has come, each with for how long it is overdue."""
    due = [measure for measure in desk.stages if measure.lead_department_id == department_id]
    return [(measure, stage_overdue(measure, desk.on)) for measure in due]


def looked_back(desk: Desk, kind: str) -> list[dict[str, Any]]:
    """What waits for the person because somebody looked back: remarks, relapses to decide upon, answers to read."""
    return [line for line in desk.looked_back if line["kind"] == kind]


def remarks(desk: Desk, department_id: int) -> list[dict[str, Any]]:
    """The remarks that a department has to answer."""
    return [line for line in looked_back(desk, "remark") if line["department_id"] == department_id]


def _belongs(item: Waiting, belongs: dict[str, int]) -> bool:
    return all(getattr(item.subject, name) == value for name, value in belongs.items())
