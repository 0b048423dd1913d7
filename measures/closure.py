"""Closing a sub-issue, which needs both rooms: counts what answers it under its lock and tells `issues` by value."""

from collections.abc import Mapping
from typing import Any

from issues import services as issues
from issues.models import SubIssue
from issues.services import ClosureReadiness
from rectify.workflow.acts import Act

from .models import Measure
from .states import SETTLED


def readiness(sub_issue: SubIssue) -> ClosureReadiness:
    """How many measures answer the sub-issue and how many are unsettled. The caller holds the sub-issue's lock."""
    statuses = list(Measure.objects.filter(sub_issue=sub_issue).values_list("status", flat=True))
    return ClosureReadiness(len(statuses), sum(status not in SETTLED for status in statuses))


def request_acceptance(act: Act, sub_issue_id: int, data: Mapping[str, Any]) -> SubIssue:
    """Asks for acceptance of a sub-issue; see `issues.services.request_acceptance`."""
    return issues.request_acceptance(act, sub_issue_id, data, readiness)


def sign_acceptance(act: Act, sub_issue_id: int, data: Mapping[str, Any]) -> SubIssue:
    """Signs a step of the acceptance; see `issues.services.sign`."""
    return issues.sign(act, sub_issue_id, data, readiness)
