"""What a service raises instead of acting. A refusal changes nothing and leaves no history row.

Services check in this order, so that nobody learns more than they may see: NotFound (404), Forbidden (403),
Stale or WrongState (409), Invalid (400).
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """An act that was refused.

    Args:
        detail: what was wrong and what to do, in the reader's language.
        errors: field name -> list of messages, for input that can be mended at the field.
        current: the object as it is now, for a conflict; the view shows or serializes it.
    """

    status = 400
    code = "refused"
    title = _("Refused")

    def __init__(self, detail: Any = "", *, errors: Mapping[str, list[Any]] | None = None, current: Any = None) -> None:
        super().__init__(detail)
        self.detail = detail or self.title
        self.errors = dict(errors or {})
        self.current = current


class NotFound(Refusal):
    status = 404
    code = "not-found"
    title = _("Not found")


class Forbidden(Refusal):
    status = 403
    code = "forbidden"
    title = _("Not allowed")


class Stale(Refusal):
    status = 409
    code = "stale-version"
    title = _("Changed by someone else in the meantime")


class WrongState(Refusal):
    status = 409
    code = "wrong-state"
    title = _("Not possible in the present state")


class Invalid(Refusal):
    status = 400
    code = "invalid"
    title = _("Please check what was entered")


class TooLarge(Refusal):
    status = 413
    code = "too-large"
    title = _("The file is too large")
