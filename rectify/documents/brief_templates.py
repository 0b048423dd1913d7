"""The office's own template for the briefs of a round: uploaded, withdrawn; and the one to start from."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from issues.models import Round, RoundHistory
from measures.rules import round_to_configure
from rectify.organization.posts import Concern, Posts
from rectify.web.stored_files import Received, digest_of_file, receive, store
from rectify.workflow.acts import Act
from rectify.workflow.guards import ActInput, ChosenFile, validated
from rectify.workflow.history import Chain, Entry
from rectify.workflow.record import record
from rectify.workflow.refusals import Invalid, TooLarge, WrongState

from .brief_layout import BRIEF
from .brief_words import LISTS, NAMES
from .layout import placeholders
from .models import BriefTemplate
from .official import OfficialDocument
from .templates import LARGEST, Known, check_template

KNOWN = Known(NAMES, LISTS)
ENDING = ".docx"
STARTER_NAME = "周报模板.docx"
# What a trial is filled in with: two paragraphs in each text, a row in each list.
SAMPLE: dict[str, Any] = {name: f"{name}\n{name}" for name in NAMES} | {
    name: [{field: field for field in fields}] for name, fields in LISTS.items()
}


class TemplateInput(ActInput):
    file = ChosenFile()


def starter(made_at: datetime) -> bytes:
    """A template that lays a brief out as the built-in layout does and holds every known name of it."""
    document = OfficialDocument("周报模板", "", made_at)
    document.blocks(placeholders(BRIEF, [*NAMES]))
    return document.save()


def set_template(act: Act, round_id: int, data: Mapping[str, Any], file: UploadedFile | None) -> BriefTemplate:
    """Takes a template for the briefs of a round from now on, in place of an earlier one.

    Args:
        data: version (the round's).

    Raises:
        NotFound, Forbidden, Stale, WrongState; Invalid: no .docx, macros, an unknown name, a broken placeholder.
        TooLarge.
    """
    received = receive(file) if file is not None else None
    with transaction.atomic():
        round_ = round_to_configure(act, round_id, data)
        validated(TemplateInput, {**data, "file": file})
        _require_good(received)
        assert received is not None  # noqa: S101 -- its input asks for the file
        old = BriefTemplate.objects.filter(round=round_).first()
        who = Posts.of(act.actor, act.on).who(Concern(round_.organization_id))
        made, _new = BriefTemplate.objects.update_or_create(
            round=round_,
            defaults={
                "filename": received.filename,
                "size": received.upload.size or 0,
                "sha256": digest_of_file(received.upload),
                "uploaded_at": act.clock(),
                "uploaded_by_name": who[0],
            },
        )
        _write(act, round_, who, old, made)
        # Last of all, so that what is refused leaves no file behind.
        store(received.upload)
        return made


def _require_good(received: Received | None) -> None:
    assert received is not None  # noqa: S101 -- its input asks for the file
    if (received.upload.size or 0) > LARGEST:
        words = _("The template is larger than %(limit)d MB.") % {"limit": LARGEST // (1024 * 1024)}
        raise TooLarge(words, errors={"file": [words]})
    if not (received.upload.name or "").lower().endswith(ENDING):
        raise Invalid(errors={"file": [_("A template is a Word file that ends in .docx, without macros.")]})
    if received.refusal is not None:
        raise received.refusal
    check_template(cast(BinaryIO, received.upload), KNOWN, SAMPLE)


@transaction.atomic
def drop_template(act: Act, round_id: int, data: Mapping[str, Any]) -> Round:
    """Goes back to the built-in layout; `data`: version (the round's). Raises as `set_template` does."""
    round_ = round_to_configure(act, round_id, data)
    validated(ActInput, data)
    old = BriefTemplate.objects.filter(round=round_).first()
    if old is None:
        raise WrongState(_("There is no template of your own; the built-in layout is used."), current=round_)
    who = Posts.of(act.actor, act.on).who(Concern(round_.organization_id))
    _write(act, round_, who, old, None)
    old.delete()
    return round_


def _write(act: Act, round_: Round, who: tuple[str, str], old: BriefTemplate | None, new: BriefTemplate | None) -> None:
    told = {"old": _told(old), "new": _told(new)}
    record(round_, Chain(RoundHistory, round_.pk), act, who, Entry("set_brief_template", extra={"template": told}))


def _told(template: BriefTemplate | None) -> dict[str, str]:
    return {"filename": template.filename, "sha256": template.sha256} if template else {}
