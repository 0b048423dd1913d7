"""What waits for a person because somebody looked back: remarks to answer, answers to read, relapses to decide on."""

from typing import Any

from django.db.models import Q

from issues.states import UNDER_WAY
from rectify.organization.models import Role
from rectify.organization.posts import Posts

from ..models import LookBackItem, Remark, RemarkState
from .states import ItemState, in_state

ROUND = "measure__sub_issue__round"
UNDER_WAY_NOW = Q(**{f"{ROUND}__status__in": UNDER_WAY})


def remarks_to_answer(posts: Posts) -> Any:
    """The remarks that a person's departments have to answer, the most pressing first."""
    departments = posts.department_ids()
    if not departments:
        return Remark.objects.none()
    mine = Q(state=RemarkState.OPEN, measure__lead_department__in=departments)
    return _shown(Remark.objects.filter(UNDER_WAY_NOW, mine)).order_by("answer_due_on", "pk")


def answers_to_settle(posts: Posts) -> Any:
    """The answers that wait for an auditor to accept or send back, oldest first."""
    organizations = {post.organization_id for post in posts.held if post.role == Role.AUDITOR}
    if not organizations:
        return Remark.objects.none()
    over = Q(**{f"{ROUND}__organization__in": organizations})
    over |= Q(**{f"{ROUND}__organization__parent__in": organizations})
    return _shown(Remark.objects.filter(UNDER_WAY_NOW, over, state=RemarkState.ANSWERED)).order_by("answered_on", "pk")


def relapses_to_decide(posts: Posts) -> Any:
    """The sampled measures that relapsed and that the office has to reopen, or leave closed with a reason."""
    mine: Q | None = None
    for post in posts.held:
        if post.role == Role.OFFICE:
            own = Q(**{f"{ROUND}__organization": post.organization_id})
            if post.department_id is not None:
                # The office's own matters are decided by somebody from outside it.
                own &= ~Q(measure__lead_department=post.department_id)
            mine = own if mine is None else mine | own
    if mine is None:
        return LookBackItem.objects.none()
    relapsed = LookBackItem.objects.filter(UNDER_WAY_NOW, in_state(ItemState.PROPOSED), mine)
    return _shown(relapsed).select_related("look_back").order_by("checked_on", "pk")


def _shown(rows: Any) -> Any:
    """With what a line about each shows."""
    return rows.select_related(f"{ROUND}__organization", "measure__lead_department")


def waiting_rows(posts: Posts) -> list[tuple[str, Any]]:
    """All of it with what each is: three statements at most."""
    rows = [("remark", remark) for remark in remarks_to_answer(posts)]
    rows += [("relapse", item) for item in relapses_to_decide(posts)]
    return rows + [("answer", remark) for remark in answers_to_settle(posts)]


def all_waiting(posts: Posts) -> list[Any]:
    """All of it, as parts of a count."""
    return [remarks_to_answer(posts), answers_to_settle(posts), relapses_to_decide(posts)]
