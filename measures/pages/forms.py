"""What the forms on the pages of measures and sub-issues start with, and what they show again after a refusal."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from issues.models import Round
from issues.states import Kind
from rectify.web import field_names
from rectify.web.stored_files import FILE_TYPES
from rectify.workflow.signing import Outcome

from ..closing import missing_kinds, seen_digest, what_is_missing
from ..inputs import OUTCOME_UNITS, ClosureInput
from ..models import ClosingRules, EvidenceKind, Measure, MeasureHistory
from ..parties import concern_of, pending_request
from ..states import MeasureStatus
from .deadline_forms import ACTS as DEADLINE_ACTS
from .deadline_forms import form_of, why_returned
from .filled import Filled
from .minutes import REPORTS
from .papers import paper_fields

# The acts with whose forms something can be returned.
RETURNING = ("sign", "return")
FIELD_NAMES = {
    **field_names.FIELD_NAMES,
    "note": gettext_lazy("How it was completed"),
    "instead_of": gettext_lazy("File to replace"),
    "result": gettext_lazy("Accepted as"),
    "criteria": gettext_lazy("Acceptance criteria"),
    "signer": gettext_lazy("Who signed"),
    "signed_on": gettext_lazy("Signed on"),
    "participants": gettext_lazy("Who took part"),
    "finding": gettext_lazy("What the superior found"),
    "found_on": gettext_lazy("Day of the finding"),
    "paper": gettext_lazy("Number of the superior's paper"),
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


def plain_form(filled: Filled, act: str, round_: Round) -> dict[str, Any]:
    """What every form of an act has: values, errors, the round's stock reasons, and what may be uploaded."""
    sent = filled if filled.act == act else Filled(act)
    errors, chosen = in_own_words(sent), sent.values.get("chosen", ())
    return {
        "act": act,
        "values": sent.values if sent.refusal else {},
        "errors": errors,
        "error_lines": error_lines(errors, "act"),
        "stock": [(text, text in chosen) for text in (return_reasons(round_) if act in RETURNING else ())],
        "upload": upload_limits(),
    }


def in_own_words(sent: Filled) -> Mapping[str, list[Any]]:
    """The errors of a form; where a reason is chosen or written, both are named."""
    lacks = sent.act == "return" and "reason" in sent.errors and not sent.values.get("chosen")
    if lacks and not str(sent.values.get("reason", "")).strip():
        return {**sent.errors, "reason": [_("Choose or write why it is returned.")]}
    return sent.errors


def return_reasons(round_: Round) -> list[str]:
    """The stock reasons for returning a request, in the office's words."""
    rules = ClosingRules.objects.filter(round=round_).first()
    return list(rules.return_reasons) if rules else []


def fields_for(measure: Measure, act: str, filled: Filled, on: date) -> dict[str, Any]:
    """The form of an act on a measure; empty where no act is chosen."""
    if not act:
        return {}
    form = plain_form(filled, act, measure.sub_issue.round)
    form["percent"] = measure.kind != Kind.LONG_TERM
    if act in ("sign", "register_signature"):
        request = pending_request(measure)
        form |= paper_fields(request, concern_of(measure), on)
        form["digest"] = seen_digest(measure, request)
        form["missing"] = what_is_missing(measure)
    if act == "request_closure":
        form |= asked_before(measure) if not form["values"] else {}
        form["missing"] = what_is_missing(measure)
        form |= _kinds_asked_for(measure, form["values"])
        form["outcomes"] = outcome_fields(form)
    elif act in ("add_evidence", "replace_evidence"):
        form["kinds"] = [("", _("by the kind of file")), *EvidenceKind.choices]
    elif act == "report_progress":
        form["values"] = form["values"] or {"progress": measure.progress}
    elif act in DEADLINE_ACTS:
        form |= form_of(measure, act, form, on)
    elif act == "correct":
        _choose_report(measure, form, filled.values.get("replaces", ""))
    return form


def _kinds_asked_for(measure: Measure, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a file that comes with the request may be; where the round wants kinds, whoever uploads says which."""
    lacking = missing_kinds(measure, set(measure.evidence.standing().values_list("kind", flat=True)))
    guess = [] if lacking else [("", _("by the kind of file"))]
    first = sorted(EvidenceKind.choices, key=lambda choice: choice[0] not in lacking)
    return {"kinds": [*guess, *first], "kind": values.get("kind", lacking[0] if lacking else "")}


def asked_before(measure: Measure) -> dict[str, Any]:
    """What stood in the request that was returned or recalled, or in the note with which it was completed since."""
    last = measure.closure_requests.order_by("-pk").first()
    if last is not None and last.outcome in (Outcome.RETURNED, Outcome.RECALLED):
        values = {"note": last.note, **{f"outcome-{name}": value for name, value in last.outcomes.items()}}
        return {"values": values, "returned": why_returned(last)}
    if measure.status != MeasureStatus.COMPLETED:
        return {}
    done = measure.history.filter(action="complete").order_by("-sequence").first()
    return {"values": {"note": done.payload.get("note", "")}} if done is not None else {}


def outcome_fields(form: dict[str, Any]) -> list[dict[str, Any]]:
    """The quantities as they were typed, each told whether it is the wrong one; the error leads to the first such."""
    fields = [
        {"name": name, "unit": unit, "value": (typed := form["values"].get(f"outcome-{name}", "")), "wrong": False}
        | ({"wrong": wrong_quantity(name, typed)} if "outcomes" in form["errors"] else {})
        for name, unit in OUTCOME_UNITS.items()
    ]
    first = next((f"#act-outcome-{field['name']}" for field in fields if field["wrong"]), "")
    for line in form["error_lines"]:
        if first and line["url"] == f"#act-{INPUT_OF['outcomes']}":
            line["url"] = first
    return fields


def wrong_quantity(name: str, typed: str) -> bool:
    """Whether a quantity that was typed is none that an outcome may have."""
    if not typed.strip():
        return False
    outcomes = {"note": "-", "version": 1, "outcomes": {name: typed.strip()}}
    return not ClosureInput(data=outcomes).is_valid()


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
