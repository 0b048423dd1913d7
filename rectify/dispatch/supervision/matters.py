"""What a paper is about, and what the names in its template stand for."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import override

from issues.models import Round, SubIssue
from issues.states import SETTLED, Kind
from measures.models import Measure
from measures.states import SETTLED as MEASURE_SETTLED

from ..models import OrderKind, PaperTemplate, SupervisionOrder
from .wording import USUAL, Words, begun, day_in_words, filled, number_in_words, usual_question

A_WEEK = timedelta(days=7)
UNKNOWN = "＿＿＿＿"
NONE = "无"
LONGEST_TITLE = 200
LATE_IN_BRACKETS = re.compile(r"（[^（）]*\{逾期天数\}[^（）]*）")
OF_ONE_MATTER = ("责任领导", "进展")


def facts_of(about: Any, round_: Round) -> dict[str, str]:
    """What is known of a measure, a sub-issue or a whole round when a paper on it is drafted."""
    if isinstance(about, Measure):
        return {"轮次": round_.title} | _facts_of_measure(about)
    if isinstance(about, SubIssue):
        with override("zh-hans"):
            status = str(about.get_status_label())
        return {
            "轮次": round_.title,
            "措施": f"具体问题{about.number} {about.title}",
            "期限": _deadline(about),
            "责任领导": about.responsible_leader.title,
            "进展": status,
        }
    until = round_.intensive_until
    return {
        "轮次": round_.title,
        "措施": "本轮整改工作",
        "期限": day_in_words(until) if until else NONE,
        "责任领导": NONE,
        "进展": NONE,
    }


def _facts_of_measure(measure: Measure) -> dict[str, str]:
    percent = [] if measure.progress is None else [f"{measure.progress}%"]
    told = [*percent, *([measure.work_done] if measure.work_done else [])]
    return {
        "措施": f"{measure.number} {measure.content}",
        "期限": _deadline(measure),
        "责任领导": measure.responsible_leader.title,
        "进展": "，".join(told) or "尚未报送进展",
    }


def _deadline(about: Any) -> str:
    if about.due_on is not None:
        return day_in_words(about.due_on)
    return "长期坚持" if about.kind == Kind.LONG_TERM else NONE


def days_late(about: Any, on: date) -> int:
    """For how many days what a paper is about has been overdue; 0 where it is not."""
    due_on, settled = getattr(about, "due_on", None), getattr(about, "is_settled", False)
    if due_on is None or settled or (isinstance(about, SubIssue) and about.status in SETTLED):
        return 0
    return max(0, (on - due_on).days)


def values_of(order: SupervisionOrder, on: date) -> dict[str, str]:
    """What every name stands for in a paper as it is on a day; what is not known yet is left blank, to be seen."""
    issued_on = order.issued_on or on
    return facts_of(order.about, order.round) | {
        "部门": order.department.name if order.department else UNKNOWN,
        "编号": order.number or UNKNOWN,
        "逾期天数": str(days_late(order.about, issued_on)),
        "问题": order.question or UNKNOWN,
        "答复期限": day_in_words(order.due_on) if order.due_on else UNKNOWN,
        "日期": day_in_words(issued_on),
    }


def template_of(round_: Round, kind: str) -> Words:
    """What a round's papers of a kind begin with."""
    row = PaperTemplate.objects.filter(round=round_, kind=kind).first()
    return Words(row.title, row.body) if row is not None else USUAL[kind]


def templates_of(round_: Round) -> dict[str, Words]:
    """The same of every kind, in practice's order. One statement."""
    rows = {row.kind: Words(row.title, row.body) for row in PaperTemplate.objects.filter(round=round_)}
    return {kind.value: rows.get(kind, USUAL[kind]) for kind in OrderKind}


def drafted_words(round_: Round, kind: str, about: Any, on: date) -> Words:
    """A paper's title and text as it is drafted on a day, with what is known of its matter filled in.

    What does not apply is left out: days late in brackets where nothing is late, lines on a leader and on progress
    where the whole round is meant.
    """
    words, facts = template_of(round_, kind), facts_of(about, round_)
    body = words.body if days_late(about, on) else LATE_IN_BRACKETS.sub("", words.body)
    if isinstance(about, Round):
        lines = body.splitlines()
        body = "\n".join(line for line in lines if not any(f"{{{name}}}" in line for name in OF_ONE_MATTER))
    title = begun(words.title, facts)
    return Words(title if len(title) <= LONGEST_TITLE else USUAL[kind].title, begun(body or words.body, facts))


def example_values(round_: Round, kind: str, on: date) -> Mapping[str, str]:
    """What the names stand for in the preview of a template: the round's open measure that is due first."""
    measures = Measure.objects.filter(sub_issue__round=round_).select_related("responsible_leader", "lead_department")
    dated = measures.exclude(status__in=MEASURE_SETTLED).filter(due_on__isnull=False)
    measure = dated.order_by("due_on", "pk").first() or measures.order_by("pk").first()
    about = measure or round_
    return facts_of(about, round_) | {
        "部门": measure.lead_department.name if measure else UNKNOWN,
        "编号": number_in_words(kind, on.year, 1),
        "逾期天数": str(days_late(about, on)),
        "问题": usual_question(kind),
        "答复期限": day_in_words(on + A_WEEK),
        "日期": day_in_words(on),
    }


def shown_text(order: SupervisionOrder, on: date) -> str:
    """A paper's text as it reads: as it was issued, or as it would be issued on a day."""
    return order.text if order.issued_on else filled(order.text, values_of(order, on))


def shown_title(order: SupervisionOrder, on: date) -> str:
    """The same of its title."""
    return order.title if order.issued_on else filled(order.title, values_of(order, on), "title")
