"""What the scheduler asks of the outbox: what should have been told by now and was not."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial

from ..going_on import go_on
from .asking import Look, Question, answered
from .of_dates import milestones, orders
from .of_deadlines import deadlines, reviews
from .of_look_back import look_back
from .of_requests import to_do_again, to_sign
from .of_weeks import cutoffs, missed, to_confirm

QUESTIONS: Mapping[str, Callable[[Look], Iterator[Question]]] = {
    "cut-offs near": cutoffs,
    "cut-offs missed": missed,
    "reports to confirm": to_confirm,
    "requests to sign": to_sign,
    "requests returned": to_do_again,
    "deadlines": deadlines,
    "review days": reviews,
    "look-back": look_back,
    "orders to answer": orders,
    "milestones": milestones,
}


def plan(now: datetime) -> dict[str, int]:
    """Writes down everything that should have been told by now. Returns how much of what, without what there was none.

    Three statements where nothing is due, however many rounds there are.

    Args:
        now: the present moment, aware.
    """
    look = Look.at(now)
    return dict(answered({name: go_on(name, partial(_asked, ask, look), []) for name, ask in QUESTIONS.items()}))


def _asked(ask: Callable[[Look], Iterator[Question]], look: Look) -> list[Question]:
    return list(ask(look))
