"""Signatures that were given on paper (线下签批): the office registers the scan, once for all that it bears.

Leaders often sign on paper, and one meeting's minutes can carry many signatures. Whoever registers is told apart from
whoever signed; the rules of the chain hold for the signer all the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from issues.models import Paper, Round, SubIssue
from issues.plan import locked_round
from issues.services import SubIssueStep
from issues.services import concern_of as concern_of_sub_issue
from issues.services import take_signature as take_acceptance_signature
from issues.states import ROUND_TRANSITIONS
from rectify.organization.models import User
from rectify.organization.posts import Concern, Posts
from rectify.organization.signers import hand_of, holders, principal_in
from rectify.web.stored_files import Received, digest_of_file, mark_of_title, receive, store
from rectify.workflow.acts import Act
from rectify.workflow.guards import validated
from rectify.workflow.refusals import Forbidden, Invalid, NotFound, Refusal, Stale, WrongState
from rectify.workflow.signing import Given, Signer, SigningRequest, why_not_sign

from . import deadline_signing
from .acting import MeasureStep
from .closing import digest_on_paper, take_signature
from .closure import readiness
from .inputs import PaperInput, PaperItem
from .models import Extension, LongTermRequest, Measure
from .parties import concern_of
from .requests import EXTENSION, LONG_TERM, RequestKind

Signed = Measure | SubIssue | Extension | LongTermRequest

# What an item may name: its model, the path from there to its sub-issue, and to its round.
NAMED: Mapping[str, tuple[Any, str, str]] = {
    "measure": (Measure, "sub_issue", "sub_issue__round"),
    "sub_issue": (SubIssue, "pk", "round"),
    "extension": (Extension, "measure__sub_issue", "measure__sub_issue__round"),
    "long_term": (LongTermRequest, "measure__sub_issue", "measure__sub_issue__round"),
}


@dataclass(frozen=True)
class Scan:
    """A paper as it was registered, and who by."""

    paper: Paper
    act: Act
    registrar_name: str
    received: Received

    def keep(self) -> None:
        """Stores the file; last of all, so that what is refused leaves no file behind."""
        store(self.received.upload)


def register_signatures(act: Act, round_id: int, data: Mapping[str, Any], file: UploadedFile | None) -> Paper:
    """Registers a scan and the signatures it bears, all or none.

    Args:
        data: kind, title, signed_on, participants, comment; items: a list of {measure, sub_issue, extension or
            long_term; version, signer}, each signing the next step of that request. The signer may be left out where
            one person holds the post.

    Raises:
        NotFound, Forbidden, Stale, WrongState, Invalid, TooLarge: nothing is registered then.
    """
    received = receive(file) if file is not None else None
    with transaction.atomic():
        round_ = locked_round(act, round_id)
        require_office(act, round_)
        values = validated(PaperInput, {**data, "file": file})
        scan = keep_scan(act, round_, values, received)
        for item in in_order(round_, values["items"]):
            try:
                register(scan, item, values["comment"])
            except (Invalid, WrongState, Stale) as refusal:
                raise at_item(refusal, item) from refusal
        scan.keep()
        return scan.paper


def require_office(act: Act, round_: Round) -> Posts:
    """Raises Forbidden unless the actor belongs to the round's office."""
    posts = Posts.of(act.actor, act.on)
    if "office" not in posts.parties(Concern(round_.organization_id)):
        raise Forbidden(ROUND_TRANSITIONS.not_yours)
    return posts


def keep_scan(act: Act, round_: Round, values: Mapping[str, Any], received: Received | None) -> Scan:
    """The row of a paper; its file is stored by `Scan.keep`.

    Raises:
        Invalid: for a title marked as secret, too; TooLarge.
    """
    if values["signed_on"] > act.on:
        raise Invalid(errors={"signed_on": [_("This lies in the future.")]})
    assert received is not None  # noqa: S101 -- its input asks for the file
    if received.refusal is not None:
        raise received.refusal
    mark_of_title(values["title"])
    name, _unit = Posts.of(act.actor, act.on).who(Concern(round_.organization_id))
    paper = Paper.objects.create(
        round=round_,
        kind=values["kind"],
        title=values["title"],
        signed_on=values["signed_on"],
        participants=values["participants"],
        filename=received.filename,
        content_type=received.content_type,
        size=received.upload.size or 0,
        sha256=digest_of_file(received.upload),
        registered_by=act.actor,
        registered_by_name=name,
        registered_on=act.on,
        registered_at=act.clock(),
    )
    return Scan(paper, act, name, received)


def in_order(round_: Round, items: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The items in the order in which their sub-issues are locked. Raises NotFound for what is not of this round."""
    sub_issues: dict[tuple[str, int], int] = {}
    for name, (model, sub_issue, of_round) in NAMED.items():
        ids = [item[name] for item in items if item.get(name)]
        rows = model.objects.filter(pk__in=ids, **{of_round: round_}).values_list("pk", sub_issue) if ids else ()
        sub_issues |= {(name, pk): at for pk, at in rows}
    if any(named_by(item) not in sub_issues for item in items):
        raise NotFound()
    return sorted(items, key=lambda item: sub_issues[named_by(item)])


def named_by(item: Mapping[str, Any]) -> tuple[str, int]:
    """What an item names: one of `PaperItem.NAMES`, and its id."""
    return next((name, item[name]) for name in PaperItem.NAMES if item.get(name))


def at_item(refusal: Refusal, item: Mapping[str, Any]) -> Refusal:
    """The refusal of one signature, told with what it is about: the whole paper is refused for it."""
    name, pk = named_by(item)
    model = NAMED[name][0]
    path = "number" if name in ("measure", "sub_issue") else "measure__number"
    number = model.objects.filter(pk=pk).values_list(path, flat=True).first()
    errors = {
        field: [_("%(number)s: %(text)s") % {"number": number, "text": text} for text in texts]
        for field, texts in refusal.errors.items()
    }
    message = _("%(number)s: %(text)s") % {"number": number, "text": refusal.detail}
    return type(refusal)(message, errors=errors, current=refusal.current)


def register(scan: Scan, item: Mapping[str, Any], comment: str) -> Signed:
    """Registers the signature of the next step of one request."""
    name, pk = named_by(item)
    if name == "measure":
        step = MeasureStep("register_signature", scan.act, pk, item)
        request = step.pending
        digest = digest_on_paper(step.measure, request, scan.paper.signed_on)
        given = _given(scan, request, concern_of(step.measure), digest, item.get("signer"), comment)
        return take_signature(step, given)
    if name == "sub_issue":
        of = SubIssueStep("register_signature", scan.act, pk, item)
        concern = concern_of_sub_issue(of.sub_issue)
        given = _given(scan, of.pending, concern, of.pending.digest, item.get("signer"), comment)
        return take_acceptance_signature(of, given, readiness)
    kind = EXTENSION if name == "extension" else LONG_TERM
    asked = deadline_signing.RequestStep("register_signature", kind, scan.act, pk, item)
    given = _given(scan, asked.request, asked.concern, asked.request.digest, item.get("signer"), comment)
    return deadline_signing.take_signature(asked, given)


def _given(
    scan: Scan, request: SigningRequest, concern: Concern, digest: str, signer_id: int | None, comment: str
) -> Given:
    on = scan.paper.signed_on
    signer = signer_of(request, concern, signer_id, on)
    if signer == scan.act.actor:
        raise Invalid(errors={"signer": [_("What you sign yourself needs no paper; sign it here.")]})
    hand = hand_of(Posts.of(signer, on), concern)
    if (reason := why_not_sign(request, hand)) is not None:
        raise Invalid(errors={"signer": [f"{signer.get_full_name()}：{reason}"]})
    return Given(
        Posts.of(signer, on).who(concern),
        comment,
        digest,
        principal_in(hand, request.next_signer or ""),
        paper=scan.paper,
        registrar=(scan.act.actor, scan.registrar_name),
        signer_id=signer.pk,
        on=on,
    )


def signer_of(request: SigningRequest, concern: Concern, signer_id: int | None, on: date) -> User:
    """Whoever signed on paper: the person named, or the only one who held the post on that day. Raises Invalid."""
    party = request.next_signer or ""
    held_by = list(holders(concern, party, on))
    named = [user for user in held_by if signer_id in (None, user.pk)]
    if len(named) == 1:
        return named[0]
    post = {"post": Signer(party).label} if party else {"post": ""}
    if signer_id is not None or not named:
        raise Invalid(errors={"signer": [_("Nobody by this id could sign as %(post)s on that day.") % post]})
    names = "、".join(user.get_full_name() for user in named)
    message = _("Several could sign as %(post)s; say who did: %(names)s.") % {**post, "names": names}
    raise Invalid(errors={"signer": [message]})


def register_on_measure(act: Act, measure_id: int, data: Mapping[str, Any], file: UploadedFile | None) -> Measure:
    """Registers a signed sheet for one measure; `data` as for `register_signatures`, with version and signer."""
    with transaction.atomic():
        step = MeasureStep("register_signature", act, measure_id, data)
        _register_one(act, step.sub_issue.round_id, {"measure": measure_id}, data, file)
    return Measure.objects.for_display().get(pk=measure_id)


def register_on_sub_issue(act: Act, sub_issue_id: int, data: Mapping[str, Any], file: UploadedFile | None) -> SubIssue:
    """The same for one sub-issue."""
    with transaction.atomic():
        step = SubIssueStep("register_signature", act, sub_issue_id, data)
        _register_one(act, step.sub_issue.round_id, {"sub_issue": sub_issue_id}, data, file)
    return SubIssue.objects.select_related("round__organization", "responsible_leader", "lead_department").get(
        pk=sub_issue_id
    )


def register_on_extension(
    act: Act, request_id: int, data: Mapping[str, Any], file: UploadedFile | None
) -> deadline_signing.Request:
    """The same for an extension; the last signature moves the deadline."""
    return _register_on_request(EXTENSION, act, request_id, data, file)


def register_on_long_term(
    act: Act, request_id: int, data: Mapping[str, Any], file: UploadedFile | None
) -> deadline_signing.Request:
    """The same for a move to long term."""
    return _register_on_request(LONG_TERM, act, request_id, data, file)


def _register_on_request(
    kind: RequestKind, act: Act, request_id: int, data: Mapping[str, Any], file: UploadedFile | None
) -> deadline_signing.Request:
    name = "extension" if kind is EXTENSION else "long_term"
    with transaction.atomic():
        step = deadline_signing.RequestStep("register_signature", kind, act, request_id, data)
        _register_one(act, step.measure.sub_issue.round_id, {name: request_id}, data, file)
    rows = kind.requests.objects.select_related("measure__sub_issue__round__organization")
    return rows.prefetch_related("signatures").get(pk=request_id)


def _register_one(
    act: Act, round_id: int, item: dict[str, Any], data: Mapping[str, Any], file: UploadedFile | None
) -> None:
    given = {name: data[name] for name in ("version", "signer") if data.get(name) not in (None, "")}
    register_signatures(act, round_id, {**data, "items": [item | given]}, file)
