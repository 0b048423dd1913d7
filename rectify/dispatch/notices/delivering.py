"""Sending what waits in the outbox: any number of workers at once, each message by one of them.

A worker takes one message with a lease, sends it, and writes down that it went. Killed in between, it leaves the
message to whoever comes after the lease is over. The window in which a message could go twice is the time between the
receiver's yes and our commit, of one message for each worker; the message's key lets a receiver tell the second one.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Q

from ..models import Delivery, DeliveryStatus, Way
from .truth import still_true
from .ways import Away, Mailer, Never, NotNow, senders

logger = logging.getLogger(__name__)

# From the first failure on; doubled each time up to an hour.
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
GIVES_UP_AFTER = timedelta(days=3)
# A message that goes at once is not looked at again whether it is still true.
FRESH = timedelta(minutes=10)

Clock = Callable[[], datetime]
Send = Callable[[Delivery, datetime], None]


def deliver(clock: Clock) -> Counter[str]:
    """Sends all that is due now. Returns how many messages came to each end: sent, dropped, failed, pending."""
    mailer, ends, silent = Mailer(), Counter[str](), Q(pk__in=[])
    by_way = senders(mailer)
    try:
        while (delivery := _taken(clock(), silent)) is not None:
            end, away = _sent(delivery, by_way, clock)
            ends[end] += 1
            if away:
                silent |= Q(way=delivery.way, channel=delivery.channel_id) if delivery.channel_id else Q(way=Way.EMAIL)
    finally:
        mailer.close()
    return ends


def _taken(now: datetime, silent: Q) -> Delivery | None:
    """The next message that is due and in nobody's hands, taken under a lease; None where there is none.

    Args:
        silent: those whose receivers do not answer at present.
    """
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    due = Delivery.objects.filter(free, ~silent, status=DeliveryStatus.PENDING, next_at__lte=now)
    with transaction.atomic():
        delivery = due.select_for_update(skip_locked=True, of=("self",)).order_by("next_at", "pk").first()
        if delivery is None:
            return None
        delivery.tries += 1
        delivery.leased_until = now + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
        delivery.save(update_fields=["tries", "leased_until"])
    return delivery


def _sent(delivery: Delivery, by_way: Mapping[str, Send], clock: Clock) -> tuple[str, bool]:
    """Sends a message that was taken, and writes down what became of it; and whether its receiver is away."""
    now = clock()
    try:
        if now - delivery.made_at > FRESH and not _still_true(delivery, now):
            return _ended(delivery, DeliveryStatus.DROPPED), False
        by_way[delivery.way](delivery, now)
    except NotNow as refused:
        return _postponed(delivery, str(refused), now), isinstance(refused, Away)
    except Never as refused:
        logger.warning("message %s given up: %s", delivery.key, refused)
        return _ended(delivery, DeliveryStatus.FAILED, error=str(refused)[:500]), False
    except DatabaseError:
        raise
    except Exception as error:
        # What nobody foresaw in one message must not keep the others in.
        logger.exception("message %s could not be sent", delivery.key)
        return _postponed(delivery, type(error).__name__, now), False
    return _ended(delivery, DeliveryStatus.SENT, sent_at=now, error=""), False


def _still_true(delivery: Delivery, now: datetime) -> bool:
    """Whether any of what it says still holds; one that says nothing of the outbox, a test message, does."""
    notices = list(delivery.notices.all())
    return not notices or bool(still_true(notices, now))


def _ended(delivery: Delivery, status: str, **fields: Any) -> str:
    Delivery.objects.filter(pk=delivery.pk).update(status=status, leased_until=None, **fields)
    return str(status)


def _postponed(delivery: Delivery, why: str, now: datetime) -> str:
    """Waits longer each time, and gives up visibly after three days."""
    if now - delivery.made_at >= GIVES_UP_AFTER:
        logger.warning("message %s given up after %d tries: %s", delivery.key, delivery.tries, why)
        return _ended(delivery, DeliveryStatus.FAILED, error=why[:500])
    logger.info("message %s is tried again: %s", delivery.key, why)
    wait = min(FIRST_WAIT * 2 ** min(delivery.tries - 1, 10), LONGEST_WAIT)
    Delivery.objects.filter(pk=delivery.pk).update(next_at=now + wait, leased_until=None, error=why[:500])
    return str(DeliveryStatus.PENDING)
