"""The twin's second look: a sample drawn a week ago, two of it checked; one remark answered and one open."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from measures.look_back.services import answer_remark, check_item, draw_sample, make_remark
from measures.models import LookBack, LookBackItem, Measure
from measures.states import MeasureStatus

from .stage import Stage
from .story import Scene

# How many days before the twin's day something happens, and what.
Moment = tuple[int, Callable[[Stage, date], None]]
SIZE = 6
SEED = "20210315"
ORDER = 55
FINDINGS = (
    ("holds", "调阅佐证材料并现场抽查，制度已经执行，整改成效稳定。"),
    ("relapsed", "现场抽查发现同类问题再次出现，整改成效未能巩固，建议重新整改。"),
)
OPEN_REMARK = "近两周填报内容相近，看不出实际进展，请逐项说明完成情况并补充佐证材料。"
ANSWERED_REMARK = "请说明长效机制建立以来的执行情况。"
ANSWER = "制度印发以来已组织两次专项检查，检查记录纳入台账管理，可随时调阅。"
# The department of which somebody can sign in has the open one to answer, whatever was drawn.
SHOWN = "road"


def play_with_second_look(stage: Stage, scenes: Iterable[Scene], story_today: date, also: Iterable[Moment]) -> None:
    """Acts the scenes, and between them, each on its day, what the auditor does; the same every time.

    Args:
        also: what else happens between them.
    """
    told, played_until = list(scenes), date.min
    acts: tuple[Moment, ...] = ((8, _draw), (7, _check), (6, _remark), (3, _answer))
    for days_ago, act in sorted((*acts, *also), key=lambda moment: -moment[0]):
        on = story_today - timedelta(days=days_ago)
        stage.play(scene for scene in told if played_until < scene.on <= on)
        act(stage, on)
        played_until = on
    stage.play(scene for scene in told if scene.on > played_until)


def _items(stage: Stage) -> list[LookBackItem]:
    items = LookBackItem.objects.filter(look_back=LookBack.objects.get(round=stage.round))
    return list(items.select_related("measure__lead_department").order_by("position"))


def _draw(stage: Stage, on: date) -> None:
    draw_sample(stage.act_by("auditor", on, ORDER), stage.round.pk, {"size": SIZE, "seed": SEED})


def _check(stage: Stage, on: date) -> None:
    for item, (result, note) in zip(_items(stage), FINDINGS, strict=False):
        data = {"version": item.version, "result": result, "note": note}
        check_item(stage.act_by("auditor", on, ORDER), item.pk, data)


def _remark(stage: Stage, on: date) -> None:
    item = _items(stage)[-1]
    data = {"text": ANSWERED_REMARK, "item": item.pk}
    make_remark(stage.act_by("auditor", on, ORDER), item.measure_id, data)
    going_on = Measure.objects.filter(sub_issue__round=stage.round, lead_department__key=SHOWN)
    measure = going_on.filter(status=MeasureStatus.IN_PROGRESS).latest("sub_issue__position", "position")
    make_remark(stage.act_by("auditor", on, ORDER + 1), measure.pk, {"text": OPEN_REMARK})


def _answer(stage: Stage, on: date) -> None:
    item = _items(stage)[-1]
    remark = item.remarks.get()
    liaison = f"liaison-{item.measure.lead_department.key}"
    answer_remark(stage.act_by(liaison, on, ORDER), remark.pk, {"version": remark.version, "answer": ANSWER})
