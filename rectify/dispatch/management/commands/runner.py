"""`manage.py runner`: the scheduler of an installation without Celery; `make run` starts it beside the server."""

import logging
import os
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections, connections

from measures.tasks import verify_history
from rectify.dispatch.notices.delivering import deliver
from rectify.dispatch.scheduling import tick
from rectify.web import clock

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """`manage.py runner [--every SECONDS] [--parent PID]`."""

    help = "Do what is due, again and again, until stopped: what a Celery worker and beat do where Redis is there."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--every", type=float, default=30, help="seconds between two looks")
        parser.add_argument("--parent", type=int, help="end when this process is no longer the parent")

    def verify(self) -> None:
        """Proves the history once a night, beside the rest: at a province's size it takes minutes."""
        try:
            verify_history()
        except Exception:
            logger.exception("the history could not be verified; it is tried again")
        finally:
            connections.close_all()

    def handle(self, *args: Any, every: float, parent: int | None, **options: Any) -> None:
        """Look, wait, look again."""
        stopped, proving = threading.Event(), None
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_args: stopped.set())
        while not stopped.is_set() and parent in (None, os.getppid()):
            try:
                if not proving or not proving.is_alive():
                    proving = threading.Thread(target=self.verify, daemon=True)
                    proving.start()
                tick(clock.now)
                deliver(clock.now)
            except Exception:
                # Whatever it was, the database away for a while most likely: what is due stays due at the next look.
                logger.exception("the scheduler could not look; it tries again")
            close_old_connections()
            self.wait(stopped, every, parent)

    def wait(self, stopped: threading.Event, seconds: float, parent: int | None) -> None:
        """Waits, and notices within a second that there is nobody left to run for."""
        while seconds > 0 and parent in (None, os.getppid()) and not stopped.wait(min(1, seconds)):
            seconds -= 1
