"""Measures and all that belongs to one: history, requests and signatures, evidence, deadlines, second looks."""

from .closing import ClosingRules, ClosureRequest, ClosureSignature, ClosureStep, WantedEvidence
from .deadlines import (
    DeadlineChange,
    DeadlineStep,
    Extension,
    ExtensionSignature,
    LongTermRequest,
    LongTermSignature,
)
from .evidence import Evidence, EvidenceKind, EvidenceMark
from .look_back import Finding, LookBack, LookBackItem, Remark, RemarkState
from .measure import HISTORY_TABLES, HistoryCheck, Measure, MeasureHistory

__all__ = [
    "HISTORY_TABLES",
    "ClosingRules",
    "ClosureRequest",
    "ClosureSignature",
    "ClosureStep",
    "DeadlineChange",
    "DeadlineStep",
    "Evidence",
    "EvidenceKind",
    "EvidenceMark",
    "Extension",
    "ExtensionSignature",
    "Finding",
    "HistoryCheck",
    "LongTermRequest",
    "LongTermSignature",
    "LookBack",
    "LookBackItem",
    "Measure",
    "MeasureHistory",
    "Remark",
    "RemarkState",
    "WantedEvidence",
]
