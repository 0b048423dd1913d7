"""What Celery's worker runs for this room."""

from celery import shared_task

from rectify.web import clock

from .notices.delivering import deliver as what_waits
from .scheduling import tick as what_is_due


@shared_task
def tick() -> None:
    """Does what should have happened by now: called every minute by beat."""
    what_is_due(clock.now)


@shared_task
def deliver() -> None:
    """Sends what waits in the outbox: called every minute by beat; several at once share the work."""
    what_waits(clock.now)
