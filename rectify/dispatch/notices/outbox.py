"""The outbox: what somebody is to be told is written down once, in the transaction of its cause or by the scheduler.

Whether it is told twice is decided by the table's unique key alone, so that any number of schedulers may ask at once.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rectify.organization.models import User

from ..models import ContactRules, Notice, NoticeKind, Outcome

# What nobody can turn off in the inbox.
ALWAYS_IN_APP = frozenset({NoticeKind.OVERDUE, NoticeKind.URGED})
BATCH = 1000


@dataclass(frozen=True)
class Wanted:
    """That somebody is to be told something; either a person or a channel.

    Args:
        subject_id: of the row that it is about.
        period: what makes it another thing to tell.
        facts: what its words are made of: counts and names of departments, never a finding's text.
    """

    kind: str
    round_id: int
    subject_id: int
    period: str
    recipient_id: int | None = None
    channel_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def pages_of(rows: Any) -> Iterator[list[dict[str, Any]]]:
    """Rows of a query for values, 1,000 at a time, so that memory does not grow with their number."""
    last = 0
    while page := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield page
        last = page[-1]["pk"]


def post(wanted: Iterable[Wanted], now: datetime) -> int:
    """Writes down what is to be told; what stands there already is left as it is. Three statements per 1,000.

    Args:
        now: the present moment, aware.

    Returns:
        How many were handed in for people and channels that there are.
    """
    items = list(wanted)
    if not items:
        return 0
    ids = {item.recipient_id for item in items if item.recipient_id}
    people = dict(User.objects.filter(pk__in=ids, is_active=True).values_list("pk", "email"))
    rules = ContactRules.objects.in_bulk(people)
    rows = [
        _row(item, people.get(item.recipient_id or 0, ""), rules.get(item.recipient_id or 0), now)
        for item in items
        if item.channel_id or item.recipient_id in people
    ]
    # In one order, whoever writes: two that write the same rows would else wait for each other.
    rows.sort(key=lambda row: (row.kind, row.subject_id, row.recipient_id or 0, row.channel_id or 0, row.period))
    Notice.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    return len(rows)


def _row(item: Wanted, address: str, rules: ContactRules | None, now: datetime) -> Notice:
    rules = rules or ContactRules()
    leaves = bool(item.channel_id) or (bool(address) and rules.email and item.kind not in rules.muted)
    return Notice(
        kind=item.kind,
        round_id=item.round_id,
        subject_id=item.subject_id,
        recipient_id=item.recipient_id,
        channel_id=item.channel_id,
        period=item.period,
        facts=dict(item.facts),
        made_at=now,
        in_app=bool(item.recipient_id) and (item.kind in ALWAYS_IN_APP or item.kind not in rules.hidden),
        outcome=Outcome.WAITING if leaves else Outcome.INBOX_ONLY,
    )
