"""Takes times: application, constant view and floor take turns, so that the machine's noise hits all three."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from django.core.management.base import CommandError

from .ground import Ground, Person
from .operations import Operation
from .plans import Plan, explain, of_each_shape
from .served import CONSTANT, COUNT_HEADER, COUNTED_HEADER, SIGN_IN, SLOW_HEADER
from .server import Client, Server, manage

# Every thread of the server opens its own connection to the database with its first requests.
WARM_UP = 20
# Longer than so many seconds no operation is repeated, and not less often than this.
LONGEST, LEAST = 20.0, 10


@dataclass(frozen=True)
class AtOnce:
    """Several clients, each asking again as soon as it is answered; times in milliseconds."""

    clients: int
    median: float
    p95: float
    per_second: float


@dataclass(frozen=True)
class Measured:
    """One operation at one size; times in milliseconds.

    Args:
        median, p95: with one client.
        floor: the sum of the medians of hand-written SQL and of the constant view.
        repetitions: how often it was asked by the one client.
        at_once: with several clients; None for what one client alone does.
        peak_mb: the most memory that a worker held; None where the system does not tell.
        most_mb: what it may hold.
        in_round: whether the work lies within one round.
    """

    name: str
    size: int
    median: float
    p95: float
    sql: float
    constant: float
    statements: int
    target: float | None
    repetitions: int
    at_once: AtOnce | None
    peak_mb: float | None
    most_mb: int
    in_round: bool

    @property
    def floor(self) -> float:
        return self.sql + self.constant

    @property
    def ratio(self) -> float:
        return self.median / self.floor

    @property
    def reached(self) -> bool:
        return self.target is None or self.ratio <= self.target

    @property
    def fits(self) -> bool:
        return self.peak_mb is None or self.peak_mb <= self.most_mb


class SignIns:
    """Makes clients for people, with one token for each."""

    def __init__(self, url: str, ground: Ground, server: Server) -> None:
        self.server = server
        self.tokens = {person: manage(url, "api_token", person.username).strip() for person in set(ground.people)}

    def client(self, person: Person, *, page: bool = False) -> Client:
        client = Client(self.server.port, self.tokens[person])
        if page:
            client.sign_in(SIGN_IN)
        return client


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    began = perf_counter()
    result = call()
    return (perf_counter() - began) * 1000, result


class Turns:
    """The turns of one operation.

    Args:
        plain: asks the constant view, by token whatever the operation does.
    """

    def __init__(self, client: Client, plain: Client, operation: Operation) -> None:
        self.client, self.plain, self.operation = client, plain, operation
        self.nth = 0
        # A file takes too long to be looked at more than once.
        self.looks = 1 if operation.most is not None and operation.most < LEAST else LEAST

    def application(self) -> float:
        """One request, its answer checked after the clock was stopped."""
        return _asked(self.client, self.operation, self.nth)[0]

    def looked_into(self, link: Any) -> tuple[int, list[tuple[float, str, list[str]]]]:
        """How many statements a request takes at most, and the last one's slow ones with their plans, not yet undone.

        What is not there is not asked for: a round in which nothing waits takes a statement less.
        """
        counts, found = [], []
        for look in range(1, self.looks + 1):
            _spent, answer = _asked(self.client, self.operation, self.nth, undo=False, **{COUNT_HEADER: "1"})
            counts.append(int(answer.headers[COUNTED_HEADER]))
            if look == self.looks:
                slow = json.loads(answer.headers[SLOW_HEADER])
                found = [(ms, statement, explain(link, statement)) for ms, statement in of_each_shape(slow)]
            self.operation.after(self.nth)
            self.nth += 1
        return max(counts), found

    def constant(self) -> float:
        spent, answer = _timed(lambda: self.plain.ask(CONSTANT))
        if answer.status != 200:
            raise CommandError(f"The constant view answered {answer.status}.")
        return spent

    def floor(self) -> float:
        prepared = self.operation.before(self.nth)
        spent, rows = _timed(lambda: self.operation.floor(prepared))
        self.operation.after_floor()
        if not rows:
            raise CommandError(f"{self.operation.name}: the hand-written SQL found no rows.")
        return spent

    def take(self) -> tuple[float, float, float]:
        """One turn of each, beginning with another one each time."""
        calls = [self.application, self.constant, self.floor]
        times = [0.0, 0.0, 0.0]
        for place in range(3):
            which = (place + self.nth) % 3
            times[which] = calls[which]()
        self.nth += 1
        return times[0], times[1], times[2]

    def repeat(self, times: int, longest: float) -> list[tuple[float, float, float]]:
        """So many turns, fewer where they take too long."""
        began = perf_counter()
        taken: list[tuple[float, float, float]] = []
        while len(taken) < times and (len(taken) < LEAST or perf_counter() - began < longest):
            taken.append(self.take())
        return taken


def _asked(client: Client, operation: Operation, nth: int, *, undo: bool = True, **headers: str) -> tuple[float, Any]:
    path, data = operation.request(nth)
    spent, answer = _timed(lambda: client.ask(path, data, **headers))
    if answer.status not in (200, 201) or not operation.check(nth, answer):
        raise CommandError(f"{operation.name}: unexpected answer {answer.status}: {answer.body[:300]!r}")
    if undo:
        operation.after(nth)
    return spent, answer


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20)[-1] if len(times) > 19 else max(times)


def all_at_once(signs: SignIns, operation: Operation, each: int) -> AtOnce:
    """Several clients, each with its own connection and its own part of the work.

    Args:
        each: how often each of them asks.
    """
    count = operation.at_once
    clients = [signs.client(operation.person, page=operation.page) for _client in range(count)]

    def ask(place: int, from_nth: int, times: int) -> list[float]:
        nths = range(place + from_nth * count, place + (from_nth + times) * count, count)
        return [_asked(clients[place], operation, nth)[0] for nth in nths]

    with ThreadPoolExecutor(count) as pool:
        warm = max(2, each // 5)
        list(pool.map(lambda place: ask(place, 0, warm), range(count)))
        began = perf_counter()
        times = [t for found in pool.map(lambda place: ask(place, warm, each), range(count)) for t in found]
        seconds = perf_counter() - began
    for client in clients:
        client.close()
    return AtOnce(count, median(times), _p95(times), len(times) / seconds)


def measure(
    signs: SignIns, operation: Operation, size: int, repetitions: int, link: Any
) -> tuple[Measured, list[Plan]]:
    """Takes so many turns with one client, then asks with several; gives the times and the plans of what was slow."""
    server = signs.server
    client, plain = signs.client(operation.person, page=operation.page), signs.client(operation.person)
    turns = Turns(client, plain, operation)
    rare = operation.most is not None and operation.most < LEAST
    try:
        turns.repeat(1 if rare else WARM_UP, LONGEST / 2)
        server.forget_peaks()
        wanted = min(repetitions, operation.most or repetitions)
        taken = turns.repeat(wanted, LONGEST)
        application, constant, sql = zip(*taken, strict=True)
        # More clients than one, and as much work as takes them a few seconds.
        each = max(5, min(len(taken) // 4, int(4000 / median(application) / 4)))
        several = all_at_once(signs, operation, each) if operation.at_once > 1 else None
        peak = server.peak_mb()
        statements, slow = turns.looked_into(link)
    finally:
        operation.finish()
        client.close()
        plain.close()
    plans = [Plan(operation.name, size, *each) for each in slow]
    measured = Measured(
        name=operation.name,
        size=size,
        median=median(application),
        p95=_p95(application),
        sql=median(sql),
        constant=median(constant),
        statements=statements,
        target=operation.target,
        repetitions=len(taken),
        at_once=several,
        peak_mb=peak,
        most_mb=operation.memory,
        in_round=operation.in_round,
    )
    return measured, plans
