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
        notice_on: the day for which the source gives the progress of what goes on.
        ends_on: the last day that is told.
        shift: what to add to get real days; decides which of the story's days are real Mondays.
    """

    feedback_on: date
    intensive_until: date
    notice_on: date
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


def asked_on(part: Part, calendar: Calendar) -> date:
    """The day on which closure was asked for: up to three days before it was granted, after a first report."""
    assert part.done_on is not None  # noqa: S101  only measures that were done are asked for
    earliest = min(part.done_on, calendar.feedback_on + FIRST_REPORT_AFTER)
    return max(earliest, part.done_on - timedelta(days=part.position % 4))


def progress_on(part: Part, day: date, calendar: Calendar) -> int | None:
    """The progress that a report tells: rising evenly to what the source says, in steps of five."""
    if part.kind == "long_term":
        return None
    goal, reached_on = (100, part.done_on) if part.done_on else (part.row.get("progress", 50), calendar.notice_on)
    passed, whole = (day - calendar.feedback_on).days, (reached_on - calendar.feedback_on).days
    ceiling = 95 if part.done_on else goal
    # The last report before the notice tells what the notice tells.
    if not part.done_on and whole - passed < 31:
        return goal
    return min(ceiling, max(5, goal * passed // whole // 5 * 5))


def report_words(part: Part, nth: int, day: date, calendar: Calendar) -> dict[str, str]:
    """The words of the nth report."""
    pick = part.position + nth
    done = BEGINNINGS[pick % len(BEGINNINGS)] if nth == 1 else MIDDLES[pick % len(MIDDLES)]
    if not part.done_on and (calendar.notice_on - day).days < 31 and part.row.get("result"):
        done = f"{part.row['result']}。"
    return {
        "done": done,
        "next_step": NEXT_STEPS[pick % len(NEXT_STEPS)],
        "difficulty": DIFFICULTIES[pick % len(DIFFICULTIES)] if nth > 1 else "",
    }


def scenes_of(part: Part, calendar: Calendar) -> Iterator[Scene]:
    """One measure's reports and, where it was done, its way to closed on the day on which it was done."""
    until = asked_on(part, calendar) if part.done_on else calendar.ends_on + timedelta(days=1)
    # What has years to go is taken up after the intensive period.
    years_to_go = part.due_on is not None and part.due_on.year >= calendar.feedback_on.year + 3
    since = calendar.intensive_until if years_to_go and not part.done_on else calendar.feedback_on
    days = [day for day in report_days(calendar) if since < day < until]
    if part.done_on and not days:
        days = [calendar.feedback_on + timedelta(days=2)]
    for nth, day in enumerate(days, start=1):
        facts = {"progress": progress_on(part, day, calendar), **report_words(part, nth, day, calendar)}
        yield Scene(day, 10, "report", part.position, facts)
    if part.done_on:
        yield from closing_scenes(part, asked_on(part, calendar), part.done_on)


def closing_scenes(part: Part, asked: date, closed: date) -> Iterator[Scene]:
    """Completed, evidence, request and the head's signature on the day of asking; office and leader sign later."""
    note = part.row.get("result") or part.row.get("document") or "已按要求完成整改措施"
    yield Scene(asked, 20, "complete", part.position, {"note": f"{note}。"})
    yield Scene(asked, 21, "evidence", part.position, {"title": part.row.get("document") or "完成情况说明"})
    # A document that was issued is a rule that was made; of other outcomes the source says nothing.
    outcomes = {"rules": "1"} if part.row.get("document") else {}
    facts = {"note": f"{part.row['text']}，{note}，申请销号。", "outcomes": outcomes}
    yield Scene(asked, 22, "request", part.position, facts)
    yield Scene(asked, 23, "sign", part.position, {"signer": "head"})
    yield Scene(asked + (closed - asked) // 2, 24, "sign", part.position, {"signer": "office"})
    yield Scene(closed, 25, "sign", part.position, {"signer": "leader"})


def acceptance_scenes(number: int, sub_issue: Mapping[str, Any], acceptance_on: date) -> Iterator[Scene]:
    """A closed sub-issue is accepted with the last of its measures, one that goes on at the acceptance meeting."""
    closed = sub_issue["status"] == "closed"
    on = max(row["done_on"] for row in sub_issue["measures"]) if closed else acceptance_on
    facts = {"result": "closed" if closed else "sustained"}
    yield Scene(on, 40, "accept_request", number, facts)
    for order, signer in enumerate(("office", "leader"), start=41):
        yield Scene(on, order, "accept_sign", number, {"signer": signer})
