"""A weekly brief as a document: its words as the page and the file show them, and the file itself."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from issues.models import Round
from rectify.organization.models import Role
from rectify.organization.posts import UNITS
from rectify.web.stored_files import open_stored
from rectify.workflow.refusals import Invalid

from .brief_layout import BRIEF
from .brief_templates import KNOWN
from .brief_words import day_in_words, values_of
from .layout import Block, compose
from .models import BriefTemplate, WeeklyBrief
from .official import OfficialDocument
from .packages import Refused
from .templates import filled

DRAFT = "草稿，尚未印发。"


def template_of(round_: Round) -> BriefTemplate | None:
    """The office's own template; None where the built-in layout is used."""
    return BriefTemplate.objects.filter(round=round_).first()


def values_in(brief: WeeklyBrief, on: date) -> dict[str, Any]:
    """What the document of a brief names.

    Args:
        on: the day on which it is issued.
    """
    round_ = brief.dispatch.round
    organization = round_.organization.name
    facts = {
        "title": f"{organization}巡视整改工作周报",
        "organization": organization,
        "round": round_.title,
        "note": note_of(brief),
        "signed": f"{organization}{UNITS[Role.OFFICE]}",
        "issued": day_in_words(on),
        "digest": brief.digest,
    }
    return values_of(brief.figures, brief.typed, facts)


def note_of(brief: WeeklyBrief) -> str:
    """That it is a draft, or a correction of what was issued before, and why."""
    words = DRAFT if brief.is_draft else ""
    if brief.edition > 1:
        words += f"本周报为第{brief.edition}版，更正第{brief.edition - 1}版：{brief.reason}"
    return words


def content_of(brief: WeeklyBrief, on: date) -> list[Block]:
    """The document as blocks; of an issued brief as it was issued."""
    return draft_of(brief, on) if brief.is_draft else brief.issued.content


def draft_of(brief: WeeklyBrief, on: date) -> list[Block]:
    """The document as it would be issued on a day."""
    return compose(BRIEF, values_in(brief, on))


def name_of(brief: WeeklyBrief) -> str:
    """What the file is called."""
    week = brief.dispatch.iso_week
    edition = f"-第{brief.edition}版" if brief.edition > 1 else ""
    draft = "-草稿" if brief.is_draft else ""
    return f"整改周报-{week.year}年第{week.number}周{edition}{draft}.docx"


def file_of(brief: WeeklyBrief, template: BriefTemplate | None, on: date, made_at: datetime) -> bytes:
    """The brief as a .docx file, by the office's own template where there is one. Raises Invalid where that fails."""
    values = values_in(brief, on)
    if template is None:
        document = OfficialDocument(values["标题"], values["落款"], made_at)
        document.blocks(draft_of(brief, on))
        return document.save()
    try:
        with open_stored(template.sha256) as file:
            return filled(file, KNOWN, values)
    except FileNotFoundError as error:
        words = _("The file of the template is lost; upload it again, or go back to the built-in layout.")
        raise Invalid(errors={"form": [words]}) from error
    except Refused as refusal:
        raise Invalid(errors={"form": [str(refusal)]}) from refusal
