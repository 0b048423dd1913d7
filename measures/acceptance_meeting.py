"""A sitting in which many sub-issues are accepted (验收会): one record, whose decisions carry the signatures under it.

The meeting's signed record is the paper for everybody who took part: where the next step of an acceptance is theirs,
the record signs it. Until its scan is there, nobody but whoever enters the record can sign by it. What waits for
somebody who was not there goes on waiting for them.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from issues.inputs import MeetingInput
from issues.models import AcceptanceMeeting, AcceptanceMeetingItem, AcceptanceRequest, Paper, Round, SubIssue
from issues.plan import locked_round
from issues.services import SubIssueStep, affirmed, end_with_return, locked, pending_request, take_signature
from issues.services import concern_of as concern_of_sub_issue
from rectify.organization.models import User
from rectify.organization.posts import Posts
from rectify.organization.signers import hand_of, principal_in
from rectify.web.stored_files import Received, mark_of_title, receive
from rectify.workflow.acts import Act
from rectify.workflow.guards import validated
from rectify.workflow.refusals import Invalid, NotFound, Refusal, Stale, WrongState
from rectify.workflow.signing import Given, why_not_sign

from .closure import readiness
from .papers import Scan, keep_scan, require_office


def hold_meeting(act: Act, round_id: int, data: Mapping[str, Any], file: UploadedFile | None) -> AcceptanceMeeting:
    """Records an acceptance meeting and carries out what it decided, all of it or nothing.

    Args:
        data: title, held_on, place, chair, participants (ids of people with accounts), guests (one line each),
            decisions: a list of {sub_issue, version, agreed, criteria, opinion}.
        file: the scan of the signed record, where there is one already.

    Raises:
        NotFound, Forbidden, Stale, WrongState, Invalid: nothing is recorded then.
    """
    received = receive(file) if file is not None else None
    with transaction.atomic():
        round_ = locked_round(act, round_id)
        require_office(act, round_)
        return _held(act, round_, validated(MeetingInput, data), received)


def add_record(act: Act, meeting_id: int, file: UploadedFile | None) -> AcceptanceMeeting:
    """Adds the scan of a meeting's signed record, and with it the signatures of those who took part.

    What was decided otherwise since, or is no longer under review, stays as it is.

    Raises:
        NotFound, Forbidden, WrongState (there is one already), Invalid, TooLarge: nothing is added then.
    """
    received = receive(file) if file is not None else None
    with transaction.atomic():
        round_id = AcceptanceMeeting.objects.filter(pk=meeting_id).values_list("round", flat=True).first()
        if round_id is None:
            raise NotFound()
        round_ = locked_round(act, round_id)
        require_office(act, round_)
        meeting = AcceptanceMeeting.objects.get(pk=meeting_id)
        if meeting.paper_id is not None:
            raise WrongState(_("The signed record of this meeting is there already."), current=meeting)
        if received is None:
            raise Invalid(errors={"file": [_("Please choose a file.")]})
        people = participants_of(round_, [person["id"] for person in meeting.participants], meeting.held_on)
        scan = keep_scan(act, round_, _facts_of(meeting.title, meeting.held_on, people, meeting.guests), received)
        meeting.paper = scan.paper
        meeting.save(update_fields=["paper"])
        for item in meeting.items.filter(agreed=True).select_related("request").order_by("sub_issue"):
            _sign_by_record(act, meeting, item, [person for person, _post in people], scan)
        scan.keep()
        return meeting


def _sign_by_record(
    act: Act, meeting: AcceptanceMeeting, item: AcceptanceMeetingItem, people: list[User], scan: Scan
) -> None:
    """Signs for those who took part where the request on which they decided is under review still."""
    posts = Posts.of(act.actor, act.on)
    if pending_request(locked(posts, item.sub_issue_id)) != item.request:
        return
    step = SubIssueStep("register_signature", act, item.sub_issue_id, {})
    sign_for_participants(step, meeting, people, scan, item.opinion)
    item.status = step.sub_issue.status
    item.save(update_fields=["status"])


def _held(act: Act, round_: Round, values: Mapping[str, Any], received: Received | None) -> AcceptanceMeeting:
    """The record of a meeting, with its decisions carried out."""
    if values["held_on"] > act.on or values["held_on"] < round_.feedback_on:
        raise Invalid(errors={"held_on": [_("A meeting lies between the feedback day and today.")]})
    mark_of_title(values["title"])
    people = participants_of(round_, values["participants"], values["held_on"])
    paper = _paper(act, round_, values, people, received)
    meeting = AcceptanceMeeting.objects.create(
        round=round_,
        title=values["title"],
        held_on=values["held_on"],
        place=values["place"],
        chair=values["chair"],
        participants=[{"id": person.pk, "name": person.get_full_name(), "post": post} for person, post in people],
        guests=values["guests"],
        paper=paper.paper if paper else None,
        recorded_by=act.actor,
        recorded_by_name=act.actor.get_full_name(),
        recorded_at=act.clock(),
    )
    for decision in sorted(values["decisions"], key=lambda decision: decision["sub_issue"]):
        try:
            carry_out(act, meeting, [person for person, _post in people], paper, decision)
        except (Invalid, WrongState, Stale) as refusal:
            raise at_decision(refusal, decision) from refusal
    if paper is not None:
        paper.keep()
    return meeting


def at_decision(refusal: Refusal, decision: Mapping[str, Any]) -> Refusal:
    """The refusal of one decision, told with the number of its sub-issue: the whole meeting is refused for it."""
    number = SubIssue.objects.filter(pk=decision["sub_issue"]).values_list("number", flat=True).first()
    texts = [str(text) for texts in refusal.errors.values() for text in texts] or [str(refusal.detail)]
    message = _("Sub-issue %(number)s: %(text)s") % {"number": number, "text": "；".join(texts)}
    kind = type(refusal)
    return kind(message, errors={f"decision-{decision['sub_issue']}": texts}, current=refusal.current)


def participants_of(round_: Round, ids: list[int], on: Any) -> list[tuple[User, str]]:
    """The people of the round's organisation who took part, each with a post. Raises Invalid for anybody else."""
    people = []
    for user in User.objects.filter(pk__in=ids).order_by("pk"):
        posts = Posts.of(user, on, named=True).assignments
        own = [post for post in posts if post.organization_id == round_.organization_id]
        if own:
            people.append((user, str(own[0])))
    if len(people) != len(set(ids)):
        raise Invalid(errors={"participants": [_("Somebody named here has no post in this organisation.")]})
    return people


def _paper(
    act: Act, round_: Round, values: Mapping[str, Any], people: list[tuple[User, str]], received: Received | None
) -> Scan | None:
    if received is None:
        return None
    return keep_scan(act, round_, _facts_of(values["title"], values["held_on"], people, values["guests"]), received)


def _facts_of(title: str, held_on: date, people: list[tuple[User, str]], guests: str) -> dict[str, Any]:
    """What the paper of a meeting is."""
    lines = [f"{person.get_full_name()}（{post}）" for person, post in people] + guests.splitlines()
    return {
        "kind": Paper.PaperKind.MINUTES,
        "title": title,
        "signed_on": held_on,
        "participants": "\n".join(lines),
    }


def carry_out(
    act: Act, meeting: AcceptanceMeeting, people: list[User], scan: Scan | None, decision: Mapping[str, Any]
) -> None:
    """Carries out what was decided on one sub-issue: signs for those who were there, or returns it."""
    step = SubIssueStep("register_signature", act, decision["sub_issue"], decision)
    if step.sub_issue.round_id != meeting.round_id:
        raise NotFound()
    request = step.pending
    if request.asked_on > meeting.held_on:
        raise Invalid(_("It was asked for after the meeting."))
    criteria: list[str] = []
    if decision["agreed"]:
        criteria = affirmed(step.sub_issue, request.result, decision["criteria"])
        if not sign_for_participants(step, meeting, people, scan, decision["opinion"]):
            raise Invalid(_("Nobody who took part can sign the next step."))
    else:
        if not decision["opinion"].strip():
            raise Invalid(_("Say what is to be done again."))
        end_with_return(step, decision["opinion"], meeting=meeting.pk)
    AcceptanceMeetingItem.objects.create(
        meeting=meeting,
        sub_issue=step.sub_issue,
        request=request,
        agreed=decision["agreed"],
        opinion=decision["opinion"],
        criteria=criteria,
        status=step.sub_issue.status,
    )


def sign_for_participants(
    step: SubIssueStep, meeting: AcceptanceMeeting, people: list[User], scan: Scan | None, opinion: str
) -> bool:
    """Signs step by step for whoever was there and may; stops where nobody was.

    Without the scan of the signed record, only whoever enters it signs.

    Returns:
        Whether anybody who was there could sign the next step.
    """
    concern, anybody = concern_of_sub_issue(step.sub_issue), False
    while step.request is not None and step.request.next_signer:
        found = next_of(step.request, people, concern, meeting)
        anybody = anybody or found is not None
        if found is None or (scan is None and found[0] != step.act.actor):
            break
        signer, hand = found
        given = Given(
            Posts.of(signer, meeting.held_on).who(concern),
            opinion,
            step.request.digest,
            principal_in(hand, step.request.next_signer),
            paper=scan.paper if scan else None,
            meeting=meeting,
            registrar=None if signer == step.act.actor else (step.act.actor, step.act.actor.get_full_name()),
            signer_id=signer.pk,
            on=meeting.held_on,
        )
        take_signature(step, given, readiness)
        step.request = current_request(step.request)
    return anybody


def current_request(request: AcceptanceRequest) -> AcceptanceRequest:
    return AcceptanceRequest.objects.prefetch_related("signatures").get(pk=request.pk)


def next_of(request: AcceptanceRequest, people: list[User], concern: Any, meeting: AcceptanceMeeting) -> Any:
    """The participant who may sign the next step of a request, with what makes them the signer."""
    for person in people:
        hand = hand_of(Posts.of(person, meeting.held_on), concern)
        if why_not_sign(request, hand) is None:
            return person, hand
    return None
