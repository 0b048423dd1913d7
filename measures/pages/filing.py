"""An act and the files that come with it, saved together or not at all."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from rectify.web.stored_files import Received, receive
from rectify.workflow.acts import Act
from rectify.workflow.refusals import Invalid, Refusal

from .. import closing, services
from ..evidence import add_evidence, likely_kind
from ..models import Evidence, EvidenceKind, Measure

MAX_FILES = 20
FIELDS = ("title", "kind", "dated_on", "replaces")


def add_files(
    act: Act, measure_id: int, files: Sequence[Received], fields: Mapping[str, Any] | None = None
) -> list[Evidence]:
    """Adds files one after the other; a single refused one refuses all. Call it inside a transaction.

    Args:
        fields: title, of the only file, or what stands before the name of each of several, the bare name where empty;
            kind, one for all, by the file's ending where empty; dated_on; replaces.
    """
    given = {name: value for name, value in (fields or {}).items() if name in FIELDS}
    if len(files) > MAX_FILES:
        raise Invalid(errors={"file": [_("At most %(count)d files at a time.") % {"count": MAX_FILES}]})
    if given.get("replaces") and len(files) > 1:
        raise Invalid(errors={"file": [_("One file takes the place of one; choose a single file.")]})
    added = []
    for file in files:
        name = Path((file.upload.name or "").replace("\\", "/")).name
        bare, title = Path(name).stem[:150] or name, given.get("title", "")
        words = bare if not title else title if len(files) == 1 else f"{title}：{bare}"
        likely = likely_kind(name)
        data = {**given, "title": words, "kind": given.get("kind") or likely}
        try:
            added.append(add_evidence(act, measure_id, data, file))
        except Refusal as refusal:
            raise _naming(refusal, name, many=len(files) > 1) from refusal
    return added


def add_chosen_files(
    act: Act, measure_id: int, files: Sequence[UploadedFile], fields: Mapping[str, Any]
) -> list[Evidence]:
    """The same for a form whose only purpose is its files: none is refused, after the checks of role and state."""
    if files:
        received = received_files(files)
        with transaction.atomic():
            return add_files(act, measure_id, received, fields)
    given = {name: value for name, value in fields.items() if name == "replaces"}
    try:
        return [add_evidence(act, measure_id, {**given, "title": "-", "kind": EvidenceKind.OTHER}, None)]
    except Invalid as refusal:
        raise Invalid(errors={"file": [_("Please choose a file.")]}) from refusal


def received_files(files: Sequence[UploadedFile]) -> list[Received]:
    """Looks into files before anything is locked; no more of them than are taken."""
    return [receive(file) for file in files[: MAX_FILES + 1]]


def _naming(refusal: Refusal, name: str, many: bool) -> Refusal:
    """The refusal, saying which of several files it is about."""
    if many and "file" in refusal.errors:
        refusal.errors["file"] = [f"{name[:80]}：{message}" for message in refusal.errors["file"]]
    return refusal


def report_with_files(act: Act, measure_id: int, data: Mapping[str, Any], files: Sequence[UploadedFile]) -> Measure:
    """Reports progress and adds the files that prove it; see `services.report_progress`."""
    received = received_files(files)
    with transaction.atomic():
        measure = services.report_progress(act, measure_id, data)
        add_files(act, measure_id, received)
        return measure


def request_closure_with_files(
    act: Act, measure_id: int, data: Mapping[str, Any], files: Sequence[UploadedFile]
) -> Measure:
    """Adds the last files, of the kind that `data` names, then asks for closing; see `closing.request_closure`."""
    received = received_files(files)
    with transaction.atomic():
        add_files(act, measure_id, received, {"kind": data.get("kind", "")})
        return closing.request_closure(act, measure_id, data)
