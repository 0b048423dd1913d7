"""How a sample is drawn, by numbers alone: the seed and the list it was drawn from give the same sample for ever.

1. Each department gets its proportional share of the sample, rounded by largest remainder; where the sample is large
   enough, every department that closed anything gets one at least.
2. Where departments are equal at the last place, the lot decides between them.
3. Within a department those with the smallest lots are drawn.

A lot is the SHA-256 of the seed, a colon and the department's key or the measure's id, in UTF-8, as hexadecimal digits.
`printf '%s' 'SEED:17' | sha256sum` gives that of measure 17, so anybody can draw again with paper and patience.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Population = Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Shares:
    """How many are drawn of each department.

    Args:
        sure: department -> what it gets in any case.
        tied: the departments between which the lot decides; each gets one more or not.
        lots: how many of those get one more.
    """

    sure: Mapping[str, int]
    tied: frozenset[str] = frozenset()
    lots: int = 0


def lot(seed: str, name: str | int) -> str:
    """The lot of a department or a measure."""
    return hashlib.sha256(f"{seed}:{name}".encode()).hexdigest()


def shares(sizes: Mapping[str, int], size: int) -> Shares:
    """The departments' shares of a sample.

    Args:
        sizes: department -> how many of it there are.
        size: of the sample, from 1 to as many as there are.
    """
    sizes = {key: number for key, number in sorted(sizes.items()) if number}
    total = sum(sizes.values())
    least = 1 if size >= len(sizes) else 0
    counts = {key: max(least, size * number // total) for key, number in sizes.items()}
    missing = size - sum(counts.values())
    change = 1 if missing > 0 else -1
    while missing:
        best = _next_to_change(sizes, counts, size, change, least)
        if len(best) > abs(missing):
            sure = counts if change > 0 else {key: counts[key] - (key in best) for key in counts}
            return Shares(sure, frozenset(best), missing if change > 0 else len(best) + missing)
        for key in best:
            counts[key] += change
        missing -= change * len(best)
    return Shares(counts)


def _next_to_change(
    sizes: Mapping[str, int], counts: Mapping[str, int], size: int, change: int, least: int
) -> list[str]:
    """The departments that are furthest from their exact share in the direction that is wanted, equal ones together."""
    total = sum(sizes.values())
    lacking = {
        # Whole numbers: what is lacking to the exact share, times the total.
        key: change * (size * number - counts[key] * total)
        for key, number in sizes.items()
        if (counts[key] < number if change > 0 else counts[key] > least)
    }
    most = max(lacking.values())
    return [key for key, amount in lacking.items() if amount == most]


def draw(seed: str, population: Population, size: int) -> list[int]:
    """The ids of the sample: department by department in the order of the keys, within one in the order of the lots."""
    share = shares({key: len(ids) for key, ids in population.items()}, size)
    lucky = sorted(share.tied, key=lambda key: lot(seed, key))[: share.lots]
    drawn: list[int] = []
    for key, sure in share.sure.items():
        in_order = sorted(population[key], key=lambda pk: lot(seed, pk))
        drawn += in_order[: sure + (key in lucky)]
    return drawn
