"""Where a measure or a sub-issue stands, over the API: who has it, what is missing, why acts are not open."""

from datetime import date
from typing import Any

from rest_framework import serializers

from issues.models import SubIssue
from issues.services import available, parties_to
from rectify.organization.posts import Posts
from rectify.workflow.signing import Outcome, SigningRequest

from . import closure
from .closing import what_is_missing
from .models import Extension, Measure
from .present import present_of
from .standing import (
    changed_on,
    ready_words,
    waiting_since,
    waits_for,
    whose_turn_of_sub_issue,
)
from .why_not import why_nots_of_sub_issue


class StandingSerializer(serializers.Serializer):
    turn = serializers.CharField(help_text="who has it now and for how long, in a sentence")
    waits_for = serializers.CharField(allow_blank=True, help_text="whose signature is awaited; empty where none is")
    since = serializers.DateField(allow_null=True, help_text="with its present signer, or in its present state")
    days = serializers.IntegerField(allow_null=True, help_text="how many days that are")
    missing = serializers.ListField(
        child=serializers.CharField(), help_text="what asking for closure or acceptance still lacks"
    )
    why_nots = serializers.ListField(
        child=serializers.CharField(), help_text="why acts that you would expect are not open to you now"
    )


class ApprovedDeadlineSerializer(serializers.Serializer):
    """An extension that was granted."""

    extension = serializers.IntegerField()
    due_on = serializers.DateField()
    approved_on = serializers.DateField()
    approved_by = serializers.ListField(child=serializers.CharField())
    overdue = serializers.BooleanField(help_text="asked for after the deadline")


class MeasureStandingSerializer(StandingSerializer):
    original_due_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    extensions = serializers.IntegerField(help_text="how often it was extended")
    extensions_overdue = serializers.IntegerField(help_text="how many of them were asked for after the deadline")
    approved_deadlines = ApprovedDeadlineSerializer(many=True, help_text="oldest first")


class SubIssueStandingSerializer(StandingSerializer):
    total = serializers.IntegerField(help_text="measures that answer it")
    unsettled = serializers.IntegerField()


def measure_standing(measure: Measure, posts: Posts, on: date) -> dict[str, Any]:
    """Where a measure that `for_display` read stands for a reader: a constant number of statements."""
    now, changed = present_of(measure, posts, on), changed_on(measure)
    granted = now.deadlines.granted
    return {
        "turn": now.turn(changed, on),
        **_with_whom(now.request, measure, changed, on),
        "missing": [] if measure.is_settled else what_is_missing(measure),
        "why_nots": now.why_nots(),
        "original_due_on": measure.original_due_on,
        "due_on": measure.due_on,
        "extensions": len(granted),
        "extensions_overdue": sum(extension.overdue for extension in granted),
        "approved_deadlines": [_approved(extension) for extension in granted],
    }


def _approved(extension: Extension) -> dict[str, Any]:
    return {
        "extension": extension.pk,
        "due_on": extension.due_on,
        "approved_on": extension.ended_on,
        "approved_by": [signature.signer_name for signature in extension.signatures.all()],
        "overdue": extension.overdue,
    }


def _with_whom(
    request: SigningRequest | None, subject: Measure | SubIssue, changed: date | None, on: date
) -> dict[str, Any]:
    """Whose signature is awaited, since when and for how many days.

    Args:
        request: the newest one.
        changed: the day on which the state last changed.
    """
    signer = request.next_signer if request is not None else None
    since = waiting_since(request) if request is not None and signer else changed
    return {
        "waits_for": waits_for(signer, subject) if signer else "",
        "since": since,
        "days": (on - since).days if since else None,
    }


def sub_issue_standing(sub_issue: SubIssue, posts: Posts, on: date) -> dict[str, Any]:
    """The same for a sub-issue with its round, leader and department at hand."""
    newest = sub_issue.acceptance_requests.prefetch_related("signatures").order_by("-pk").first()
    pending = newest if newest is not None and newest.outcome == Outcome.PENDING else None
    parties, acts = parties_to(sub_issue, posts, pending), available(sub_issue, posts, pending)
    changed, readiness = changed_on(sub_issue), closure.readiness(sub_issue)
    return {
        "turn": whose_turn_of_sub_issue(sub_issue, newest, changed, on),
        **_with_whom(newest, sub_issue, changed, on),
        "missing": [] if readiness.ready else [ready_words(readiness)],
        "why_nots": why_nots_of_sub_issue(sub_issue, posts, parties, pending, acts),
        "total": readiness.total,
        "unsettled": readiness.unsettled,
    }
