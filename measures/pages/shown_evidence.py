"""Evidence as the `evidence` component shows it: with thumbnails, what became of it, and what may be done with it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from rectify.organization.posts import Posts
from rectify.web.file_types import FILE_TYPES, can_be_drawn

from ..evidence import departments_of_uploaders, is_own
from ..evidence_facts import OtherUse, with_facts
from ..models import Evidence, Measure
from ..standing import in_words

Item = dict[str, Any]

# Acts that stand beside the file that they are about, and not among the measure's own.
OF_A_FILE = ("replace_evidence", "withdraw_evidence")


@dataclass(frozen=True)
class Reader:
    """For whom evidence is shown.

    Args:
        on: the day that is shown.
        acts: what the reader may do with the measure now; nothing where a past day is shown.
        parties: what the reader is to it.
        present: it is today that is shown.
        back: the address to which the viewer leads back, where it is not the measure's page.
    """

    posts: Posts
    on: date
    acts: Collection[str] = ()
    parties: Collection[str] = ()
    present: bool = True
    back: str = ""


class Items(list[Item]):
    """Evidence in the order in which it is shown."""

    @property
    def standing(self) -> int:
        """How many pieces count."""
        return sum(not item["withdrawn"] for item in self)


def evidence_items(files: Any, reader: Reader | None = None) -> Items:
    """Evidence for the `evidence` component.

    Args:
        files: a queryset of evidence, or rows with `replaced_by` at hand.
        reader: who sees it; without one, only what stands in the rows is told. Three statements more with one.
    """
    listed = list(files.select_related("replaced_by") if isinstance(files, QuerySet) else files)
    if reader is None:
        return Items(item_of(file) for file in listed)
    if reader.present:
        with_facts(listed, reader.posts.user, reader.on)
    own = own_files(listed, reader)
    return Items(item_of(file, reader, file.pk in own) for file in listed)


def own_files(files: Sequence[Evidence], reader: Reader) -> set[int]:
    """The standing files that a reader may replace or withdraw."""
    if "withdraw_evidence" not in reader.acts:
        return set()
    departments = departments_of_uploaders(files)
    return {file.pk for file in files if file.standing and is_own(departments[file.pk], reader.posts, reader.parties)}


def item_of(file: Evidence, reader: Reader | None = None, own: bool = False) -> Item:
    """One piece of evidence."""
    gone = what_became(file, reader.on if reader else None)
    others = getattr(file, "also_under", []) if not gone else []
    return {
        "title": file.title,
        **links(file.pk, file.filename, reader.back if reader else ""),
        "kind": file.get_kind_display(),
        "name": file.filename,
        "bytes": file.size,
        "on": file.uploaded_on,
        "dated_on": file.dated_on,
        "who": file.uploaded_by_name,
        "mark": file.get_mark_display() if file.mark else "",
        "withdrawn": bool(gone),
        "note": gone,
        "added_later": getattr(file, "added_later", False) and not gone,
        "also": also_words(others),
        "acts": acts_on(file) if own else [],
    }


def links(pk: int, filename: str, back: str = "") -> Item:
    """Where a file is looked at, got and drawn, by its name alone: history knows no more of it."""
    view = reverse("evidence-view", args=[pk])
    return {
        "url": f"{view}?{urlencode({'back': back})}" if back else view,
        "download_url": reverse("evidence", args=[pk]),
        **drawn_as(filename, reverse("evidence-picture", args=[pk])),
    }


def drawn_as(filename: str, pictures: str) -> Item:
    """The thumbnail of a file and the icon that stands for it without one.

    Args:
        pictures: the address at which its pages are had as pictures.
    """
    content_type = FILE_TYPES.get(Path(filename).suffix.lower(), (b"", ""))[1]
    icon = "image" if content_type.startswith("image/") else "file"
    if "sheet" in content_type or "excel" in content_type or "csv" in content_type:
        icon = "table"
    return {"thumbnail_url": f"{pictures}?size=small" if can_be_drawn(content_type) else "", "icon": icon}


def what_became(file: Evidence, on: date | None) -> str:
    """That a file was withdrawn or replaced by the day that is shown, in words; empty where it stands."""
    if file.withdrawn_on and (on is None or file.withdrawn_on <= on):
        words = _("withdrawn on %(day)s by %(name)s: %(reason)s")
        facts = {"day": in_words(file.withdrawn_on), "name": file.withdrawn_by_name, "reason": file.withdrawn_why}
        return words % facts
    newer: Evidence | None = getattr(file, "replaced_by", None)
    if newer is not None and (on is None or newer.uploaded_on <= on):
        words = _("replaced on %(day)s by “%(title)s”")
        return words % {"day": in_words(newer.uploaded_on), "title": newer.title}
    return ""


def also_words(others: Iterable[OtherUse]) -> list[Item]:
    """The other measures under which a file stands, as links."""
    return [{"label": use.number, "url": reverse("measure", args=[use.measure])} for use in others]


def acts_on(file: Evidence) -> list[Item]:
    here = reverse("measure", args=[file.measure_id])
    return [
        {"label": _("Newer version"), "url": f"{here}?act=replace_evidence&replaces={file.pk}#act"},
        {"label": _("Withdraw"), "url": f"{here}?act=withdraw_evidence&evidence={file.pk}#act"},
    ]


def choices_of(files: Any, reader: Reader) -> list[tuple[int, str]]:
    """The files that a form offers to replace or to withdraw."""
    listed = list(files.standing().order_by("-pk"))
    own = own_files(listed, reader)
    return [(file.pk, f"{file.title}（{file.filename}，{file.uploaded_on}）") for file in listed if file.pk in own]


def evidence_fields(measure: Measure, act: str, reader: Reader, values: Mapping[str, Any]) -> Item:
    """What the forms of evidence offer beside the fields that every form has."""
    if act not in OF_A_FILE:
        return {}
    chosen = str(values.get("replaces") or values.get("evidence") or "")
    return {"files": choices_of(measure.evidence, reader), "chosen": chosen}
