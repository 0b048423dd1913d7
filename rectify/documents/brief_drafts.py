"""What stands in the typed parts of a new brief, for the office to work on: gathered from what departments wrote."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from .brief_words import Figures

# A draft that is longer than this is no help to whoever has to shorten it.
MOST, LONGEST, NUMBERS, DEPARTMENTS = 8, 200, 6, 5
# By these words departments ask for somebody above them.
ASKS = re.compile("协调|请示|支持|领导|上级|跨部门|会商")


def typed_drafts(figures: Figures) -> dict[str, str]:
    """A draft of each typed part."""
    pressing = {row["number"] for row in (*figures["overdue"], *figures["slow"])}
    told = figures["difficulties"]
    wanted = [row for row in told if ASKS.search(row["text"])] or [row for row in told if row["number"] in pressing]
    return {
        "overview": "\n".join(_gathered({**row, "text": row["done"]} for row in figures["moved"])),
        "difficulties": "\n".join(_gathered(told)),
        "matters": "\n".join(f"{place}. {line}" for place, line in enumerate(_gathered(wanted), start=1)),
        "next_week": "\n".join(_gathered(figures["plans"])),
    }


def _gathered(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """One paragraph for each thing that was written, after the departments and numbers that wrote it."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        found.setdefault(_short(row["text"]), {}).setdefault(row["department"], []).append(row["number"])
    return [f"{_who(places)}：{text}。" for text, places in list(found.items())[:MOST] if text]


def _who(places: Mapping[str, list[str]]) -> str:
    listed = "、".join(f"{name}（{_some(numbers)}）" for name, numbers in list(places.items())[:DEPARTMENTS])
    return listed if len(places) <= DEPARTMENTS else f"{listed}等{len(places)}个部门"


def _some(numbers: list[str]) -> str:
    listed = "、".join(numbers[:NUMBERS])
    return listed if len(numbers) <= NUMBERS else f"{listed}等{len(numbers)}项"


def _short(text: str) -> str:
    line = " ".join(text.split()).rstrip("。.；; ")
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}……"
