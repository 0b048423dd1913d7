"""The summary of a sub-issue's rectification, drafted from its measures for whoever asks for acceptance.

Drafted in Chinese: what is asked and signed is kept in one language.
"""

from collections.abc import Iterable
from decimal import Decimal

from issues.models import SubIssue
from rectify.workflow.signing import Outcome

from .models import ClosureRequest, Measure
from .states import OMITTED, MeasureStatus

# Unit and wording of each outcome in a Chinese sentence.
OUTCOME_WORDS = {
    "rules": "建章立制{}项",
    "loss_recovered": "挽回损失{}万元",
    "held_accountable": "追责问责{}人",
    "by_analogy": "举一反三整改{}项",
    "special_campaigns": "开展专项整治{}项",
}
STATE_WORDS = {
    MeasureStatus.CLOSED: "已销号",
    MeasureStatus.SUSTAINED: "已转长期坚持",
    MeasureStatus.IN_REVIEW: "销号审核中",
    MeasureStatus.COMPLETED: "已完成待销号",
    MeasureStatus.IN_PROGRESS: "正在整改",
    MeasureStatus.NOT_STARTED: "未启动",
}


def acceptance_summary(sub_issue: SubIssue) -> str:
    """A draft in sentences: how many measures stand how, what came of them, and each with its completion note."""
    measures = list(Measure.objects.filter(sub_issue=sub_issue).exclude(status__in=OMITTED).order_by("position"))
    passed = ClosureRequest.objects.filter(measure__in=measures, outcome=Outcome.PASSED).order_by("pk")
    requests = {request.measure_id: request for request in passed}
    lines = [_head(measures, requests.values())]
    for measure in measures:
        request = requests.get(measure.pk)
        said = request.note if request is not None else measure.work_done
        day = (
            f"（{measure.closed_on}销号）" if measure.closed_on else f"（{STATE_WORDS[MeasureStatus(measure.status)]}）"
        )
        lines.append(f"{measure.number} {measure.content}：{said or '尚无进展填报。'}{day}")
    return "\n".join(lines)


def _head(measures: list[Measure], requests: Iterable[ClosureRequest]) -> str:
    counts = {status: sum(measure.status == status for measure in measures) for status in STATE_WORDS}
    stand = "，".join(f"{STATE_WORDS[status]}{count}项" for status, count in counts.items() if count)
    sums: dict[str, Decimal] = {}
    for request in requests:
        for name, quantity in request.outcomes.items():
            sums[name] = sums.get(name, Decimal(0)) + Decimal(quantity)
    came = "、".join(
        words.format(format(sums[name].normalize(), "f")) for name, words in OUTCOME_WORDS.items() if name in sums
    )
    return f"本条共{len(measures)}项整改措施，{stand}。" + (f"{came}。" if came else "")
