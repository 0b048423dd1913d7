"""How a sample is drawn: from a seed and a list alone, so that anybody can draw it again."""

import hashlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from measures.look_back.drawing import draw, lot, shares

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]

POPULATIONS = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3), st.integers(0, 40), min_size=1, max_size=12
).map(lambda sizes: _numbered({key: number for key, number in sizes.items() if number} or {"a": 1}))


def _numbered(sizes: dict[str, int]) -> dict[str, list[int]]:
    population, last = {}, 0
    for key, number in sizes.items():
        population[key] = list(range(last + 1, last + number + 1))
        last += number
    return population


class TestDrawing:
    """By numbers alone."""

    @settings(max_examples=150, derandomize=True, deadline=None, database=None)
    @given(POPULATIONS, st.data(), st.text(max_size=20))
    def test_whatever_is_drawn(self, population: dict[str, list[int]], data: Any, seed: str) -> None:
        seed = seed.encode("utf-8", "replace").decode()
        total = sum(map(len, population.values()))
        size = data.draw(st.integers(1, total))
        drawn = draw(seed, population, size)
        assert len(drawn) == len(set(drawn)) == size
        assert draw(seed, dict(reversed(list(population.items()))), size) == drawn
        for ids in population.values():
            exact, got = size * len(ids) / total, len(set(ids) & set(drawn))
            if size < len(population):
                assert abs(got - exact) < 1
            else:
                assert 1 <= got <= max(1, exact + 1)
            in_order = sorted(ids, key=lambda pk: lot(seed, pk))
            assert set(in_order[:got]) == set(ids) & set(drawn)

    def test_another_seed_draws_others(self) -> None:
        population = {"road": list(range(1, 101))}
        assert len({tuple(draw(str(seed), population, 5)) for seed in range(20)}) == 20

    def test_a_lot_is_the_digest_that_the_manual_names(self) -> None:
        assert lot("种子", 17) == hashlib.sha256("种子:17".encode()).hexdigest()
        assert lot("1", "road") == hashlib.sha256(b"1:road").hexdigest()

    def test_shares_are_proportional_and_leave_nobody_out(self) -> None:
        assert dict(shares({"a": 90, "b": 10}, 10).sure) == {"a": 9, "b": 1}
        assert dict(shares({"a": 97, "b": 1, "c": 2}, 3).sure) == {"a": 1, "b": 1, "c": 1}
        assert dict(shares({"a": 97, "b": 1, "c": 2}, 100).sure) == {"a": 97, "b": 1, "c": 2}

    def test_between_equal_departments_the_lot_decides(self) -> None:
        share = shares({"a": 5, "b": 5, "c": 5}, 2)
        assert (share.tied, share.lots) == ({"a", "b", "c"}, 2)
        population = {"a": [1, 2], "b": [3, 4], "c": [5, 6]}
        left_out = {
            next(key for key, ids in population.items() if not set(ids) & set(draw(str(s), population, 2)))
            for s in range(30)
        }
        assert left_out == {"a", "b", "c"}
