"""What a person does with their own notices, and how they want to be told."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework import serializers

from rectify.organization.models import User
from rectify.workflow.acts import Act
from rectify.workflow.guards import ActInput, IdField, check_version, validated
from rectify.workflow.refusals import Invalid, NotFound

from ..models import ContactRules, Notice, NoticeKind
from ..schedules import ClockField
from .outbox import ALWAYS_IN_APP

# More than one reads in years; beyond it an answer would not be a badge any more.
MOST_COUNTED = 99


class ReadAllInput(serializers.Serializer):
    """Up to which one they were seen; later ones stay unread."""

    until = IdField(help_text="the id of the newest notice that you saw")


class ContactInput(ActInput):
    """How one wants to be told; what is left out stays."""

    address = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    email = serializers.BooleanField(required=False)
    quiet_from = ClockField(required=False)
    quiet_until = ClockField(required=False)
    quiet_days = serializers.BooleanField(required=False)
    muted = serializers.ListField(child=serializers.ChoiceField(choices=NoticeKind.choices), required=False)
    hidden = serializers.ListField(child=serializers.ChoiceField(choices=NoticeKind.choices), required=False)


def unread_count(user: Any, on: Any) -> int:
    """How many notices a person has not read, up to a hundred. One statement."""
    unread = Notice.objects.visible_to(user, on).unread().order_by()
    return unread.values("pk")[: MOST_COUNTED + 1].count()


@transaction.atomic
def mark_read(act: Act, notice_id: int, data: Mapping[str, Any]) -> Notice:
    """Marks one's own notice as read; doing it again changes nothing. Raises NotFound."""
    notice = Notice.objects.visible_to(act.actor, act.on).filter(pk=notice_id).first()
    if notice is None:
        raise NotFound()
    Notice.objects.filter(pk=notice_id, read_at__isnull=True).update(read_at=act.clock())
    return notice


@transaction.atomic
def mark_all_read(act: Act, data: Mapping[str, Any]) -> int:
    """Marks all that one has seen as read; `data`: until. Returns how many."""
    until = validated(ReadAllInput, data)["until"]
    seen = Notice.objects.filter(recipient=act.actor, in_app=True, read_at__isnull=True, pk__lte=until)
    return seen.update(read_at=act.clock())


def contact_of(user: Any) -> ContactRules:
    """How a person wants to be told; the defaults where they never said."""
    return ContactRules.objects.filter(user=user).first() or ContactRules(user=user)


def told(rules: ContactRules) -> dict[str, Any]:
    """The same as pages and the API tell it."""
    return {
        "version": rules.version,
        "address": rules.user.email,
        "email": rules.email,
        "quiet_from": f"{rules.quiet_from:%H:%M}",
        "quiet_until": f"{rules.quiet_until:%H:%M}",
        "quiet_days": rules.quiet_days,
        "muted": rules.muted,
        "hidden": rules.hidden,
    }


@transaction.atomic
def set_contact(act: Act, data: Mapping[str, Any]) -> ContactRules:
    """Changes how one is told oneself; `data`: version, and whatever of `ContactInput` is to change.

    Raises:
        Stale, Invalid (what is overdue or urged cannot be hidden).
    """
    user = User.objects.select_for_update(no_key=True).get(pk=act.actor.pk)
    rules = contact_of(user)
    check_version(rules, data)  # type: ignore[arg-type]
    values = validated(ContactInput, data)
    if not ALWAYS_IN_APP.isdisjoint(values.get("hidden", ())):
        raise Invalid(errors={"hidden": [_("What is overdue and what is urged always stands in the inbox.")]})
    if "address" in values:
        user.email = act.actor.email = values["address"]
        user.save(update_fields=["email"])
    for name in values.keys() - {"version", "address"}:
        setattr(rules, name, sorted(set(values[name])) if isinstance(values[name], list) else values[name])
    rules.user, rules.version = user, rules.version + 1
    rules.save()
    return rules


def seen_until(notices: Any) -> int:
    """The newest of the notices that are shown."""
    return max((notice.pk for notice in notices), default=0)
