"""Signing chains: who signs in which order, kept as data of the round, and the rules that hold for every chain.

Nobody signs twice, nobody signs what they asked for, and steps are signed in their order (practice of 销号 and 验收).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .acts import Act
from .refusals import Forbidden, Invalid, WrongState


class Signer(models.TextChoices):
    """Who signs a step, as a party to the object."""

    HEAD = "head", _("Head of the lead department")
    OFFICE = "office", _("Rectification office")
    LEADER = "leader", _("Responsible leader")
    CHAIR = "chair", _("Leading group")


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
    VOIDED = "voided", _("Void: what was to be signed has changed")


class SigningRequest(models.Model):
    """Something that was asked for and goes through a chain.

    `chain` is a copy: a later change of the round's chain does not reach requests under way. `digest` stands for what
    is to be signed: the note and whatever belongs to it.
    """

    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_by_name = models.CharField(max_length=150)
    asked_on = models.DateField()
    asked_at = models.DateTimeField()
    note = models.TextField()
    from_status = models.CharField(max_length=20)
    chain = models.JSONField(default=list)
    digest = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.PENDING)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["pk"]

    def signer_ids(self) -> list[int]:
        """Everybody in whose name a step was signed: who signed, and in whose place."""
        signatures = self.signatures.all()  # type: ignore[attr-defined]
        return [pk for signature in signatures for pk in (signature.signer_id, signature.acting_for_id) if pk]

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
    """One signed step. Concrete tables add the request, and the paper on which it was signed where it was.

    `digest` is that of what the signer saw. `acting_for` is the person in whose place a substitute signed (授权代行);
    `registered_by` is who entered a signature that was given on paper (线下签批).
    """

    position = models.PositiveSmallIntegerField()
    signed_as = models.CharField(max_length=20, choices=Signer.choices)
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signer_name = models.CharField(max_length=150)
    department_name = models.CharField(max_length=200, blank=True)
    comment = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)
    acting_for = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    acting_for_id: int | None
    registered_by_id: int | None
    acting_for_name = models.CharField(max_length=150, blank=True)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    registered_by_name = models.CharField(max_length=150, blank=True)
    signed_on = models.DateField()
    signed_at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering = ["position"]


@dataclass(frozen=True)
class Hand:
    """Whoever signs: the person, and in whose place where they are a substitute.

    Args:
        parties: what the person is to the object.
        principals: party -> the person in whose place they are it; none for a post of their own.
    """

    user_id: int
    parties: Collection[str]
    principals: Mapping[str, int] = field(default_factory=dict)


def why_not_sign(request: SigningRequest, hand: Hand) -> Any | None:
    """The reason why a person may not sign the next step, None if they may."""
    party = request.next_signer
    if party is None:
        return _("There is nothing to sign.")
    signed = request.signer_ids()
    if hand.user_id == request.asked_by_id:
        return _("You asked for this yourself; somebody else has to sign.")
    if hand.user_id in signed:
        return _("You have signed an earlier step; a deputy has to sign this one.")
    if party not in hand.parties:
        return _("The next to sign is: %(signer)s.") % {"signer": Signer(party).label}
    # A substitute has no more rights than whom they stand for.
    if hand.principals.get(party) in (request.asked_by_id, *signed):
        return _("Whom you stand for asked for this or signed an earlier step; somebody else has to sign.")
    return None


def require_turn(act: str, request: SigningRequest | None, hand: Hand, current: Any) -> None:
    """Says why a person cannot sign, return or recall a request under review. Raises Forbidden, WrongState."""
    if request is None:
        return
    if act in ("sign", "return"):
        require_signer(request, hand)
    elif act == "recall" and request.asked_by_id == hand.user_id and request.signer_ids():
        raise WrongState(_("Somebody has signed already; ask them to return it."), current=current)


def require_signer(request: SigningRequest, hand: Hand) -> str:
    """The party as which a person signs the next step. Raises Forbidden with the reason where they may not."""
    reason = why_not_sign(request, hand)
    if reason is not None:
        raise Forbidden(reason)
    assert request.next_signer is not None  # noqa: S101  why_not_sign has spoken; this is for the type checker
    return request.next_signer


@dataclass(frozen=True)
class Given:
    """What a signature says beside who gave it.

    Args:
        who: the signer's name and department as they are now.
        digest: of what was signed.
        principal: in whose place it was given, with their name.
        paper: the scan that bears it, and by whom it was entered; `signer_id` and `on` are then the paper's.
        meeting: the sitting in which it was given.
    """

    who: tuple[str, str]
    comment: str = ""
    digest: str = ""
    principal: Any = None
    paper: Any = None
    meeting: Any = None
    registrar: tuple[Any, str] | None = None
    signer_id: int | None = None
    on: date | None = None


def add_signature(request: SigningRequest, act: Act, given: Given) -> Signature:
    """Writes the signature of the next step of a request. Whether its signer may was checked before.

    Raises:
        Invalid: it was given on paper on a day before the request, or before the signature that it follows.
    """
    signatures = request.signatures  # type: ignore[attr-defined]
    if given.on is not None:
        _require_in_order(request, given.on)
    registrar, registrar_name = given.registrar or (None, "")
    links = {"paper": given.paper, "meeting": given.meeting}
    more = {name: row for name, row in links.items() if row is not None}
    return signatures.create(
        position=len(signatures.all()),
        signed_as=request.next_signer,
        signer_id=given.signer_id or act.actor.pk,
        signer_name=given.who[0],
        department_name=given.who[1],
        comment=given.comment,
        digest=given.digest,
        acting_for=given.principal,
        acting_for_name=given.principal.get_full_name() if given.principal is not None else "",
        registered_by=registrar,
        registered_by_name=registrar_name,
        signed_on=given.on or act.on,
        signed_at=act.clock(),
        **more,
    )


def _require_in_order(request: SigningRequest, on: date) -> None:
    earlier = [signature.signed_on for signature in request.signatures.all()]  # type: ignore[attr-defined]
    if earlier and on < max(earlier):
        words = _("The step before was signed on %(day)s; this one cannot have been signed earlier.")
        raise Invalid(errors={"signed_on": [words % {"day": max(earlier)}]})
    if on < request.asked_on:
        raise Invalid(
            errors={"signed_on": [_("Signed before it was asked for on %(day)s.") % {"day": request.asked_on}]}
        )


def told_of(signature: Signature, of: int) -> dict[str, Any]:
    """What history keeps of a signature.

    Args:
        of: how many steps the chain has.
    """
    facts = {
        "step": signature.position + 1,
        "of": of,
        "signed_as": signature.signed_as,
        "comment": signature.comment,
        "digest": signature.digest,
    }
    if signature.acting_for_id:
        facts["acting_for"] = signature.acting_for_name
    if signature.registered_by_id:
        facts |= {"on_paper": True, "signer": signature.signer_name, "signed_on": signature.signed_on.isoformat()}
    links = {name: getattr(signature, f"{name}_id", None) for name in ("paper", "meeting")}
    return facts | {name: pk for name, pk in links.items() if pk is not None}
