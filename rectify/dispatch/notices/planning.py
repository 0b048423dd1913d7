"""What the scheduler asks of the outbox: what should have been told by now and was not."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.utils import timezone

from ..weeks import CHINA
from .of_dates import tell_milestones, tell_orders
from .of_deadlines import tell_deadlines, tell_reviews
from .of_look_back import tell_look_back
from .of_requests import tell_returned, tell_signers
from .of_weeks import tell_cutoffs, tell_heads, tell_missed

QUESTIONS: Mapping[str, Callable[[datetime], int]] = {
    "cut-offs near": tell_cutoffs,
    "cut-offs missed": tell_missed,
    "reports to confirm": tell_heads,
    "requests to sign": tell_signers,
    "requests returned": tell_returned,
    "deadlines": tell_deadlines,
    "review days": tell_reviews,
    "look-back": tell_look_back,
    "orders to answer": tell_orders,
    "milestones": tell_milestones,
}


def plan(now: datetime) -> dict[str, int]:
    """Writes down everything that should have been told by now. Returns how much of what, without what there was none.

    Args:
        now: the present moment, aware.
    """
    local = timezone.localtime(now, CHINA)
    told = {name: ask(local) for name, ask in QUESTIONS.items()}
    return {name: count for name, count in told.items() if count}
