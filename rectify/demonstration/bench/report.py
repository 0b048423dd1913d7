"""What a measurement found, for the screen and as JSON."""

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import django

from .measuring import Measured

HEAD = ("operation", "measures", "median ms", "p95 ms", "floor ms", "SQL + constant", "ratio", "target", "statements")


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


def as_json(machine: dict[str, Any], unvacuumed: Sequence[str], results: Iterable[Measured]) -> dict[str, Any]:
    """Everything that was found, in numbers."""
    rows = [{**asdict(r), "floor": r.floor, "ratio": r.ratio, "reached": r.reached} for r in results]
    return {"machine": machine, "unvacuumed_tables": list(unvacuumed), "results": rows}


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
    )
