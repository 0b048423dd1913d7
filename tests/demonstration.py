"""The loaded demonstration in a test database: told through the services once in a run, copied from then on.

Telling both rounds takes seconds, copying their rows takes a fraction of one; so the first worker that needs them tells
them and leaves the rows beside the run's other files, where every worker finds them.
"""

import fcntl
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from issues.models import Round
from rectify.demonstration.loader import load_demo
from rectify.organization.models import User

from .building import CHINA, forget_posts
from .rows import continue_ids, read, write

# A Wednesday after the notice day of the round as it was; the twin stands in its sixth week.
DEMO_NOW = datetime(2021, 9, 15, 10, 0, tzinfo=CHINA)
DEMO_TODAY = DEMO_NOW.date()


@dataclass(frozen=True)
class Demo:
    """Both rounds: the one as it was, and its twin that is under way on `DEMO_TODAY`."""

    past: Round
    twin: Round

    def person(self, username: str) -> User:
        user = User.objects.get(username=username)
        forget_posts(user)
        return user


def fill() -> Demo:
    """Brings the demonstration into an empty database. In a transaction or not, as the caller has it."""
    settings.EVIDENCE_ROOT = Path(settings.RUN_DIR) / "demo-evidence"
    with _alone():
        kept = Path(settings.RUN_DIR) / f"demo-{connection.vendor}.pickle"
        if kept.exists():
            write(pickle.loads(kept.read_bytes()))  # noqa: S301 -- our own file
            continue_ids()
        else:
            load_demo(DEMO_TODAY, DEMO_NOW)
            kept.write_bytes(pickle.dumps(read()))
    connection.check_constraints()
    past, twin = Round.objects.select_related("organization").order_by("feedback_on")
    return Demo(past, twin)


@contextmanager
def _alone() -> Iterator[None]:
    """Holds up the other workers until this one is through."""
    with (Path(settings.RUN_DIR) / "demo.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
