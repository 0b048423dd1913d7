"""Putting what waits to leave the house into messages: one for a person, or a group, at a time.

Quiet hours hold a person's messages back; what is no longer true when they end is dropped.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from rectify.organization.models import User

from ..calendar import working_days
from ..going_on import each_alone
from ..models import Channel, ContactRules, Delivery, Notice, Outcome, Way
from ..weeks import CHINA
from .truth import still_true
from .words import to_group, to_person

# So many people are looked at together.
PAGE = 500


def bundle(now: datetime) -> int:
    """Makes messages of all that may go now. Returns how many.

    A constant number of statements for each 500 people, one where nothing waits. Rows that another scheduler has in
    hand are left to it.
    """
    if not Notice.objects.filter(outcome=Outcome.WAITING).exists():
        return 0
    people = partial(_bundle_people, now=now)
    channels = partial(_bundle_channels, now=now)
    return sum(each_alone("messages to people", people, ids) for ids in _pages("recipient")) + sum(
        each_alone("messages to channels", channels, ids) for ids in _pages("channel")
    )


def _pages(who: str) -> Iterator[list[int]]:
    """The ids of those for whom something waits."""
    waiting = Notice.objects.filter(outcome=Outcome.WAITING, **{f"{who}__isnull": False})
    last = 0
    while page := list(
        waiting.filter(**{f"{who}__gt": last}).order_by(who).values_list(who, flat=True).distinct()[:PAGE]
    ):
        yield page
        last = page[-1]


def _bundle_people(ids: Sequence[int], now: datetime) -> int:
    local = timezone.localtime(now, CHINA)
    working = bool(working_days(local.date(), local.date()))
    rules = ContactRules.objects.in_bulk(ids)
    awake = [pk for pk in ids if not rules.get(pk, ContactRules()).is_quiet(local, working)]
    people = User.objects.filter(pk__in=awake, is_active=True).exclude(email="") if settings.EMAIL_HOST else []
    addresses = {user.pk: user.email for user in people}
    with transaction.atomic():
        waiting = _taken(now, recipient__in=awake)
        by_person = _grouped(waiting, "recipient_id", addresses)
        _leave_in_the_inbox([notice for notice in waiting if notice.recipient_id not in addresses])
        return _send_off(
            {
                pk: _message(notices, to_person(notices), now, way=Way.EMAIL, person_id=pk, address=addresses[pk])
                for pk, notices in by_person.items()
            },
            by_person,
        )


def _bundle_channels(ids: Sequence[int], now: datetime) -> int:
    channels = Channel.objects.filter(active=True).in_bulk(ids)
    with transaction.atomic():
        waiting = _taken(now, channel__in=ids)
        by_channel = _grouped(waiting, "channel_id", channels)
        _leave_in_the_inbox([notice for notice in waiting if notice.channel_id not in channels])
        return _send_off(
            {
                pk: _message(
                    notices,
                    to_group(notices),
                    now,
                    way=channels[pk].way,
                    channel_id=pk,
                    address=channels[pk].address,
                )
                for pk, notices in by_channel.items()
            },
            by_channel,
        )


def _taken(now: datetime, **whose: Any) -> list[Notice]:
    """What waits and is still true, under lock; the rest of it is dropped."""
    rows = Notice.objects.select_for_update(skip_locked=True).filter(outcome=Outcome.WAITING, **whose)
    waiting = list(rows.order_by("pk"))
    true = still_true(waiting, now)
    dropped = [notice.pk for notice in waiting if notice.pk not in true]
    if dropped:
        Notice.objects.filter(pk__in=dropped).update(outcome=Outcome.DROPPED)
    return [notice for notice in waiting if notice.pk in true]


def _grouped(notices: Sequence[Notice], by: str, known: Any) -> dict[int, list[Notice]]:
    groups: dict[int, list[Notice]] = {}
    for notice in notices:
        if getattr(notice, by) in known:
            groups.setdefault(getattr(notice, by), []).append(notice)
    return groups


def _leave_in_the_inbox(notices: Sequence[Notice]) -> None:
    """There is no way to these people any more, or no mail server."""
    if notices:
        Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(outcome=Outcome.INBOX_ONLY)


def _message(notices: Sequence[Notice], said: tuple[str, str], now: datetime, **fields: Any) -> Delivery:
    return Delivery(subject=said[0], text=said[1], next_at=now, made_at=now, **fields)


def _send_off(messages: dict[int, Delivery], groups: dict[int, list[Notice]]) -> int:
    """Writes the messages down and marks what is in them."""
    Delivery.objects.bulk_create(messages.values(), batch_size=PAGE)
    marked = []
    for pk, notices in groups.items():
        for notice in notices:
            notice.delivery, notice.outcome = messages[pk], Outcome.BUNDLED
            marked.append(notice)
    Notice.objects.bulk_update(marked, ["delivery", "outcome"], batch_size=PAGE)
    return len(messages)
