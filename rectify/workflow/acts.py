"""Who acts and when: handed down from the front door to every service, so that no rule reads a clock or a session."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class Act:
    """One act of one person, or of the system user.

    Args:
        actor: the signed-in user.
        on: the business day on which it happens (local date).
        clock: gives the moment of entering, an aware datetime; called inside the chain's lock.
        id: shared by every history row that this act leaves.
    """

    actor: Any
    on: date
    clock: Callable[[], datetime]
    id: uuid.UUID = field(default_factory=uuid.uuid4)


def happened_on(act: Act, given: date | None) -> date:
    """The business day of a row: the given one, or the day of the act."""
    return given or act.on
