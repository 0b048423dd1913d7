"""The digest (校验码) of a round: one value that stands for its whole history."""

from typing import Any

from django.db.models import OuterRef, Subquery

from issues.models import Round, RoundHistory, SubIssue, SubIssueHistory
from rectify.web.moments import Moment
from rectify.workflow.digests import digest_of_heads

from .models import MeasureHistory


def round_digest(round_: Round, moment: Moment) -> str:
    """The digest (校验码) over the heads of all chains of a round, as known at the moment: one statement."""

    def head(model: Any, **chain: Any) -> Subquery:
        rows = model.objects.filter(**chain)
        if moment.known_at is not None:
            rows = rows.filter(recorded_at__lte=moment.known_at)
        return Subquery(rows.order_by("-sequence").values("hash")[:1])

    heads: set[tuple[str, int, str]] = set()
    rows = (
        SubIssue.objects.filter(round=round_)
        .order_by("pk")
        .values_list(
            "pk",
            head(SubIssueHistory, sub_issue=OuterRef("pk")),
            head(MeasureHistory, sub_issue=OuterRef("pk")),
            head(RoundHistory, round=round_),
        )
    )
    for pk, own, below, above in rows:
        heads.update({("sub_issue", pk, own or ""), ("measures", pk, below or ""), ("round", round_.pk, above or "")})
    return digest_of_heads(heads)
