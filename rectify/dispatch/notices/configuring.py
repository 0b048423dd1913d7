"""What a round's office sets of notices: the three colours, whom they go to, and the groups that are told."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework import serializers

from issues.models import Round, RoundHistory
from measures.rules import round_to_configure
from rectify.organization.models import Role
from rectify.organization.posts import Concern, Posts
from rectify.workflow.acts import Act
from rectify.workflow.guards import ActInput, TextField, check_version, validated
from rectify.workflow.history import Chain, Entry
from rectify.workflow.record import record
from rectify.workflow.refusals import Invalid, NotFound, WrongState

from ..models import Channel, Delivery, DeliveryStatus, NoticeKind, WarningRules, Way
from ..opening import locked_for_office
from .ways import allowed

# Whom a warning may go to; the department's, the measure's and the organisation's own.
RECIPIENTS = (Role.LIAISON, Role.HEAD, Role.LEADER, Role.ASSISTANT, Role.OFFICE, Role.CHAIR)
RECIPIENT_CHOICES = [(role.value, role.label) for role in RECIPIENTS]
# What groups are told of.
GROUP_KINDS = (NoticeKind.OPENED, NoticeKind.CUTOFF, NoticeKind.MISSED)
FIELDS = ("blue_days", "yellow_days", "blue_to", "yellow_to", "red_to")
MOST_CHANNELS = 20
SHORTEST_SECRET = 16


def _recipients() -> serializers.MultipleChoiceField:
    return serializers.MultipleChoiceField(choices=RECIPIENT_CHOICES, required=False)


class WarningInput(ActInput):
    """What is to change; what is left out stays."""

    blue_days = serializers.IntegerField(min_value=1, max_value=365, required=False)
    yellow_days = serializers.IntegerField(min_value=0, max_value=364, required=False)
    blue_to = _recipients()
    yellow_to = _recipients()
    red_to = _recipients()


class ChannelInput(ActInput):
    """A channel; where one is changed, what is left out stays. An empty secret keeps the one that there is."""

    way = serializers.ChoiceField(choices=[(way.value, way.label) for way in Way if way != Way.EMAIL], required=False)
    name = TextField(max_length=60, required=False)
    address = TextField(max_length=500, required=False)
    secret = TextField(max_length=200, required=False, allow_blank=True)
    kinds = serializers.MultipleChoiceField(choices=[(k.value, k.label) for k in GROUP_KINDS], required=False)
    active = serializers.BooleanField(required=False)


def warnings_of(round_: Round) -> WarningRules:
    """A round's colours; the field's custom where its office never set any."""
    return WarningRules.objects.filter(round=round_).first() or WarningRules(round=round_)


def warnings_told(rules: WarningRules) -> dict[str, Any]:
    """The same as history and the API tell it."""
    return {name: getattr(rules, name) for name in FIELDS}


@transaction.atomic
def set_warnings(act: Act, round_id: int, data: Mapping[str, Any]) -> Round:
    """Changes a round's colours; `data`: version (of the round), and whatever of `WarningInput` is to change.

    What was told already is not told again; what is in a colour by the new numbers is told at the next look.

    Raises:
        NotFound, Forbidden, Stale, WrongState, Invalid: in this order; nothing is changed then.
    """
    round_ = round_to_configure(act, round_id, data)
    values = validated(WarningInput, data)
    rules = warnings_of(round_)
    before = warnings_told(rules)
    for name in values.keys() - {"version"}:
        setattr(rules, name, _in_order(values[name]) if name.endswith("_to") else values[name])
    if rules.yellow_days >= rules.blue_days:
        raise Invalid(errors={"yellow_days": [_("Yellow comes after blue: give it fewer days.")]})
    rules.save()
    after = warnings_told(rules)
    changed = {name: {"old": before[name], "new": after[name]} for name in FIELDS if before[name] != after[name]}
    _write(act, round_, "set_warnings", {"warnings": changed})
    return round_


def _in_order(roles: Any) -> list[str]:
    """Roles in the order in which a matter rises."""
    return [role.value for role in RECIPIENTS if role.value in roles]


@transaction.atomic
def add_channel(act: Act, round_id: int, data: Mapping[str, Any]) -> Channel:
    """Adds a group or a system that is told of a round's weeks; `data`: version (of the round), and `ChannelInput`.

    Raises:
        NotFound, Forbidden, Stale, WrongState, Invalid (an address that the administrator does not allow included).
    """
    round_ = round_to_configure(act, round_id, data)
    values = validated(ChannelInput, data)
    missing = {name: [_("Please fill this in.")] for name in ("way", "name", "address") if not values.get(name)}
    if missing:
        raise Invalid(errors=missing)
    if Channel.objects.filter(round=round_, active=True).count() >= MOST_CHANNELS:
        raise WrongState(_("A round has %(count)d channels at most.") % {"count": MOST_CHANNELS})
    return _kept(act, round_, Channel(round=round_, kinds=[kind.value for kind in GROUP_KINDS]), values, "add_channel")


@transaction.atomic
def change_channel(act: Act, channel_id: int, data: Mapping[str, Any]) -> Channel:
    """Changes a channel, or switches it off; `data`: version, and whatever of `ChannelInput` is to change."""
    channel, round_ = _channel_for_office(act, channel_id)
    check_version(channel, data)  # type: ignore[arg-type]
    values = validated(ChannelInput, data)
    channel.version += 1
    return _kept(act, round_, channel, values, "change_channel")


def _channel_for_office(act: Act, channel_id: int) -> tuple[Channel, Round]:
    """Raises NotFound, Forbidden."""
    round_id = Channel.objects.filter(pk=channel_id).values_list("round", flat=True).first()
    if round_id is None:
        raise NotFound()
    round_ = locked_for_office(act, round_id)
    return Channel.objects.get(pk=channel_id), round_


def _kept(act: Act, round_: Round, channel: Channel, values: Mapping[str, Any], action: str) -> Channel:
    for name in values.keys() - {"version", "secret", "kinds"}:
        setattr(channel, name, values[name])
    if "kinds" in values:
        channel.kinds = [kind.value for kind in GROUP_KINDS if kind.value in values["kinds"]]
    if values.get("secret"):
        channel.secret = values["secret"]
    if channel.way == Way.WEBHOOK and len(channel.secret) < SHORTEST_SECRET:
        words = _("A webhook is signed: give a secret of %(count)d characters or more, the same as at the receiver.")
        raise Invalid(errors={"secret": [words % {"count": SHORTEST_SECRET}]})
    if channel.active and not allowed(channel.address):
        raise Invalid(errors={"address": [_why_not_allowed()]})
    channel.save()
    told = {name: getattr(channel, name) for name in ("id", "way", "name", "kinds", "active")}
    _write(act, round_, action, {"channel": told}, new_version=action == "add_channel")
    return channel


def _why_not_allowed() -> str:
    if not settings.ALLOWED_CHANNELS:
        return _("The administrator allows no addresses yet (ALLOWED_CHANNEL_ADDRESSES).")
    return _("The administrator does not allow this address; allowed are: %(addresses)s") % {
        "addresses": ", ".join(settings.ALLOWED_CHANNELS)
    }


@transaction.atomic
def test_channel(act: Act, channel_id: int, data: Mapping[str, Any]) -> Delivery:
    """Has a test message sent to a channel with the next look; `data`: version."""
    channel, _round = _channel_for_office(act, channel_id)
    check_version(channel, data)  # type: ignore[arg-type]
    validated(ActInput, data)
    if not channel.active:
        raise WrongState(_("This channel is switched off."), current=channel)
    now = act.clock()
    return Delivery.objects.create(
        way=channel.way,
        channel=channel,
        address=channel.address,
        subject="整改台账测试消息",
        text="收到本消息，说明通道已接通。",
        next_at=now,
        made_at=now,
    )


@transaction.atomic
def retry_delivery(act: Act, delivery_id: int, data: Mapping[str, Any]) -> Delivery:
    """Has a message that was given up tried again. Raises NotFound, Forbidden, WrongState."""
    rounds = Round.objects.filter(pk__in=_rounds_of(delivery_id)).order_by("pk")
    if not rounds:
        raise NotFound()
    # A person's message may be about several rounds; the office of each of them may have it tried again.
    posts = Posts.of(act.actor, act.on)
    mine = (each for each in rounds if "office" in posts.parties(Concern(each.organization_id)))
    locked_for_office(act, next(mine, rounds[0]).pk)
    delivery = Delivery.objects.select_for_update(of=("self",), no_key=True).get(pk=delivery_id)
    if delivery.status != DeliveryStatus.FAILED:
        raise WrongState(_("Only a message that was given up is tried again."), current=delivery)
    delivery.status, delivery.next_at, delivery.made_at = DeliveryStatus.PENDING, act.clock(), act.clock()
    delivery.save(update_fields=["status", "next_at", "made_at"])
    return delivery


def _rounds_of(delivery_id: int) -> set[int]:
    """The rounds that a message is about."""
    found = Delivery.objects.filter(pk=delivery_id).values_list("channel__round", "notices__round")
    return {round_id for pair in found for round_id in pair if round_id is not None}


def given_up(round_: Round) -> Any:
    """The messages about a round that were given up, the newest first."""
    failed = Delivery.objects.filter(status=DeliveryStatus.FAILED)
    mine = failed.filter(notices__round=round_) | failed.filter(channel__round=round_)
    return mine.select_related("person", "channel").distinct().order_by("-pk")


def _write(act: Act, round_: Round, action: str, facts: Mapping[str, Any], *, new_version: bool = True) -> None:
    who = Posts.of(act.actor, act.on).who(Concern(round_.organization_id))
    entry = Entry(action, extra=dict(facts))
    record(round_, Chain(RoundHistory, round_.pk), act, who, entry, new_version=new_version)
