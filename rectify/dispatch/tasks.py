"""What Celery's worker runs for this room."""

from celery import shared_task

from rectify.web import clock

from .notices.delivering import deliver as what_waits
from .scheduling import tick as what_is_due


@shared_task
def tick() -> None:
    """Does what should have happened by now: called every minute by beat.

    What it put into the outbox goes at once; the minute's own delivery may have been before it.
    """
    what_is_due(clock.now)
    deliver.apply_async(expires=55)


@shared_task
def deliver() -> None:
    """Sends what waits in the outbox: called every minute by beat; several at once share the work."""
    what_waits(clock.now)
