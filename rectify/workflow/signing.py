"""Signing chains: who signs in which order, kept as data of the round, and the rules that hold for every chain.

Nobody signs twice, nobody signs what they asked for, and steps are signed in their order (practice of 销号 and 验收).
"""

from collections.abc import Collection, Sequence
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .refusals import Forbidden, WrongState


class Signer(models.TextChoices):
    """Who signs a step, as a party to the object."""

    HEAD = "head", _("Head of the lead department")
    OFFICE = "office", _("Rectification office")
    LEADER = "leader", _("Responsible leader")


class SigningStep(models.Model):
    """One step of a round's chain. Concrete tables add the round."""

    position = models.PositiveSmallIntegerField()
    signer = models.CharField(max_length=20, choices=Signer.choices)

    class Meta:
        abstract = True
        ordering = ["position"]


class Outcome(models.TextChoices):
    """What became of a request."""

    PENDING = "pending", _("Under review")
    PASSED = "passed", _("Passed")
    RETURNED = "returned", _("Returned")
    RECALLED = "recalled", _("Recalled")


class SigningRequest(models.Model):
    """Something that was asked for and goes through a chain.

    `chain` is a copy: a later change of the round's chain does not reach requests under way.
    """

    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_by_name = models.CharField(max_length=150)
    asked_on = models.DateField()
    asked_at = models.DateTimeField()
    note = models.TextField()
    from_status = models.CharField(max_length=20)
    chain = models.JSONField(default=list)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.PENDING)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["pk"]

    def signer_ids(self) -> list[int]:
        return [signature.signer_id for signature in self.signatures.all()]  # type: ignore[attr-defined]

    @property
    def next_signer(self) -> str | None:
        """The party whose turn it is, None when the chain is through or the request has ended."""
        done = len(self.signatures.all())  # type: ignore[attr-defined]
        return self.chain[done] if self.outcome == Outcome.PENDING and done < len(self.chain) else None

    def steps(self) -> list[dict[str, Any]]:
        """The chain as a reader sees it: per step its signer, and the signature where there is one."""
        signatures = list(self.signatures.all())  # type: ignore[attr-defined]
        return [
            {
                "signer": signer,
                "label": Signer(signer).label,
                "signature": signatures[index] if index < len(signatures) else None,
                "current": self.outcome == Outcome.PENDING and index == len(signatures),
            }
            for index, signer in enumerate(self.chain)
        ]


class Signature(models.Model):
    """One signed step. Concrete tables add the request."""

    position = models.PositiveSmallIntegerField()
    signed_as = models.CharField(max_length=20, choices=Signer.choices)
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signer_name = models.CharField(max_length=150)
    department_name = models.CharField(max_length=200, blank=True)
    comment = models.TextField(blank=True)
    signed_on = models.DateField()
    signed_at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering = ["position"]


def why_not_sign(
    next_signer: str | None, parties: Collection[str], user_id: int, asked_by_id: int, signer_ids: Sequence[int]
) -> Any | None:
    """The reason why a person may not sign the next step, None if they may."""
    if next_signer is None:
        return _("There is nothing to sign.")
    if user_id == asked_by_id:
        return _("You asked for this yourself; somebody else has to sign.")
    if user_id in signer_ids:
        return _("You have signed an earlier step; a deputy has to sign this one.")
    if next_signer not in parties:
        return _("The next to sign is: %(signer)s.") % {"signer": Signer(next_signer).label}
    return None


def require_turn(
    act: str, request: SigningRequest | None, parties: Collection[str], user_id: int, current: Any
) -> None:
    """Says why a person cannot sign, return or recall a request under review. Raises Forbidden, WrongState."""
    if request is None:
        return
    if act in ("sign", "return"):
        require_signer(request, parties, user_id)
    elif act == "recall" and request.asked_by_id == user_id and request.signer_ids():
        raise WrongState(_("Somebody has signed already; ask them to return it."), current=current)


def require_signer(request: SigningRequest, parties: Collection[str], user_id: int) -> str:
    """The party as which a person signs the next step. Raises Forbidden with the reason where they may not."""
    signer_ids = request.signer_ids()
    reason = why_not_sign(request.next_signer, parties, user_id, request.asked_by_id, signer_ids)
    if reason is not None:
        raise Forbidden(reason)
    assert request.next_signer is not None  # noqa: S101  why_not_sign has spoken; this is for the type checker
    return request.next_signer
