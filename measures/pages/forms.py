"""What the forms on the pages of measures and sub-issues start with, and what they show again after a refusal."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from issues.states import Kind

from ..closing import what_is_missing
from ..evidence import FILE_TYPES
from ..inputs import OUTCOME_UNITS
from ..models import EvidenceKind, Measure, MeasureHistory
from .filled import Filled
from .minutes import REPORTS

STOCK_REASONS = (
    gettext_lazy("The evidence does not suffice; please add to it."),
    gettext_lazy("What was done is not said in particular; please write down steps and results."),
    gettext_lazy("It does not match what the measure asks; please answer it point by point."),
)
FIELD_NAMES = {
    "progress": gettext_lazy("Progress"),
    "done": gettext_lazy("What was done"),
    "next_step": gettext_lazy("Next step"),
    "difficulty": gettext_lazy("Difficulties"),
    "happened_on": gettext_lazy("Day of the report"),
    "note": gettext_lazy("How it was completed"),
    "comment": gettext_lazy("Comment"),
    "reason": gettext_lazy("Reason"),
    "outcomes": gettext_lazy("Outcomes"),
    "evidence": gettext_lazy("Evidence"),
    "file": gettext_lazy("Files"),
    "title": gettext_lazy("Title"),
    "kind": gettext_lazy("Kind"),
    "replaces": gettext_lazy("Entry to correct"),
    "result": gettext_lazy("Accepted as"),
    "version": gettext_lazy("Version"),
}
# Which input an error is about, where it does not carry the field's own name.
INPUT_OF = {"evidence": "file", "outcomes": "outcome-rules"}


def upload_limits() -> dict[str, Any]:
    """What may be uploaded, for the `upload` component."""
    megabytes = settings.EVIDENCE_MAX_BYTES // (1024 * 1024)
    kinds = " ".join(ending.removeprefix(".") for ending in FILE_TYPES)
    return {
        "accept": ",".join(FILE_TYPES),
        "max_bytes": settings.EVIDENCE_MAX_BYTES,
        "help": _("Up to %(megabytes)d MB each: %(kinds)s.") % {"megabytes": megabytes, "kinds": kinds},
    }


def error_lines(errors: Mapping[str, list[Any]], prefix: str) -> list[dict[str, Any]]:
    """Field errors for the `form_errors` component, each with a link to its field."""
    return [
        {
            "label": FIELD_NAMES.get(name, name),
            "url": f"#{prefix}-{INPUT_OF.get(name, name)}",
            "text": "；".join(str(message) for message in messages),
        }
        for name, messages in errors.items()
        if name not in ("version", "form")
    ]


def plain_form(filled: Filled, act: str) -> dict[str, Any]:
    """What every form of an act has: values, errors, the quick reasons, and what may be uploaded."""
    sent = filled if filled.act == act else Filled(act)
    errors = sent.errors
    return {
        "act": act,
        "values": sent.values if sent.refusal else {},
        "errors": errors,
        "error_lines": error_lines(errors, "act"),
        "stock": [(text, str(text) in sent.values.get("chosen", ())) for text in STOCK_REASONS],
        "upload": upload_limits(),
    }


def fields_for(measure: Measure, act: str, filled: Filled) -> dict[str, Any]:
    """The form of an act on a measure; empty where no act is chosen."""
    if not act:
        return {}
    form = plain_form(filled, act)
    form["percent"] = measure.kind != Kind.LONG_TERM
    if act == "request_closure":
        form["missing"] = what_is_missing(measure)
        form["outcomes"] = [
            (name, unit, form["values"].get(f"outcome-{name}", "")) for name, unit in OUTCOME_UNITS.items()
        ]
    elif act == "add_evidence":
        form["kinds"] = [("", _("by the kind of file")), *EvidenceKind.choices]
    elif act == "report_progress":
        form["values"] = form["values"] or {"progress": measure.progress}
    elif act == "correct":
        _choose_report(measure, form, filled.values.get("replaces", ""))
    return form


def _choose_report(measure: Measure, form: dict[str, Any], chosen: Any) -> None:
    """The reports that can be corrected, and the values of the chosen one."""
    reports = list(measure.history.counting().filter(action__in=REPORTS).order_by("-happened_on", "-place")[:200])
    form["reports"] = [(row.sequence, _report_in_short(row)) for row in reports]
    row = next((row for row in reports if str(row.sequence) == str(chosen)), reports[0] if reports else None)
    form["row"] = row
    if row is not None and not form["values"]:
        new = row.payload.get("new", {})
        form["values"] = {
            "replaces": row.sequence,
            "progress": new.get("progress"),
            "done": new.get("work_done", ""),
            "next_step": new.get("next_step", ""),
            "difficulty": new.get("difficulty", ""),
            "happened_on": row.happened_on.isoformat(),
        }


def _report_in_short(row: MeasureHistory) -> str:
    new = row.payload.get("new", {})
    words = str(new.get("work_done", "")).replace("\n", " ")
    progress = "" if new.get("progress") is None else f" {new['progress']}%"
    return f"{row.happened_on}{progress} {words[:24]}{'…' if len(words) > 24 else ''}"
