"""How a person wants to be told, and of which deadlines a round warns whom."""

from datetime import time
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from issues.models import Round
from rectify.organization.models import Role

LIAISON, HEAD, LEADER, CHAIR = Role.LIAISON.value, Role.HEAD.value, Role.LEADER.value, Role.CHAIR.value


def blue_to() -> list[str]:
    return [LIAISON]


def yellow_to() -> list[str]:
    return [LIAISON, HEAD, LEADER]


def red_to() -> list[str]:
    return [LIAISON, HEAD, LEADER, CHAIR]


class WarningRules(models.Model):
    """The three colours of a round (三色预警): from how many days before a deadline, and who is told.

    The defaults are the field's custom: 20 days blue to the liaison, 10 days yellow, to the department's head and the
    responsible leader too; overdue red, to the head of the whole unit, too.
    """

    round = models.OneToOneField(Round, models.PROTECT, related_name="+", primary_key=True)
    blue_days = models.PositiveSmallIntegerField(default=20)
    yellow_days = models.PositiveSmallIntegerField(default=10)
    blue_to = models.JSONField(default=blue_to)
    yellow_to = models.JSONField(default=yellow_to)
    red_to = models.JSONField(default=red_to)

    class Meta:
        constraints = [
            models.CheckConstraint(name="blue_comes_before_yellow", condition=Q(blue_days__gt=F("yellow_days")))
        ]

    def __str__(self) -> str:
        return f"{self.round}: {self.blue_days}, {self.yellow_days}"

    def told_to(self, colour: str) -> list[str]:
        """The roles that a warning of a colour goes to."""
        return getattr(self, f"{colour}_to")


class ContactRules(models.Model):
    """How a person wants to be told beside the inbox.

    Args:
        email: messages by e-mail, where an address is known.
        quiet_from, quiet_until: between these times nothing leaves the house for them.
        quiet_days: nor on days that are no working days.
        muted: kinds that are not sent by e-mail.
        hidden: kinds that do not stand in the inbox; what is overdue and what is urged stands there always.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", primary_key=True)
    version = models.PositiveIntegerField(default=1)
    email = models.BooleanField(default=True)
    quiet_from = models.TimeField(default=time(20))
    quiet_until = models.TimeField(default=time(8))
    quiet_days = models.BooleanField(default=True)
    muted = models.JSONField(default=list)
    hidden = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.user}: {self.quiet_from} - {self.quiet_until}"

    def is_quiet(self, moment: Any, working: bool) -> bool:
        """Whether nothing is to leave the house for this person.

        Args:
            moment: in the installation's time zone.
            working: whether its day is a working day.
        """
        if self.quiet_days and not working:
            return True
        at = moment.time()
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= at < self.quiet_until
        return at >= self.quiet_from or at < self.quiet_until
