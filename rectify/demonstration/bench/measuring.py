"""Takes times: application, constant view and floor take turns, so that the machine's noise hits all three."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from django.core.management.base import CommandError

from .operations import Operation
from .served import CONSTANT, COUNT_HEADER, COUNTED_HEADER
from .server import Client

# Every thread of the server opens its own connection to the database with its first requests.
WARM_UP = 20


@dataclass(frozen=True)
class Measured:
    """One operation at one size; times in milliseconds.

    Args:
        floor: the sum of the medians of hand-written SQL and of the constant view.
    """

    name: str
    size: int
    median: float
    p95: float
    sql: float
    constant: float
    statements: int
    target: float | None

    @property
    def floor(self) -> float:
        return self.sql + self.constant

    @property
    def ratio(self) -> float:
        return self.median / self.floor

    @property
    def reached(self) -> bool:
        return self.target is None or self.ratio <= self.target


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    began = perf_counter()
    result = call()
    return (perf_counter() - began) * 1000, result


class Turns:
    """The turns of one operation."""

    def __init__(self, client: Client, operation: Operation) -> None:
        self.client, self.operation = client, operation
        self.nth = 0

    def application(self, **headers: str) -> tuple[float, Any]:
        """One request, its answer checked after the clock was stopped."""
        path, data = self.operation.request(self.nth)
        spent, answer = _timed(lambda: self.client.ask(path, data, **headers))
        if answer.status != 200 or not self.operation.check(self.nth, answer):
            raise CommandError(f"{self.operation.name}: unexpected answer {answer.status}: {answer.body[:300]!r}")
        return spent, answer

    def constant(self) -> float:
        spent, answer = _timed(lambda: self.client.ask(CONSTANT))
        if answer.status != 200:
            raise CommandError(f"The constant view answered {answer.status}.")
        return spent

    def floor(self) -> float:
        prepared = self.operation.before(self.nth)
        spent, rows = _timed(lambda: self.operation.floor(prepared))
        if not rows:
            raise CommandError(f"{self.operation.name}: the hand-written SQL found no rows.")
        return spent

    def take(self) -> tuple[float, float, float]:
        """One turn of each, beginning with another one each time."""
        calls = [lambda: self.application()[0], self.constant, self.floor]
        times = [0.0, 0.0, 0.0]
        for place in range(3):
            which = (place + self.nth) % 3
            times[which] = calls[which]()
        self.nth += 1
        return times[0], times[1], times[2]


def measure(client: Client, operation: Operation, size: int, repetitions: int) -> Measured:
    """Takes so many turns and says what they took."""
    turns = Turns(client, operation)
    for _turn in range(WARM_UP):
        turns.take()
    application, constant, sql = zip(*(turns.take() for _turn in range(repetitions)), strict=True)
    _spent, answer = turns.application(**{COUNT_HEADER: "1"})
    return Measured(
        operation.name,
        size,
        median(application),
        quantiles(application, n=20)[-1],
        median(sql),
        median(constant),
        int(answer.headers[COUNTED_HEADER]),
        operation.target,
    )
