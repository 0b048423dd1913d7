"""The outbox: a row for each thing that somebody is told, and one for each message that leaves the house with them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from issues.models import Round

from ..querysets import NoticeQuerySet


class NoticeKind(models.TextChoices):
    """What somebody is told of."""

    OPENED = "opened", _("The week is open")
    CUTOFF = "cutoff", _("The cut-off is near")
    MISSED = "missed", _("The cut-off has passed")
    URGED = "urged", _("Urged by the office")
    RETURNED = "returned", _("Returned for more")
    ASKED = "asked", _("Asked to contribute")
    TO_CONFIRM = "to_confirm", _("Reports to confirm")
    TO_SIGN = "to_sign", _("Waiting for your signature")
    DUE = "due", _("A deadline comes near")
    OVERDUE = "overdue", _("Overdue")
    REVIEW = "review", _("A review day has come")
    REMARK = "remark", _("A remark to answer")
    REMARK_ANSWERED = "remark_answered", _("A remark is answered")
    RELAPSE = "relapse", _("A relapse to decide upon")
    MILESTONE = "milestone", _("A milestone comes near")
    ORDER = "order", _("A supervision order to answer")
    ORDER_DUE = "order_due", _("An answer is due")
    ORDER_ANSWERED = "order_answered", _("A supervision order is answered")
    INSTRUCTION = "instruction", _("A leader's instruction")
    BRIEF = "brief", _("The weekly brief is out")


class Outcome(models.TextChoices):
    """What became of a notice on its way out of the house; its entry in the inbox stays whatever it is."""

    WAITING = "", _("waiting")
    BUNDLED = "bundled", _("in a message")
    DROPPED = "dropped", _("no longer true when it was to go")
    INBOX_ONLY = "inbox", _("in the inbox alone")


class DeliveryStatus(models.TextChoices):
    PENDING = "pending", _("waiting to go")
    SENT = "sent", _("sent")
    DROPPED = "dropped", _("dropped, no longer true")
    FAILED = "failed", _("given up")


class Way(models.TextChoices):
    """By which way a message leaves the house."""

    EMAIL = "email", _("E-mail")
    WECOM = "wecom", _("WeCom group robot")
    DINGTALK = "dingtalk", _("DingTalk group robot")
    WEBHOOK = "webhook", _("Signed webhook")


class Channel(models.Model):
    """A group or a system that a round's office has told of its weeks: a robot of a group chat, or a webhook.

    Args:
        address: one that the administrator allows (ALLOWED_CHANNEL_ADDRESSES).
        secret: what messages are signed with; never shown again.
        kinds: of what it is told.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="+")
    way = models.CharField(max_length=10, choices=[(way.value, way.label) for way in Way if way != Way.EMAIL])
    name = models.CharField(max_length=60)
    address = models.CharField(max_length=500)
    secret = models.CharField(max_length=200, blank=True)
    kinds = models.JSONField(default=list)
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_address(self) -> str:
        """The address without the key that a robot's carries: whoever has it can write to the group."""
        place, query, _key = self.address.partition("?")
        return place + (query and "?…")


class Delivery(models.Model):
    """One message: all that one person, or one group, is told by one way at a time.

    Args:
        key: tells a receiver that a message that comes twice is the same one (Message-ID, webhook-id).
        leased_until: a worker has it in hand until then; afterwards another one may take it.
        tries, next_at: how often it was tried, and when it is tried again.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    way = models.CharField(max_length=10, choices=Way.choices)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, related_name="deliveries")
    address = models.CharField(max_length=500)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    status = models.CharField(max_length=10, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="delivery_to_a_person_or_a_channel",
                condition=Q(person__isnull=False, channel__isnull=True) | Q(person__isnull=True, channel__isnull=False),
            )
        ]
        indexes = [models.Index(fields=["next_at", "id"], name="delivery_pending", condition=Q(status="pending"))]

    def __str__(self) -> str:
        return f"{self.way} {self.key} {self.status}"


class Notice(models.Model):
    """That one recipient is told one thing, once: unique by kind, subject, recipient and period.

    Args:
        subject_id: of the row that it is about; which table that is follows from the kind.
        recipient: the person; or the channel, for what groups are told.
        period: what makes it another thing to tell: a week, a deadline, a turn.
        facts: what its words are made of, counts and names of departments, never a finding's text.
        in_app: stands in the person's inbox.
        outcome, delivery: what became of it on its way out of the house.
    """

    kind = models.CharField(max_length=20, choices=NoticeKind.choices)
    round = models.ForeignKey(Round, models.PROTECT, related_name="+")
    subject_id = models.BigIntegerField()
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, related_name="+")
    period = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    in_app = models.BooleanField(default=True)
    read_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.WAITING, blank=True)
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, blank=True, related_name="notices")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id", "recipient", "period"],
                name="told_a_person_once",
                condition=Q(recipient__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["kind", "subject_id", "channel", "period"],
                name="told_a_channel_once",
                condition=Q(channel__isnull=False),
            ),
            models.CheckConstraint(
                name="notice_to_a_person_or_a_channel",
                condition=Q(recipient__isnull=False, channel__isnull=True)
                | Q(recipient__isnull=True, channel__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-made_at"]),
            models.Index(fields=["recipient", "id"], name="notice_waiting", condition=Q(outcome="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id} {self.period}"
