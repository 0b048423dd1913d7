"""How the scheduler asks what is to be told: all its questions together in one statement, since most find nothing."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, NamedTuple

from django.db.models import IntegerField, Value
from django.utils import timezone

from ..calendar import working_days
from ..going_on import each_alone, go_on
from ..weeks import CHINA
from .outbox import pages_of

MORNING = time(8, 30)
FORTNIGHT = timedelta(days=14)
DAY = timedelta(days=1)
# So many questions are asked in one statement; SQLite takes 500.
TOGETHER = 100


@dataclass(frozen=True)
class Look:
    """One look of the scheduler.

    Args:
        now: the present moment, in Beijing time.
        working: the working days of the fortnights before and after it.
    """

    now: datetime
    working: frozenset[date]

    @classmethod
    def at(cls, now: datetime) -> "Look":
        """A look at a moment, aware. One statement."""
        local = timezone.localtime(now, CHINA)
        return cls(local, frozenset(working_days(local.date() - FORTNIGHT, local.date() + FORTNIGHT)))

    @property
    def next_working(self) -> date:
        """The next working day after today; where none is known, tomorrow."""
        today = self.now.date()
        return min((day for day in self.working if day > today), default=today + DAY)

    @property
    def eve(self) -> date | None:
        """The last day before the next working day, from the morning of a working day on; None at other times.

        What falls on a day on which nobody works is told on the working day before.
        """
        if self.now.time() < MORNING or self.now.date() not in self.working:
            return None
        return self.next_working - DAY


class Question(NamedTuple):
    """What calls for telling, and what tells of it.

    Args:
        rows: a query for values, their `pk` among them, of what nobody was told of yet.
        tell: tells of a page of these, and returns how many were told.
    """

    rows: Any
    tell: Callable[[list[dict[str, Any]]], int]


def answered(questions: Mapping[str, Sequence[Question]]) -> Counter[str]:
    """Tells of everything that the questions find. Returns how much by name.

    One statement for each 100 questions that find nothing; a constant number for each 1,000 rows that are found.
    """
    told: Counter[str] = Counter()
    asked = [(name, question) for name, each in questions.items() for question in each]
    for first in range(0, len(asked), TOGETHER):
        together = asked[first : first + TOGETHER]
        queries = [question.rows for _name, question in together]
        # Where one of them breaks, each is asked by itself.
        for number in go_on("all questions together", partial(_filled, queries), range(len(queries))):
            name, question = together[number]
            told[name] += go_on(name, partial(_told, name, question), 0)
    return +told


def _told(name: str, question: Question) -> int:
    return sum(each_alone(name, question.tell, page) for page in pages_of(question.rows))


def _filled(queries: Sequence[Any]) -> list[int]:
    """The positions of those queries that find anything, in their order."""
    parts = [
        rows.order_by().annotate(which=Value(number, IntegerField())).values_list("which", flat=True)
        for number, rows in enumerate(queries)
    ]
    return sorted(set(parts[0].union(*parts[1:])))
