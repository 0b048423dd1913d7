"""Where a notice leads: the page on which what it tells of is seen or done."""

from collections.abc import Callable, Mapping

from django.urls import reverse

from measures.requests import DEADLINE_KINDS, KINDS

from ..models import Notice, NoticeKind


def page_of(notice: Notice) -> str:
    """The address of the page a notice leads to."""
    page = PAGES.get(notice.kind)
    return page(notice) if page else _board(notice)


def _board(notice: Notice) -> str:
    return f"{reverse('dispatch-board')}?round={notice.round_id}"


def _this_week(notice: Notice) -> str:
    return f"{reverse('this-week')}?round={notice.round_id}&week={notice.subject_id}"


def _measure(notice: Notice) -> str:
    return reverse("measure", args=[notice.subject_id])


def _line(notice: Notice) -> str:
    return f"{reverse('this-week')}?round={notice.round_id}&week={notice.facts['week']}#line-{notice.subject_id}"


def _back(notice: Notice) -> str:
    """What came back: a line of a week, or a request on the page of what it is about."""
    if "request" not in notice.facts:
        return _line(notice)
    kind = next(kind for kind in KINDS if kind.name == notice.facts["request"])
    return reverse("measure" if kind.is_measure else "sub-issue", args=[notice.facts["about"]])


def _to_sign(notice: Notice) -> str:
    kind = next(kind for kind in KINDS if kind.name == notice.facts["request"])
    key = notice.subject_id if kind in DEADLINE_KINDS else notice.facts["about"]
    return reverse("todo-item", args=[kind.name, key])


def _looked_back(notice: Notice) -> str:
    return f"{reverse('todo')}?tab=look-back"


def _order(notice: Notice) -> str:
    return reverse("supervision-order", args=[notice.subject_id])


def _brief(notice: Notice) -> str:
    return reverse("weekly-brief-edition", args=[notice.subject_id])


def _milestones(notice: Notice) -> str:
    return f"{reverse('milestones')}?round={notice.round_id}#milestone-{notice.subject_id}"


PAGES: Mapping[str, Callable[[Notice], str]] = {
    NoticeKind.OPENED: _this_week,
    NoticeKind.CUTOFF: _this_week,
    NoticeKind.MISSED: _this_week,
    NoticeKind.URGED: _this_week,
    NoticeKind.TO_CONFIRM: _this_week,
    NoticeKind.RETURNED: _back,
    NoticeKind.ASKED: _line,
    NoticeKind.TO_SIGN: _to_sign,
    NoticeKind.DUE: _measure,
    NoticeKind.OVERDUE: _measure,
    NoticeKind.REVIEW: _measure,
    NoticeKind.REMARK: _looked_back,
    NoticeKind.REMARK_ANSWERED: _looked_back,
    NoticeKind.RELAPSE: _looked_back,
    NoticeKind.MILESTONE: _milestones,
    NoticeKind.ORDER: _order,
    NoticeKind.ORDER_DUE: _order,
    NoticeKind.ORDER_ANSWERED: _order,
    NoticeKind.INSTRUCTION: _order,
    NoticeKind.BRIEF: _brief,
}
