"""The plans of slow statements."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg2

# A plan that is longer is cut off.
MOST_LINES = 60
# What may differ between statements of one shape: texts, numbers, and how many of them there are.
VALUES = re.compile(r"'(?:[^']|'')*'|\d+|,\s*")
# These end a transaction, or belong to one, and have no plan.
PLANNED = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "(SELECT", "((SELECT")


@dataclass(frozen=True)
class Plan:
    """A statement that took long, and how it was carried out when it was asked again.

    Args:
        ms: what it took in the answer.
    """

    operation: str
    size: int
    ms: float
    statement: str
    lines: list[str]


def of_each_shape(slow: Iterable[tuple[float, str]]) -> Iterator[tuple[float, str]]:
    """Of statements that differ in their values alone the first."""
    known = set()
    for ms, statement in slow:
        shape = VALUES.sub("", statement)
        if shape not in known:
            known.add(shape)
            yield ms, statement


def explain(link: Any, statement: str) -> list[str]:
    """EXPLAIN (ANALYZE, BUFFERS) of a statement, undone afterwards; a line that says why where there is no plan."""
    if not statement.lstrip().upper().startswith(PLANNED):
        return ["no plan: this is no query"]
    with link.cursor() as cursor:
        cursor.execute("BEGIN")
        try:
            # The statement holds its values already: a per cent sign in it is no place for one.
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", None)
            lines = [line for (line,) in cursor.fetchall()]
        except psycopg2.Error as error:
            lines = [f"no plan: {str(error).strip()}"]
        finally:
            cursor.execute("ROLLBACK")
    return lines if len(lines) <= MOST_LINES else [*lines[:MOST_LINES], f"... {len(lines) - MOST_LINES} lines more"]
