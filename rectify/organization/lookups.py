"""Departments and leaders in an address or a form, by id or key. Only those of one's own organisations are known."""

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from rectify.workflow.refusals import Invalid


def by_id_or_key(queryset: models.QuerySet, name: str, text: str) -> Any:
    """The department or leader that a parameter names.

    Args:
        queryset: where to look: those that the reader may know of.
        name: the parameter, for the message.

    Raises:
        Invalid: where there is none, or where a key stands in several organisations and none was chosen.
    """
    text = str(text).strip()
    looked_up = {"pk": int(text)} if text.isascii() and text.isdigit() and len(text) < 18 else {"key": text[:60]}
    found = list(queryset.filter(**looked_up)[:2])
    if len(found) == 1:
        return found[0]
    message = (
        _("“%(text)s” is not known here.")
        if not found
        else _("“%(text)s” stands in several organisations; give the id.")
    )
    raise Invalid(errors={name: [message % {"text": text[:60]}]})
