"""What the benchmark tells: which targets were missed, and which statements were slow."""

import json

import pytest
from django.core.management import CommandError, call_command

from rectify.demonstration.bench.ground import CLIENTS, in_turns
from rectify.demonstration.bench.measuring import AtOnce, Measured
from rectify.demonstration.bench.report import conclusion, table
from rectify.demonstration.bench.served import MOST_BYTES, told


def measured(size: int = 100_000, median: float = 10, statements: int = 8, peak_mb: float | None = 90) -> Measured:
    several, in_round = AtOnce(8, 40, 60, 170), True
    return Measured("detail", size, median, 2 * median, 2, 2, statements, 2.5, 150, several, peak_mb, 120, in_round)


def test_what_was_missed_is_told() -> None:
    assert conclusion([measured()]) == ["1 of 1 ratios to the floor reached"]
    slow, large = measured(median=11, peak_mb=130), measured(size=1_160_000, median=17, statements=9)
    assert conclusion([large, slow]) == [
        "0 of 2 ratios to the floor reached",
        "MISSED detail at 1,160,000: 4.25 times the floor, at most 2.5",
        "MISSED detail at 100,000: 2.75 times the floor, at most 2.5",
        "MISSED detail at 100,000: a worker held 130 MB, at most 120",
        "MISSED detail from 100,000 to 1,160,000: 8 statements, then 9",
        "MISSED detail from 100,000 to 1,160,000: 1.55 times as long, at most 1.5",
    ]
    [growth] = [line for line in conclusion([measured(size=116, median=6), measured()]) if "as long" in line]
    assert growth == "MISSED detail from 116 to 100,000: 1.67 times as long, at most 1.5"
    head, line = table([measured(peak_mb=None)])
    assert len(head) == len(line)
    assert "≤ 2.5" in line
    assert "170.0" in line


def test_slow_statements_fit_a_header() -> None:
    short, long = (6.0, "SELECT '整改'"), (9.0, "SELECT '" + "x" * MOST_BYTES + "'")
    assert json.loads(told([short, long])) == [list(short)]
    assert told([short]).isascii()


def test_clients_share_out_what_there_is() -> None:
    assert in_turns(list(range(20))) == list(range(2 * CLIENTS))
    assert in_turns([1, 2]) == [1, 2]


@pytest.mark.parametrize("options", [["--sizes", "x"], ["--sizes", "0"], ["--repetitions", "1"]])
def test_senseless_numbers_are_refused(options: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("bench", *options)


def test_a_senseless_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIZE", "huge")
    with pytest.raises(CommandError):
        call_command("bench")
