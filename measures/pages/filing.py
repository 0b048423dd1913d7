"""An act and the files that come with it, saved together or not at all."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from rectify.workflow.acts import Act
from rectify.workflow.refusals import Invalid, Refusal

from .. import closing, services
from ..evidence import add_evidence
from ..models import Evidence, EvidenceKind, Measure

# What a file most likely is, by its ending; whoever uploads it by itself says what it is.
LIKELY_KINDS = {
    ".png": EvidenceKind.PHOTO,
    ".jpg": EvidenceKind.PHOTO,
    ".jpeg": EvidenceKind.PHOTO,
    ".xls": EvidenceKind.LEDGER,
    ".xlsx": EvidenceKind.LEDGER,
    ".csv": EvidenceKind.LEDGER,
}
MAX_FILES = 20


@transaction.atomic
def add_files(
    act: Act, measure_id: int, files: Sequence[UploadedFile], title: str = "", kind: str = ""
) -> list[Evidence]:
    """Adds files one after the other; a single refused one refuses all.

    Args:
        title: of the only file, or what stands before the name of each of several; the bare name where empty.
        kind: one for all; by the file's ending where empty.
    """
    if len(files) > MAX_FILES:
        raise Invalid(errors={"file": [_("At most %(count)d files at a time.") % {"count": MAX_FILES}]})
    added = []
    for file in files:
        name = Path((file.name or "").replace("\\", "/")).name
        bare = Path(name).stem[:150] or name
        words = bare if not title else title if len(files) == 1 else f"{title}：{bare}"
        likely = LIKELY_KINDS.get(Path(name).suffix.lower(), EvidenceKind.DOCUMENT)
        try:
            added.append(add_evidence(act, measure_id, {"title": words, "kind": kind or likely}, file))
        except Refusal as refusal:
            raise _naming(refusal, name, many=len(files) > 1) from refusal
    return added


def add_chosen_files(act: Act, measure_id: int, files: Sequence[UploadedFile], title: str, kind: str) -> list[Evidence]:
    """The same for a form whose only purpose is its files: none is refused, after the checks of role and state."""
    if files:
        return add_files(act, measure_id, files, title, kind)
    try:
        return [add_evidence(act, measure_id, {"title": "-", "kind": EvidenceKind.OTHER}, None)]
    except Invalid as refusal:
        raise Invalid(errors={"file": [_("Please choose a file.")]}) from refusal


def _naming(refusal: Refusal, name: str, many: bool) -> Refusal:
    """The refusal, saying which of several files it is about."""
    if many and "file" in refusal.errors:
        refusal.errors["file"] = [f"{name[:80]}：{message}" for message in refusal.errors["file"]]
    return refusal


@transaction.atomic
def report_with_files(act: Act, measure_id: int, data: Mapping[str, Any], files: Sequence[UploadedFile]) -> Measure:
    """Reports progress and adds the files that prove it; see `services.report_progress`."""
    measure = services.report_progress(act, measure_id, data)
    add_files(act, measure_id, files)
    return measure


@transaction.atomic
def request_closure_with_files(
    act: Act, measure_id: int, data: Mapping[str, Any], files: Sequence[UploadedFile]
) -> Measure:
    """Adds the last files, then asks to strike the measure off against all of them; see `closing.request_closure`."""
    add_files(act, measure_id, files)
    return closing.request_closure(act, measure_id, data)
