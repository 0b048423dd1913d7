"""Rows of history as the minutes of a meeting: who did what on which day, why, and what it changed."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from issues.models import SubIssueHistory
from issues.states import SUB_ISSUE_TRANSITIONS, SubIssueStatus, SuperiorFinding
from rectify.workflow.history import HistoryQuerySet, HistoryRow
from rectify.workflow.signing import Signer
from rectify.workflow.transitions import TransitionTable

from ..inputs import OUTCOME_UNITS
from ..models import MeasureHistory
from ..standing import in_words
from ..states import MEASURE_TRANSITIONS, MeasureStatus
from .look_back_words import LOOK_BACK_SENTENCES
from .shown_evidence import links
from .signed_where import Beside, Key, beside, key_of

Line = dict[str, Any]

REPORTS = ("report_progress", "correct")
OF_EVIDENCE = ("add_evidence", "replace_evidence", "withdraw_evidence")
FIELD_LABELS: Mapping[str, Any] = {
    "status": gettext_lazy("Status"),
    "progress": gettext_lazy("Progress"),
    "work_done": gettext_lazy("What was done"),
    "next_step": gettext_lazy("Next step"),
    "difficulty": gettext_lazy("Difficulties"),
    "content": gettext_lazy("Measure"),
    "due_on": gettext_lazy("Deadline"),
    "stage_goal": gettext_lazy("Stage goal"),
    "review_on": gettext_lazy("Next review"),
    "superior_finding": gettext_lazy("Superior's finding"),
    "superior_found_on": gettext_lazy("Day of the finding"),
    "superior_paper": gettext_lazy("Number of the superior's paper"),
}
# A first one stands in the sentence; beside it is told what it replaced.
OF_SUPERIOR = ("superior_finding", "superior_found_on", "superior_paper")


def with_corrections(rows: HistoryQuerySet) -> HistoryQuerySet:
    """Rows, newest first, each with `replaced_by`: the sequence of the row that corrects it."""
    corrections = rows.model._base_manager.filter(replaces=OuterRef("pk")).order_by("sequence")
    return rows.annotate(replaced_by=Subquery(corrections.values("sequence")[:1])).order_by("-happened_on", "-sequence")


def minutes(rows: Iterable[HistoryRow], prefix: str = "entry", where: Mapping[Key, Beside] | None = None) -> list[Line]:
    """Rows as lines of minutes, in the order given. Files added by the same act stand with the act.

    Args:
        rows: rows of one subject as `with_corrections` gives them.
        prefix: makes the anchors of two timelines on one page differ.
        where: what `beside` tells of the rows; read here where it is not given.
    """
    listed = list(rows)
    where = beside(listed) if where is None else where
    acts = {row.act_id for row in listed if row.action not in OF_EVIDENCE}
    files: dict[Any, list[Line]] = {}
    for row in listed:
        if row.action == "add_evidence" and row.act_id in acts:
            files.setdefault(row.act_id, []).append(_file(row))
    return [
        _line(row, prefix, files.get(row.act_id, [])) | _where(where.get(key_of(row), {}), files.get(row.act_id, []))
        for row in listed
        if row.action != "add_evidence" or row.act_id not in acts
    ]


def _line(row: HistoryRow, prefix: str, files: list[Line]) -> Line:
    replaced_by = getattr(row, "replaced_by", None)
    return {
        "anchor": f"{prefix}-{row.sequence}",
        "happened_on": row.happened_on,
        "recorded_on": timezone.localtime(row.recorded_at),
        "late": row.entered_late,
        "actor": row.actor_name,
        "department": row.department_name if row.department_name != row.actor_name else "",
        "sentence": sentence(row),
        "reason": row.reason or row.payload.get("note") or row.payload.get("comment") or "",
        "changes": changes(row),
        "evidence": [_file(row)] if row.action in OF_EVIDENCE else files,
        "hash": row.hash,
        "sequence": row.sequence,
        "struck_by": replaced_by,
        "struck_by_anchor": f"{prefix}-{replaced_by}",
        "corrects": row.payload.get("replaces"),
        "corrects_anchor": f"{prefix}-{row.payload.get('replaces')}",
    }


def _where(told: Beside, files: list[Line]) -> Line:
    """The scan beside the files of the act, and the meeting."""
    more: Line = {"evidence": [*told["evidence"], *files]} if "evidence" in told else {}
    return more | {"meeting": told.get("meeting")}


def _file(row: HistoryRow) -> Line:
    facts = row.payload.get("evidence", {})
    return {
        "title": facts.get("title", ""),
        # The way to the file itself stands beside the evidence; here it would be repeated with every entry.
        **links(facts.get("id", 0), facts.get("filename", "")),
        "download_url": "",
        "name": facts.get("filename", ""),
        "bytes": facts.get("size"),
        "dated_on": parse_date(facts.get("dated_on", "")),
        "withdrawn": row.action == "withdraw_evidence",
    }


def sentence(row: HistoryRow) -> str:
    """What was done, as a secretary would write it down after the person's name."""
    written = SENTENCES[type(row)].get(row.action)
    if written is not None:
        return written(row)
    table = _table(row)
    return str(table.label(row.action)) if row.action in table.transitions else row.action


def _table(row: HistoryRow) -> TransitionTable:
    return SUB_ISSUE_TRANSITIONS if isinstance(row, SubIssueHistory) else MEASURE_TRANSITIONS


def _reported(row: HistoryRow) -> str:
    progress = row.payload.get("new", {}).get("progress")
    if progress is None:
        return _("reported progress.")
    return _("reported progress: %(progress)d%% done.") % {"progress": progress}


def _closure_requested(row: HistoryRow) -> str:
    count = len(row.payload.get("evidence", {}).get("files", []))
    return ngettext(
        "requested closure, with %(count)d piece of evidence.",
        "requested closure, with %(count)d pieces of evidence.",
        count,
    ) % {"count": count}


def _acceptance_requested(row: HistoryRow) -> str:
    if row.payload.get("result") == SubIssueStatus.SUSTAINED:
        return _("requested acceptance: intensive rectification completed, continuing.")
    return _("requested acceptance, to be closed.")


def signed_words(row: HistoryRow) -> str:
    """That a step was signed, by whom in whose place, without the end of the sentence."""
    step = {"step": row.payload.get("step", 0), "of": row.payload.get("of", 0)}
    # A leader signs (签批); the leading group decides (审定); a head or the office checks (审核).
    if row.payload.get("signed_as") == Signer.LEADER:
        words = _("signed, step %(step)d of %(of)d") % step
    elif row.payload.get("signed_as") == Signer.CHAIR:
        words = _("decided in favour, step %(step)d of %(of)d") % step
    else:
        words = _("checked and agreed, step %(step)d of %(of)d") % step
    if place := row.payload.get("acting_for"):
        words = _("%(signed)s, in place of %(name)s") % {"signed": words, "name": place}
    if row.payload.get("on_paper"):
        facts = {"signed": words, "name": row.payload.get("signer", ""), "day": _day(row.payload.get("signed_on"))}
        words = _("entered the signature that %(name)s gave on paper on %(day)s: %(signed)s") % facts
    return words


def _signed(row: HistoryRow) -> str:
    words = signed_words(row)
    ends: dict[str, str] = {
        MeasureStatus.CLOSED: _("%(signed)s; closed with this."),
        SubIssueStatus.SUSTAINED: _("%(signed)s; accepted, work continues."),
    }
    return (ends.get(row.to_status) or _("%(signed)s.")) % {"signed": words}


def _extension_requested(row: HistoryRow) -> str:
    day = _day(row.payload.get("due_on"))
    if row.payload.get("overdue"):
        return _("requested, when the measure was overdue, an extension until %(day)s.") % {"day": day}
    return _("requested an extension until %(day)s.") % {"day": day}


def _long_term_requested(row: HistoryRow) -> str:
    words = _("requested moving to long term, next review on %(day)s; stage goal: %(goal)s")
    return words % {"day": _day(row.payload.get("review_on")), "goal": row.payload.get("stage_goal", "")}


def _signed_extension(row: HistoryRow) -> str:
    return _("%(signed)s, on the extension.") % {"signed": signed_words(row)}


def _signed_long_term(row: HistoryRow) -> str:
    return _("%(signed)s, on moving to long term.") % {"signed": signed_words(row)}


def _granted(row: HistoryRow) -> str:
    words = {"signed": signed_words(row)}
    if row.action == "sustain":
        return _("%(signed)s; moved to long term with this.") % words
    return _("%(signed)s; with this the deadline is extended until %(day)s.") % (
        words | {"day": _day(row.payload.get("new", {}).get("due_on"))}
    )


def _stage_reviewed(row: HistoryRow) -> str:
    if row.payload.get("met"):
        return _("reviewed the stage: its goal is met.")
    return _("reviewed the stage: its goal is not met; the measure is to be rectified again.")


def _day(kept: str | None) -> str:
    """A kept day as it stands in a sentence."""
    day = parse_date(kept or "")
    return in_words(day) if day else ""


def _evidence_replaced(row: HistoryRow) -> str:
    words = _("uploaded a newer version in place of “%(title)s”") % row.payload.get("instead_of", {"title": ""})
    return _with_void(words, row)


def _evidence_withdrawn(row: HistoryRow) -> str:
    return _with_void(_("withdrew “%(title)s”") % row.payload.get("evidence", {"title": ""}), row)


def _with_void(words: str, row: HistoryRow) -> str:
    """What was done to evidence, and whose signatures became void by it."""
    if names := row.payload.get("void"):
        facts = {"done": words, "names": pgettext("between names", ", ").join(names)}
        return _("%(done)s; with this the signatures of %(names)s are void.") % facts
    return _("%(done)s.") % {"done": words}


def _of_week(row: HistoryRow) -> dict[str, Any]:
    return {"week": row.payload.get("week", "")}


def _superior_found(row: HistoryRow) -> str:
    new = row.payload.get("new", {})
    facts = {"day": _day(new.get("superior_found_on")), "paper": new.get("superior_paper", "")}
    if new.get("superior_finding") == SuperiorFinding.SENT_BACK:
        return _("recorded the superior's finding of %(day)s (%(paper)s): sent back for rectification.") % facts
    return _("recorded the superior's finding of %(day)s (%(paper)s): accepted.") % facts


def _corrected(row: HistoryRow) -> str:
    return _("corrected entry %(number)d.") % {"number": row.payload.get("replaces", 0)}


SENTENCES: Mapping[type[HistoryRow], Mapping[str, Callable[[Any], str]]] = {
    MeasureHistory: {
        "draft": lambda row: _("entered the measure in the plan."),
        "report_progress": _reported,
        "correct": _corrected,
        "complete": lambda row: _("reported the measure as completed."),
        "request_closure": _closure_requested,
        "sign": _signed,
        "register_signature": _signed,
        "return": lambda row: _("returned the request for rework."),
        "recall": lambda row: _("recalled the request."),
        **LOOK_BACK_SENTENCES,
        "request_extension": _extension_requested,
        "sign_extension": _signed_extension,
        "register_signature_extension": _signed_extension,
        "return_extension": lambda row: _("returned the request for an extension; the deadline stays."),
        "recall_extension": lambda row: _("recalled the request for an extension."),
        "extend": _granted,
        "request_long_term": _long_term_requested,
        "sign_long_term": _signed_long_term,
        "register_signature_long_term": _signed_long_term,
        "return_long_term": lambda row: _("returned the request to move to long term."),
        "recall_long_term": lambda row: _("recalled the request to move to long term."),
        "sustain": _granted,
        "report_stage": lambda row: _("reported on the stage."),
        "confirm_report": lambda row: _("confirmed the report of week %(week)s.") % _of_week(row),
        "return_report": lambda row: _("returned the report of week %(week)s.") % _of_week(row),
        "recall_report": lambda row: _("took back the report of week %(week)s.") % _of_week(row),
        "ask_department": lambda row: _("asked a department to contribute in week %(week)s.") % _of_week(row),
        "contribute": lambda row: _("contributed to the report of week %(week)s.") % _of_week(row),
        "review_stage": _stage_reviewed,
        "add_evidence": lambda row: _("added evidence."),
        "replace_evidence": _evidence_replaced,
        "withdraw_evidence": _evidence_withdrawn,
    },
    SubIssueHistory: {
        "draft": lambda row: _("entered the sub-issue in the ledger."),
        "request_acceptance": _acceptance_requested,
        "sign": _signed,
        "register_signature": _signed,
        "return": lambda row: _("returned the request for rework."),
        "recall": lambda row: _("recalled the request."),
        "reopen": lambda row: _("reopened the sub-issue; it is to be rectified again."),
        "record_superior_finding": _superior_found,
    },
}


def changes(row: HistoryRow) -> list[Line]:
    """What the act changed: label, old and new value. A first entry in the plan changes nothing."""
    if row.action == "draft":
        return []
    new, old = row.payload.get("new", {}), row.payload.get("old", {})
    lines = []
    for name, label in FIELD_LABELS.items():
        reported = row.action in ("report_progress", "report_stage")
        if name not in new or (new[name] in (None, "") and reported):
            continue
        if name in OF_SUPERIOR and not old.get(name):
            continue
        # A report's words stand for themselves; a correction is read against what it corrects.
        before = None if reported and name not in ("status", "progress") else old.get(name)
        if before != new[name]:
            old_words = words_of(row, name, before) if before != "" else None
            lines.append({"label": label, "old": old_words, "new": words_of(row, name, new[name])})
    for name, quantity in row.payload.get("outcomes", {}).items():
        lines.append({"label": OUTCOME_UNITS.get(name, name), "old": None, "new": quantity})
    return lines


def words_of(row: HistoryRow, name: str, value: Any) -> Any:
    """A kept value in words; None stays None, an emptied text is a dash."""
    if value is None:
        return None
    if name == "status":
        statuses: Any = SubIssueStatus if isinstance(row, SubIssueHistory) else MeasureStatus
        return statuses(value).label if value in statuses.values else value
    if name == "superior_finding":
        return SuperiorFinding(value).label if value in SuperiorFinding.values else value
    if name == "progress":
        return f"{value}%"
    return value if value != "" else "—"
