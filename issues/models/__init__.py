"""The frame of a rectification, the acceptance of its parts, and the days by which things are to be reached."""

from .acceptance import (
    AcceptanceCriterion,
    AcceptanceMeeting,
    AcceptanceMeetingItem,
    AcceptanceRequest,
    AcceptanceSignature,
    AcceptanceStep,
    Paper,
)
from .frame import (
    HISTORY_TABLES,
    Finding,
    Heading,
    Round,
    RoundHistory,
    Source,
    SpecialPlan,
    SubIssue,
    SubIssueHistory,
)
from .milestone import Milestone

__all__ = [
    "HISTORY_TABLES",
    "AcceptanceCriterion",
    "AcceptanceMeeting",
    "AcceptanceMeetingItem",
    "AcceptanceRequest",
    "AcceptanceSignature",
    "AcceptanceStep",
    "Finding",
    "Heading",
    "Milestone",
    "Paper",
    "Round",
    "RoundHistory",
    "Source",
    "SpecialPlan",
    "SubIssue",
    "SubIssueHistory",
]
