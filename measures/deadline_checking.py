"""Whether extensions and moves to long term are in the state to which the acts in history brought them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rectify.workflow.rebuild import Difference
from rectify.workflow.signing import Outcome

from .requests import DEADLINE_KINDS, RequestKind


def deadline_differences(ids: Sequence[int], rows: Mapping[int, list[Any]]) -> Iterator[Difference]:
    """Every request whose outcome is not what history tells.

    Args:
        ids: of the measures.
        rows: their rows that count, by measure.
    """
    for kind in DEADLINE_KINDS:
        present: dict[int, dict[int, str]] = {}
        kept = kind.requests.objects.filter(measure__in=ids).values_list("pk", "measure", "outcome")
        for pk, measure, outcome in kept:
            present.setdefault(measure, {})[pk] = outcome
        for measure_id in ids:
            told = outcomes_told(kind, rows.get(measure_id, []))
            if told != present.get(measure_id, {}):
                yield Difference(f"measure:{measure_id}", f"{kind.name} requests", present.get(measure_id, {}), told)


def outcomes_told(kind: RequestKind, rows: Sequence[Any]) -> dict[int, str]:
    """Request -> what became of it, as a measure's history tells it."""
    ends = {
        kind.asks: Outcome.PENDING,
        kind.act("sign"): Outcome.PENDING,
        kind.granted: Outcome.PASSED,
        kind.act("return"): Outcome.RETURNED,
        kind.act("recall"): Outcome.RECALLED,
    }
    return {row.payload[kind.key]: ends[row.action].value for row in rows if row.action in ends}
