"""What the minutes of a measure say of second looks and remarks."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from ..models import Finding
from ..standing import in_words


def _title(row: Any) -> str:
    return row.payload.get("look_back", {}).get("title", "")


def _sampled(row: Any) -> str:
    return _("drew the measure for the look-back “%(title)s”.") % {"title": _title(row)}


def _checked(row: Any) -> str:
    if row.payload.get("result") == Finding.RELAPSED:
        return _("checked the measure in the look-back “%(title)s”: the problem is back; reopening is proposed.") % {
            "title": _title(row)
        }
    return _("checked the measure in the look-back “%(title)s”: it holds.") % {"title": _title(row)}


def _declined(row: Any) -> str:
    return _("left the measure closed, other than proposed in the look-back “%(title)s”.") % {"title": _title(row)}


def reopened(row: Any) -> str:
    """That a measure was reopened, and upon which second look."""
    if title := _title(row):
        return _("reopened the measure upon the look-back “%(title)s”; it is to be rectified again.") % {"title": title}
    return _("reopened the measure; it is to be rectified again.")


def _remarked(row: Any) -> str:
    return _("made a remark, to be answered until %(day)s.") % {"day": _due(row)}


def _sent_back(row: Any) -> str:
    return _("sent the answer to the remark back, to be answered until %(day)s.") % {"day": _due(row)}


def _due(row: Any) -> str:
    day = parse_date(row.payload.get("remark", {}).get("answer_due_on", ""))
    return in_words(day) if day else ""


LOOK_BACK_SENTENCES: Mapping[str, Callable[[Any], str]] = {
    "sample": _sampled,
    "check_sample": _checked,
    "decline_reopening": _declined,
    "reopen": reopened,
    "remark": _remarked,
    "answer_remark": lambda row: _("answered the remark."),
    "settle_remark": lambda row: _("accepted the answer to the remark."),
    "send_back_remark": _sent_back,
}
