"""Papers of the twin: an order that was answered and concluded, another one whose answer is due in two days."""

from datetime import date, timedelta

from measures.models import Measure
from measures.states import MeasureStatus
from rectify.dispatch.models import OrderKind, SupervisionOrder
from rectify.dispatch.supervision.answering import answer_order, conclude_order
from rectify.dispatch.supervision.drafting import draft_order, issue_order

from .second_look import Moment
from .stage import Stage

ORDER = 60
# The department of which somebody can sign in has both to answer.
ASKED = "road"
FIRST_QUESTION = "进度偏慢的原因是什么，能否按期完成？"
SECOND_QUESTION = "近期进展不明显的原因是什么，下一步采取哪些措施，何时完成？"
ANSWER = "前期受审批进度影响，现已落实责任人、倒排工期，每周报送进度，可以按期完成。"
CONCLUSION = "情况属实，措施可行，同意办结，后续进展纳入周调度跟踪。"
TIME_TO_ANSWER = timedelta(days=2)


def remind(stage: Stage, on: date) -> None:
    """The office sends a reminder letter on the department's least advanced measure."""
    _issue(stage, on, OrderKind.REMINDER_LETTER, FIRST_QUESTION, on + TIME_TO_ANSWER)


def answer_reminder(stage: Stage, on: date) -> None:
    """The department's liaison answers it."""
    order = SupervisionOrder.objects.get(round=stage.round)
    answer_order(stage.act_by(f"liaison-{ASKED}", on, ORDER), order.pk, {"version": order.version, "answer": ANSWER})


def conclude_reminder(stage: Stage, on: date) -> None:
    """The office concludes it."""
    order = SupervisionOrder.objects.get(round=stage.round)
    data = {"version": order.version, "conclusion": CONCLUSION}
    conclude_order(stage.act_by("office", on, ORDER), order.pk, data)


def order_answer(stage: Stage, on: date) -> None:
    """The office issues an order that is to be answered in the days after the twin's day."""
    _issue(stage, on, OrderKind.ORDER, SECOND_QUESTION, on + timedelta(days=2) + TIME_TO_ANSWER)


def _issue(stage: Stage, on: date, kind: str, question: str, due_on: date) -> None:
    before = SupervisionOrder.objects.filter(round=stage.round).select_related("measure").first()
    measure = before.measure if before is not None else _least_advanced(stage)
    assert measure is not None  # noqa: S101  each is about a measure
    data = {
        "kind": kind,
        "measure": measure.pk,
        "department": measure.lead_department_id,
        "question": question,
        "due_on": (due_on + stage.shift).isoformat(),
    }
    follows = {"parent": before.pk} if before is not None else {}
    order = draft_order(stage.act_by("office", on, ORDER), stage.round.pk, data | follows)
    issue_order(stage.act_by("office", on, ORDER + 1), order.pk, {"version": order.version})


def _least_advanced(stage: Stage) -> Measure:
    """The department's measure under way with the least progress; of several, the one that is due first."""
    going_on = Measure.objects.filter(sub_issue__round=stage.round, lead_department__key=ASKED)
    dated = going_on.filter(status=MeasureStatus.IN_PROGRESS, due_on__isnull=False)
    return dated.order_by("progress", "due_on", "pk")[0]


# How many days before the twin's day each of them happens.
SUPERVISION_ACTS: tuple[Moment, ...] = ((7, remind), (5, answer_reminder), (4, conclude_reminder), (2, order_answer))
