"""What a measurement found, for the screen and as JSON."""

import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import django

from .measuring import Measured
from .plans import Plan

HEAD = (
    "operation",
    "measures",
    "median ms",
    "p95 ms",
    "floor ms",
    "SQL + constant",
    "ratio",
    "target",
    "statements",
    "at once",
    "median ms",
    "p95 ms",
    "requests/s",
    "worker MB",
)
# How many times longer a larger size may take than the one before it.
GROWTH = 1.5
# From here on a size is a large one.
LARGE = 100_000


def machine(link: Any) -> dict[str, Any]:
    """The machine and the versions on which it was measured."""
    model = "unknown"
    cpu_info = Path("/proc/cpuinfo")
    if cpu_info.exists():
        lines = cpu_info.read_text().splitlines()
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model)
    with link.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('fsync')")
        postgresql, fsync = cursor.fetchone()
    return {
        "cores": os.cpu_count(),
        "processor": model,
        "python": platform.python_version(),
        "django": django.get_version(),
        "postgresql": postgresql.split()[0],
        "fsync": fsync,
    }


def as_json(
    machine: dict[str, Any], unvacuumed: Sequence[str], results: Sequence[Measured], plans: Iterable[Plan]
) -> dict[str, Any]:
    """Everything that was found, in numbers."""
    rows = [{**asdict(r), "floor": r.floor, "ratio": r.ratio, "reached": r.reached, "fits": r.fits} for r in results]
    return {
        "machine": machine,
        "unvacuumed_tables": list(unvacuumed),
        "every_answer_had_rows": True,
        "results": rows,
        "slow_statements": [asdict(plan) for plan in plans],
        "missed": list(missed(results)),
    }


def table(results: Iterable[Measured]) -> list[str]:
    """Lines of a table; numbers to the right."""
    rows = [HEAD, *(_cells(result) for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return [
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    ]


def _cells(result: Measured) -> tuple[str, ...]:
    target = "" if result.target is None else f"≤ {result.target:g}" + ("" if result.reached else " MISSED")
    several = result.at_once
    at_once = ("", "", "", "")
    if several is not None:
        at_once = (str(several.clients), f"{several.median:.1f}", f"{several.p95:.1f}", f"{several.per_second:.1f}")
    peak = "" if result.peak_mb is None else f"{result.peak_mb:.0f}" + ("" if result.fits else " MISSED")
    return (
        result.name,
        f"{result.size:,}",
        f"{result.median:.1f}",
        f"{result.p95:.1f}",
        f"{result.floor:.1f}",
        f"{result.sql:.1f} + {result.constant:.1f}",
        f"{result.ratio:.2f}",
        target,
        str(result.statements),
        *at_once,
        peak,
    )


def missed(results: Sequence[Measured]) -> Iterator[str]:
    """Each target that was not reached, in words: against the floor, in memory, and from one size to the next."""
    for result in results:
        where = f"{result.name} at {result.size:,}"
        if not result.reached:
            yield f"{where}: {result.ratio:.2f} times the floor, at most {result.target:g}"
        if not result.fits:
            yield f"{where}: a worker held {result.peak_mb:.0f} MB, at most {result.most_mb}"
    for smaller, larger in _pairs(results):
        where = f"{larger.name} from {smaller.size:,} to {larger.size:,}"
        if smaller.statements != larger.statements:
            yield f"{where}: {smaller.statements} statements, then {larger.statements}"
        growth = larger.median / smaller.median
        # What lies within a round must not notice how many others there are; the rest grows up to a page's length.
        if growth > GROWTH and (smaller.in_round or smaller.size >= LARGE):
            yield f"{where}: {growth:.2f} times as long, at most {GROWTH:g}"


def _pairs(results: Sequence[Measured]) -> Iterator[tuple[Measured, Measured]]:
    """Each result with that of the same operation at the next larger size."""
    for name in dict.fromkeys(result.name for result in results):
        same = sorted((result for result in results if result.name == name), key=lambda result: result.size)
        yield from pairwise(same)


def conclusion(results: Sequence[Measured]) -> list[str]:
    """Which targets were reached."""
    found = list(missed(results))
    count = sum(result.target is not None for result in results)
    reached = sum(result.target is not None and result.reached for result in results)
    return [f"{reached} of {count} ratios to the floor reached", *(f"MISSED {each}" for each in found)]


def plans_in_words(plans: Iterable[Plan]) -> list[str]:
    """Each slow statement with its plan."""
    lines: list[str] = []
    for plan in plans:
        words = " ".join(plan.statement.split())
        shown = words if len(words) <= 400 else f"{words[:400]} ..."
        lines += [
            "",
            f"{plan.operation} at {plan.size:,}: {plan.ms} ms: {shown}",
            *(f"  {line}" for line in plan.lines),
        ]
    return lines
