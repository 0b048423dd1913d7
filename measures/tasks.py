"""What the scheduler runs for this room."""

import logging

from celery import shared_task

from rectify.web import clock

from .checking import check_history

logger = logging.getLogger(__name__)


@shared_task
def verify_history() -> None:
    """Proves the whole history every night, so that a change behind the application is known the next morning."""
    result = check_history(clock.now, lambda flaw: logger.error("history: %s", flaw))
    logger.info("history verified: %s rows, %s flaws", result.rows, result.flaws)
