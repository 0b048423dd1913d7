"""The checks before an act, in their fixed order: role (403), version and state (409), input (400)."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from .history import Tracked
from .refusals import Invalid, Stale
from .transitions import TransitionTable


class TextField(serializers.CharField):
    """Text that was sent as text: a number or a list in its place is a mistake of the client's."""

    default_error_messages = dict.fromkeys(("required", "null", "blank"), _("Please fill this in."))

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


# What a database's key can hold.
LARGEST_ID = 2**63 - 1


class IdField(serializers.IntegerField):
    """The id of a row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **kwargs)


class ChosenFile(serializers.FileField):
    """A file that came with a form; whoever stores it looks at its name and content."""

    def __init__(self, lacking: Any = None, **kwargs: Any) -> None:
        words = lacking or _("Please choose a file.")
        messages = dict.fromkeys(("required", "null", "invalid", "no_name"), words)
        super().__init__(use_url=False, allow_empty_file=True, max_length=255, error_messages=messages, **kwargs)


class ActInput(serializers.Serializer):
    """What every act carries: the version of the row that its author saw."""

    version = serializers.IntegerField(min_value=1, help_text="The version of the row that you saw.")


class ReasonInput(ActInput):
    reason = TextField(max_length=2000)


def check(
    table: TransitionTable, act: str, subject: Tracked, status: str, parties: Collection[str], data: Mapping[str, Any]
) -> None:
    """Raises Forbidden, Stale or WrongState, in this order, unless the act may go on to its input."""
    table.require_party(act, status, parties)
    check_version(subject, data)
    table.require_state(act, status, current=subject)


def check_version(subject: Tracked, data: Mapping[str, Any]) -> None:
    """Raises Stale where a version is given and is not the present one; a missing one is left to `validated`."""
    try:
        version = int(data.get("version", subject.version))
    except (TypeError, ValueError, OverflowError):
        return
    if version != subject.version:
        raise Stale(_("Somebody else changed this in the meantime. Nothing of yours was lost."), current=subject)


def validated(input_class: type[serializers.Serializer], data: Mapping[str, Any], **context: Any) -> dict[str, Any]:
    """The cleaned input of an act. Raises Invalid with the messages per field."""
    form = input_class(data=dict(data), context=context)
    if not form.is_valid():
        raise invalid(form.errors)
    return form.validated_data


def invalid(errors: Mapping[str, Any]) -> Invalid:
    """Invalid for a map of field errors."""
    return Invalid(
        _("Please check the marked fields."),
        errors={name: flat_messages(messages) for name, messages in errors.items()},
    )


def flat_messages(messages: Any) -> list[Any]:
    if isinstance(messages, Mapping):
        return [text for inner in messages.values() for text in flat_messages(inner)]
    return list(messages) if isinstance(messages, list | tuple) else [messages]
