"""Deadlines that change in the twin: one extended, one asked for too late and under review, one moved to long term."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from .story import Calendar, Part, Scene

EXTENSION_REASON = "征求意见单位较多，部分意见需再次会商，申请适当延长完成时限。"
LATE_REASON = "涉及上级部门审批，审批尚未完成，未能在时限内办结，申请延期至审批完成后。"
LONG_TERM_REASON = "低标准路段改造分年度实施，集中整改期内不能全部完成，申请转为长期坚持并按阶段复核。"
STAGE_GOAL = "完成年度改造计划编制并下达，确定责任单位和开工时间。"
LATER = timedelta(days=7)
MUCH_LATER = timedelta(days=25)


def deadline_scenes(parts: Sequence[Part], busy: set[int], today: date, calendar: Calendar) -> Iterator[Scene]:
    """The three, chosen by rule.

    Args:
        parts: with the deadlines that press.
        busy: positions of those that are on their way to closed.
        today: the story's day on which the twin stands.
    """
    free = [part for part in parts if part.position not in busy]
    still_open = [part for part in free if part.done_on is not None and part.done_on > today]
    in_time = (p for p in still_open if p.due_on and today + LATER < p.due_on <= calendar.intensive_until - LATER)
    yield from _extended(next(in_time), today)
    late = [(part.due_on, part.position, part) for part in still_open if part.due_on and part.due_on < today]
    yield from _asked_late(min(late)[2], today, calendar.intensive_until + MUCH_LATER)
    yield from _moved(long_going(parts), today)


def long_going(parts: Sequence[Part]) -> Part:
    """The road department's least advanced measure that goes on beyond the intensive period and is worked on."""
    going = [p for p in parts if p.done_on is None and p.parent["lead"] == "road" and p.row.get("progress", 0) >= 40]
    return min(going, key=lambda part: (part.row["progress"], part.position))


def moved_on(today: date) -> date:
    """The day from which on that measure is long-term and no longer reported on."""
    return today - timedelta(days=16)


def _extended(part: Part, today: date) -> Iterator[Scene]:
    assert part.due_on is not None  # noqa: S101  chosen by its deadline
    facts = {"due_on": part.due_on + LATER, "reason": EXTENSION_REASON}
    asked = today - timedelta(days=8)
    yield Scene(asked, 30, "ask_extension", part.position, facts)
    yield Scene(asked + timedelta(days=1), 31, "sign_extension", part.position, {"signer": "office"})
    yield Scene(asked + timedelta(days=3), 32, "sign_extension", part.position, {"signer": "leader"})


def _asked_late(part: Part, today: date, until: date) -> Iterator[Scene]:
    facts = {"due_on": until, "reason": LATE_REASON}
    yield Scene(today - timedelta(days=4), 30, "ask_extension", part.position, facts)
    yield Scene(today - timedelta(days=2), 31, "sign_extension", part.position, {"signer": "office"})


def _moved(part: Part, today: date) -> Iterator[Scene]:
    """Granted some time ago; its first review was to be held two days ago."""
    granted = moved_on(today)
    facts = {
        "stage_goal": STAGE_GOAL,
        "review_on": today - timedelta(days=2),
        "final_on": part.due_on,
        "reason": LONG_TERM_REASON,
    }
    yield Scene(granted - timedelta(days=4), 30, "ask_long_term", part.position, facts)
    yield Scene(granted - timedelta(days=2), 31, "sign_long_term", part.position, {"signer": "office"})
    yield Scene(granted, 32, "sign_long_term", part.position, {"signer": "leader"})
