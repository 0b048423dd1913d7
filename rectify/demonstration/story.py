"""What happens in the demonstration's rounds, and when: a list of scenes in the order in which they are acted.

The source gives the days on which measures were done and the target dates of what goes on. What it does not give is
made up here by rule, the same every time, and marked as assumed: deadlines of measures that were done, weekly reports.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

# Deadlines that a plan of two months would have set; a done measure's assumed deadline is the first of them not
# before the day on which it was done.
ASSUMED_DEADLINES = (date(2021, 3, 12), date(2021, 3, 31), date(2021, 4, 16), date(2021, 4, 24))
LONG_TERM_REVIEW = date(2021, 9, 30)
REPORT_WEEKDAY = 0
# The week runs from Monday; the first report is due in the first full week.
FIRST_REPORT_AFTER = timedelta(days=5)

BEGINNINGS = (
    "已召开专题会议研究部署，明确责任人和时间节点。",
    "已制定工作方案，分解任务到人。",
    "已开展摸底排查，梳理工作清单。",
)
MIDDLES = (
    "按计划推进，与责任部门会商两次，有关工作正在落实。",
    "已形成初稿，正在征求有关部门意见。",
    "已完成阶段任务，正在推进后续工作。",
    "已开展督促检查，对进展较慢的环节跟踪提醒。",
)
NEXT_STEPS = ("按时间节点继续推进。", "汇总意见后提请审议。", "加强督促，确保按期完成。")
DIFFICULTIES = ("", "", "", "需有关部门协调支持。", "")


@dataclass(frozen=True)
class Scene:
    """One act of the story.

    Args:
        on: the day, in the story's own calendar.
        order: its place within the day.
        kind: which act; see `stage`.
        subject: position of the measure or sub-issue that it is about.
        facts: what the act needs.
    """

    on: date
    order: int
    kind: str
    subject: int
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Part:
    """A measure of the source with its place in the ledger and its dates."""

    position: int
    sub_issue: int
    serial: int
    row: Mapping[str, Any]
    parent: Mapping[str, Any]
    due_on: date | None
    due_assumed: bool
    kind: str

    @property
    def done_on(self) -> date | None:
        return self.row.get("done_on")


def measures_of(sub_issues: list[Mapping[str, Any]]) -> list[Part]:
    """All measures of the source in the ledger's order, with kinds and deadlines."""
    parts: list[Part] = []
    for number, sub_issue in enumerate(sub_issues, start=1):
        for serial, row in enumerate(sub_issue["measures"], start=1):
            due_on, assumed = deadline(row, sub_issue)
            long_term = sub_issue["category"] == "long_term" and row["state"] == "open"
            kind = "long_term" if long_term else sub_issue["category"]
            kind = "time_bound" if kind == "long_term" and not long_term else kind
            parts.append(Part(len(parts) + 1, number, serial, row, sub_issue, due_on, assumed, kind))
    return parts


def deadline(row: Mapping[str, Any], sub_issue: Mapping[str, Any]) -> tuple[date | None, bool]:
    """A measure's deadline and whether it is assumed."""
    if "due" in row:
        return row["due"], row.get("assumed_dates", True)
    if row["state"] == "done":
        done_on = row["done_on"]
        return next(day for day in ASSUMED_DEADLINES if day >= done_on), True
    return sub_issue.get("due"), True


@dataclass(frozen=True)
class Calendar:
    """The days that frame a telling of the story, all in the story's own calendar.

    Args:
        shift: what to add to get real days; decides which of the story's days are real Mondays.
    """

    feedback_on: date
    intensive_until: date
    ends_on: date
    shift: timedelta

    def weekday(self, day: date) -> int:
        return (day + self.shift).weekday()


def report_days(calendar: Calendar) -> Iterator[date]:
    """Every Monday of the intensive period, then the first Monday of each month."""
    day = calendar.feedback_on + FIRST_REPORT_AFTER
    while calendar.weekday(day) != REPORT_WEEKDAY:
        day += timedelta(days=1)
    while day <= calendar.ends_on:
        if day <= calendar.intensive_until or day.day <= 7:
            yield day
        day += timedelta(days=7)


def progress_on(part: Part, nth: int, of: int) -> int | None:
    """The progress that the nth of so many reports tells: rising evenly to what the source says."""
    if part.kind == "long_term":
        return None
    goal = 100 if part.done_on else part.row.get("progress", 50)
    ceiling = 95 if part.done_on else goal
    return min(ceiling, max(5, goal * nth // (of + (1 if part.done_on else 0)) // 5 * 5)) if nth < of else ceiling


def report_words(part: Part, nth: int, of: int) -> dict[str, str]:
    """The words of the nth of so many reports."""
    pick = part.position + nth
    done = BEGINNINGS[pick % len(BEGINNINGS)] if nth == 1 else MIDDLES[pick % len(MIDDLES)]
    if nth == of and not part.done_on and part.row.get("result"):
        done = f"{part.row['result']}。"
    return {
        "done": done,
        "next_step": NEXT_STEPS[pick % len(NEXT_STEPS)],
        "difficulty": DIFFICULTIES[pick % len(DIFFICULTIES)] if nth > 1 else "",
    }


def scenes_of(part: Part, calendar: Calendar) -> Iterator[Scene]:
    """One measure's reports and, where it was done, its way to closed on the day on which it was done."""
    last = part.done_on or calendar.ends_on
    days = [day for day in report_days(calendar) if day < last or (not part.done_on and day == last)]
    days = days or [min(last, calendar.feedback_on + timedelta(days=3))]
    for nth, day in enumerate(days, start=1):
        facts = {"progress": progress_on(part, nth, len(days)), **report_words(part, nth, len(days))}
        yield Scene(day, 10, "report", part.position, facts)
    if part.done_on:
        yield from closing_scenes(part, part.done_on)


def closing_scenes(part: Part, on: date) -> Iterator[Scene]:
    """Completed, evidence, request, three signatures: all on one day."""
    note = part.row.get("result") or part.row.get("document") or "已按要求完成整改措施"
    yield Scene(on, 20, "complete", part.position, {"note": f"{note}。"})
    yield Scene(on, 21, "evidence", part.position, {"title": part.row.get("document") or "完成情况说明"})
    yield Scene(on, 22, "request", part.position, {"note": f"{part.row['text']}，{note}，申请销号。"})
    for order, signer in enumerate(("head", "office", "leader"), start=23):
        yield Scene(on, order, "sign", part.position, {"signer": signer})


def acceptance_scenes(number: int, sub_issue: Mapping[str, Any], acceptance_on: date) -> Iterator[Scene]:
    """A closed sub-issue is accepted with the last of its measures, one that goes on at the acceptance meeting."""
    closed = sub_issue["status"] == "closed"
    on = max(row["done_on"] for row in sub_issue["measures"]) if closed else acceptance_on
    facts = {"result": "closed" if closed else "sustained"}
    yield Scene(on, 40, "accept_request", number, facts)
    for order, signer in enumerate(("office", "leader"), start=41):
        yield Scene(on, order, "accept_sign", number, {"signer": signer})
