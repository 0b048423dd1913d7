"""The digest (校验码) of a round: one value that stands for its whole history."""

from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery

from issues.models import Round, RoundHistory, SubIssue, SubIssueHistory
from rectify.web.moments import Moment
from rectify.workflow.digests import digest_of_heads
from rectify.workflow.prepared import Prepared

from .models import MeasureHistory


def round_digest(round_: Round, moment: Moment) -> str:
    """The digest (校验码) over the heads of all chains of a round, as known at the moment: one statement."""

    heads: set[tuple[str, int, str]] = set()
    for pk, own, below, above in _heads(round=round_.pk, known_at=moment.known_at):
        heads.update({("sub_issue", pk, own or ""), ("measures", pk, below or ""), ("round", round_.pk, above or "")})
    return digest_of_heads(heads)


@Prepared
def _heads(round: int, known_at: datetime | None) -> Any:
    def head(model: Any, **chain: Any) -> Subquery:
        rows = model.objects.filter(**chain)
        if known_at is not None:
            rows = rows.filter(recorded_at__lte=known_at)
        return Subquery(rows.order_by("-sequence").values("hash")[:1])

    return (
        SubIssue.objects.filter(round=round)
        .order_by("pk")
        .values_list(
            "pk",
            head(SubIssueHistory, sub_issue=OuterRef("pk")),
            head(MeasureHistory, sub_issue=OuterRef("pk")),
            head(RoundHistory, round=round),
        )
    )
