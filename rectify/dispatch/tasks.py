"""What Celery's worker runs for this room."""

from celery import shared_task

from rectify.web import clock

from .scheduling import tick as what_is_due


@shared_task
def tick() -> None:
    """Does what should have happened by now: called every minute by beat."""
    what_is_due(clock.now)
