"""Weekly briefs as pages and the API tell them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Max
from rest_framework import serializers

from rectify.organization.posts import Posts

from .briefs import acts_on
from .models import WeeklyBrief
from .states import BriefStatus


class BriefSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    version = serializers.IntegerField()
    dispatch = serializers.IntegerField()
    round = serializers.IntegerField()
    year = serializers.IntegerField()
    week = serializers.IntegerField()
    edition = serializers.IntegerField(help_text="2 and more correct what was issued before")
    reason = serializers.CharField(allow_blank=True, help_text="why there is this edition")
    status = serializers.ChoiceField(choices=BriefStatus.choices)
    status_label = serializers.CharField()
    digest = serializers.CharField(help_text="of the round's history when the week was frozen")
    overview = serializers.CharField(allow_blank=True)
    difficulties = serializers.CharField(allow_blank=True)
    matters = serializers.CharField(allow_blank=True, help_text="for the leaders to coordinate")
    next_week = serializers.CharField(allow_blank=True)
    drawn_up_at = serializers.DateTimeField()
    drawn_up_by_name = serializers.CharField()
    issued_at = serializers.DateTimeField(allow_null=True)
    issued_by_name = serializers.CharField(allow_blank=True)
    filename = serializers.CharField(allow_blank=True)
    size = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField(allow_blank=True, help_text="of the file as it was issued")
    docx = serializers.CharField(help_text="address of the file; of a draft, as it would be issued today")
    available_acts = serializers.ListField(child=serializers.CharField())


class BriefDetailSerializer(BriefSerializer):
    figures = serializers.DictField(help_text="counted once when the brief was drawn up; they never change")


def newest_editions(briefs: Iterable[WeeklyBrief]) -> dict[int, int]:
    """Week -> its last edition: one statement."""
    weeks = {brief.dispatch_id for brief in briefs}
    rows = WeeklyBrief.objects.filter(dispatch__in=weeks).order_by().values("dispatch").annotate(last=Max("edition"))
    return {row["dispatch"]: row["last"] for row in rows}


def brief_rows(briefs: Sequence[WeeklyBrief], posts: Posts) -> list[dict[str, Any]]:
    """Briefs with the acts that are open to the reader: a constant number of statements."""
    newest = newest_editions(briefs)
    return [brief_row(brief, posts, newest[brief.dispatch_id] == brief.edition) for brief in briefs]


def brief_row(brief: WeeklyBrief, posts: Posts, newest: bool) -> dict[str, Any]:
    issued = None if brief.is_draft else brief.issued
    return {
        "id": brief.pk,
        "version": brief.version,
        "dispatch": brief.dispatch_id,
        "round": brief.dispatch.round_id,
        "year": brief.dispatch.year,
        "week": brief.dispatch.week,
        "edition": brief.edition,
        "reason": brief.reason,
        "status": brief.status,
        "status_label": BriefStatus(brief.status).label,
        "digest": brief.digest,
        **brief.typed,
        "drawn_up_at": brief.drawn_up_at,
        "drawn_up_by_name": brief.drawn_up_by_name,
        "issued_at": issued.issued_at if issued else None,
        "issued_by_name": issued.issued_by_name if issued else "",
        "filename": issued.filename if issued else "",
        "size": issued.size if issued else None,
        "sha256": issued.sha256 if issued else "",
        "docx": f"/api/v1/weekly-briefs/{brief.pk}/docx/",
        "available_acts": acts_on(brief, posts, newest),
        "figures": brief.figures,
    }
