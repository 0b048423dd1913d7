"""Evidence: added, replaced by a newer version, withdrawn with a reason; never changed, and never deleted."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from rectify.organization.models import Role, RoleAssignment
from rectify.organization.posts import Posts
from rectify.web.stored_files import Received, mark_of_title, receive, store
from rectify.workflow.acts import Act
from rectify.workflow.guards import ChosenFile, IdField, TextField, validated
from rectify.workflow.refusals import Forbidden, Invalid, NotFound, WrongState

from .acting import MeasureStep
from .closing import evidence_changed
from .look_back.acting import Beside
from .models import Evidence, EvidenceKind, EvidenceMark

# The founding of the republic; an earlier day is a slip of the hand.
FIRST_DAY = date(1949, 10, 1)
OPTIONAL = ("dated_on", "replaces")
# What a file most likely is, by its ending; whoever uploads it by itself says what it is.
LIKELY_KINDS = {
    ".png": EvidenceKind.PHOTO,
    ".jpg": EvidenceKind.PHOTO,
    ".jpeg": EvidenceKind.PHOTO,
    ".xls": EvidenceKind.LEDGER,
    ".xlsx": EvidenceKind.LEDGER,
    ".csv": EvidenceKind.LEDGER,
}
NOT_YOURS = gettext_lazy(
    "Only the department that uploaded it, or the rectification office, may replace or withdraw this file."
)


class EvidenceInput(serializers.Serializer):
    """A file that proves something about a measure."""

    measure = IdField()
    title = TextField(max_length=200)
    kind = serializers.ChoiceField(choices=EvidenceKind.choices)
    file = ChosenFile()
    dated_on = serializers.DateField(
        required=False, help_text="The day that the document itself bears, from 1949-10-01 to today."
    )
    replaces = IdField(required=False, help_text="The file of which this one is a newer version.")


class WithdrawInput(serializers.Serializer):
    reason = TextField(max_length=2000)
    version = serializers.IntegerField(required=False, min_value=1, help_text="The version of the measure you saw.")


def add_evidence(act: Act, measure_id: int, data: Mapping[str, Any], file: UploadedFile | Received | None) -> Evidence:
    """Adds a file to a measure, or a newer version of one that stands there.

    A file that is only added leaves the measure's version: a form open beside it stays good. One that takes the place
    of another voids the signatures that were bound to that one.

    Args:
        data: title, kind; dated_on; replaces, the id of the file of which this is a newer version.

    Raises:
        Invalid: the file is missing, empty, of a refused kind, marked as secret, or not what its name says; the other
            file is no standing one of this measure. Forbidden: it is another department's. TooLarge: over the limit.
    """
    received = receive(file) if isinstance(file, UploadedFile) else file
    given = {name: value for name, value in data.items() if name not in OPTIONAL or value not in ("", None)}
    with transaction.atomic():
        step = MeasureStep("replace_evidence" if "replaces" in given else "add_evidence", act, measure_id, {})
        old = _standing(step, given.get("replaces"))
        upload = received.upload if received else None
        values = validated(EvidenceInput, {**given, "measure": measure_id, "file": upload})
        return _added(step, values, received, old)  # type: ignore[arg-type]


def _standing(step: MeasureStep, number: Any) -> Evidence | None:
    """The file that is to be replaced, where it may be. Raises Forbidden for another department's."""
    if number is None or not str(number).isascii() or not str(number).isdigit() or len(str(number)) > 18:
        return None
    found = step.measure.evidence.standing().filter(pk=int(number)).first()
    if found is not None:
        require_own(step, found)
    return found


def _added(step: MeasureStep, values: Mapping[str, Any], received: Received, old: Evidence | None) -> Evidence:
    """The new row and its row of history. Raises Invalid, TooLarge."""
    if "replaces" in values and old is None:
        raise Invalid(errors={"replaces": [_("Choose a file of this measure that still stands.")]})
    evidence = new_evidence(step, values, received, replaces=old)
    step.write({}, new_version=old is not None, extra=_facts_of_added(step, evidence, old))
    return evidence


def new_evidence(step: MeasureStep | Beside, values: Mapping[str, Any], received: Received, **links: Any) -> Evidence:
    """The row of a new file, and the file in its place; the act writes its own row of history.

    Args:
        values: title, kind, dated_on, as validated.
        links: what the file replaces, or the remark that it answers.

    Raises:
        Invalid, TooLarge: nothing is stored then.
    """
    act, dated_on = step.act, values.get("dated_on")
    if dated_on is not None:
        require_plausible_day(dated_on, act.on)
    if received.refusal is not None:
        raise received.refusal
    marks = {received.mark, mark_of_title(values["title"])}
    return Evidence.objects.create(
        measure=step.measure,
        kind=values["kind"],
        title=values["title"],
        filename=received.filename,
        content_type=received.content_type,
        size=received.upload.size or 0,
        sha256=store(received.upload),
        dated_on=dated_on,
        mark=next((mark for mark in (EvidenceMark.WORK_SECRET, EvidenceMark.INTERNAL) if mark in marks), ""),
        uploaded_by=act.actor,
        uploaded_by_name=step.who[0],
        uploaded_on=act.on,
        uploaded_at=act.clock(),
        **links,
    )


def require_plausible_day(dated_on: date, today: date) -> None:
    """Raises Invalid for a day that no paper of this country's bears."""
    if dated_on > today:
        raise Invalid(errors={"dated_on": [_("This day lies in the future.")]})
    if dated_on < FIRST_DAY:
        raise Invalid(
            errors={"dated_on": [_("Papers bear a day from 1 October 1949 on; please look at the year again.")]}
        )


def _facts_of_added(step: MeasureStep, evidence: Evidence, old: Evidence | None) -> dict[str, Any]:
    """What history keeps of a new file, and of what it replaces."""
    added = {"evidence": facts_of_new(evidence)}
    return added if old is None else {**added, "instead_of": facts_of(old), **evidence_changed(step)}


def facts_of_new(evidence: Evidence) -> dict[str, Any]:
    """What a row of history that adds a file keeps of it."""
    facts: dict[str, Any] = {**facts_of(evidence), "size": evidence.size}
    if evidence.dated_on:
        facts["dated_on"] = evidence.dated_on.isoformat()
    if evidence.mark:
        facts["mark"] = evidence.mark
    return facts


def likely_kind(filename: str) -> EvidenceKind:
    """What a file most likely is."""
    return LIKELY_KINDS.get(Path(filename).suffix.lower(), EvidenceKind.DOCUMENT)


def facts_of(evidence: Evidence) -> dict[str, Any]:
    """Which file a row of history is about."""
    names = ("title", "filename", "sha256")
    return {"id": evidence.pk, **{name: getattr(evidence, name) for name in names}}


def withdraw_evidence(act: Act, evidence_id: int, data: Mapping[str, Any]) -> Evidence:
    """Withdraws a file: it stays to be seen, struck, and counts no more. `data`: reason, version (of the measure).

    Signatures under review that were bound to it become void.

    Raises:
        NotFound, Forbidden (another department's), Stale, WrongState (it counts no more already), Invalid.
    """
    with transaction.atomic():
        measure_id = Evidence.objects.filter(pk=evidence_id).values_list("measure", flat=True).first()
        if measure_id is None:
            raise NotFound()
        step = MeasureStep("withdraw_evidence", act, measure_id, data)
        found = Evidence.objects.select_related("replaced_by").get(pk=evidence_id)
        require_own(step, found)
        if not found.standing:
            raise WrongState(_("This file was withdrawn or replaced already."), current=step.measure)
        values = validated(WithdrawInput, data)
        found.withdrawn_by, found.withdrawn_by_name, found.withdrawn_on = act.actor, step.who[0], act.on
        found.withdrawn_why = values["reason"]
        found.save(update_fields=["withdrawn_by", "withdrawn_by_name", "withdrawn_on", "withdrawn_why"])
        step.write({}, extra={"evidence": facts_of(found), **evidence_changed(step)}, reason=values["reason"])
        return found


def require_own(step: MeasureStep, evidence: Evidence) -> None:
    """Raises Forbidden unless the actor may replace or withdraw this file."""
    departments = departments_of_uploaders([evidence])[evidence.pk]
    if not is_own(departments, step.posts, step.parties):
        raise Forbidden(NOT_YOURS)


def is_own(departments: Collection[int], posts: Posts, parties: Collection[str]) -> bool:
    """Whether a person may replace or withdraw a file that somebody of these departments uploaded."""
    return "office" in parties or not posts.department_ids().isdisjoint(departments)


def departments_of_uploaders(files: Iterable[Evidence]) -> dict[int, frozenset[int]]:
    """File -> the departments for which whoever uploaded it was liaison or head on that day. One statement."""
    listed = list(files)
    uploaders = {file.uploaded_by_id for file in listed}
    posts = RoleAssignment.objects.filter(user__in=uploaders, role__in=(Role.LIAISON, Role.HEAD))
    rows = list(posts.values_list("user", "department", "valid_from", "valid_until"))
    return {
        file.pk: frozenset(
            department
            for user, department, begins, ends in rows
            if user == file.uploaded_by_id
            and (begins is None or begins <= file.uploaded_on)
            and (ends is None or ends >= file.uploaded_on)
        )
        for file in listed
    }
