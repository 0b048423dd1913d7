"""How generated acts are written: by the same functions as in use, but into memory.

Only the reading back, the checks of input and the single inserts of the services are left out.
"""

import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from rectify.organization.posts import Concern, Posts
from rectify.workflow.acts import Act
from rectify.workflow.history import CHINA, Chain, Entry, Tracked
from rectify.workflow.record import birth, bring_up, next_row
from rectify.workflow.signing import Outcome

from ..people import Cast
from .bulk import BulkWriter

Acted = tuple[Act, tuple[str, str]]


class Company:
    """The people of an organisation, acting.

    Args:
        rng: where everything that is left open is drawn from; the same seed tells the same story.
    """

    def __init__(self, writer: BulkWriter, cast: Cast, rng: random.Random) -> None:
        self.writer, self.cast, self.rng = writer, cast, rng
        self.acts = 0
        concern = Concern(cast.organization.pk)
        self.who = {
            username: Posts(user, (assignment,)).who(concern)
            for (username, user), assignment in zip(cast.users.items(), cast.assignments, strict=True)
        }

    def act(self, username: str, day: date, at: time | None = None) -> Act:
        """An act of a day: between nine and ten in the morning unless a time is given."""
        self.acts += 1
        moment = datetime.combine(day, at or time(9, self.acts // 60 % 60, self.acts % 60), tzinfo=CHINA)
        act_id = uuid.UUID(int=self.rng.getrandbits(128), version=4)
        return Act(self.cast.users[username], day, lambda: moment, act_id)

    def born(self, subject: Tracked, chain: Chain, day: date, action: str) -> None:
        """The first row of an object."""
        self.writer.add(chain.make(subject.pk, self.act("office", day), self.who["office"], birth(subject, action)))

    def change(
        self,
        subject: Tracked,
        chain: Chain,
        username: str,
        day: date,
        entry: Entry,
        *,
        at: time | None = None,
        **options: Any,
    ) -> Acted:
        """A row of history, and the object brought up to it; `options`: see `workflow.record.bring_up`."""
        act, who = self.act(username, day, at), self.who[username]
        self.writer.add(next_row(subject, chain, act, who, entry))
        bring_up(subject, entry, **options)
        return act, who

    def sign(
        self,
        signature: Any,
        request: Any,
        signers: Sequence[str],
        result: Mapping[str, Any],
        change: Callable[..., Acted],
    ) -> None:
        """Signs step after step; the chain's last signature brings the result.

        Args:
            signature: the model of a signature.
            change: writes an entry on the request's subject for a user name.
        """
        of = len(request.chain)
        for position, username in enumerate(signers):
            through = position + 1 == of
            facts = {"step": position + 1, "of": of, "signed_as": request.chain[position], "comment": "同意。"}
            act, who = change(username, Entry("sign", new=result if through else {}, extra=facts))
            if through:
                request.outcome, request.ended_on = Outcome.PASSED.value, act.on
            self.writer.add(
                signature(
                    request=request,
                    position=position,
                    signed_as=request.chain[position],
                    signer=act.actor,
                    signer_name=who[0],
                    department_name=who[1],
                    comment="同意。",
                    signed_on=act.on,
                    signed_at=act.clock(),
                )
            )


def asked(acted: Acted, note: str, from_status: str, chain: Sequence[Any]) -> dict[str, Any]:
    """The columns that every request for signatures has."""
    act, who = acted
    return {
        "asked_by": act.actor,
        "asked_by_name": who[0],
        "asked_on": act.on,
        "asked_at": act.clock(),
        "note": note,
        "from_status": from_status,
        "chain": [signer.value for signer in chain],
    }
