"""What the scheduler runs for this room."""

import logging

from celery import shared_task

from rectify.web import clock

from .checking import check_nightly

logger = logging.getLogger(__name__)


@shared_task
def verify_history() -> None:
    """Proves the whole history every night, so that a change behind the application is known the next morning.

    Asked every hour, so that a night on which nobody asked is made up for.
    """
    result = check_nightly(clock.now, lambda flaw: logger.error("history: %s", flaw))
    if result is not None:
        logger.info("history verified: %s rows, %s flaws", result.rows, result.flaws)
