"""The acts on weekly briefs: drawn up from a frozen week, edited, issued, corrected by a new edition.

Each leaves its row in the round's history. What is issued never changes any more: not its words, not its file.
"""

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework import serializers

from issues.models import Round, RoundHistory
from rectify.dispatch.models import Dispatch
from rectify.dispatch.opening import locked_for_office, who_acts
from rectify.organization.posts import Concern, Posts
from rectify.web.stored_files import store
from rectify.workflow.acts import Act
from rectify.workflow.digests import digest_of_content
from rectify.workflow.guards import ActInput, ReasonInput, TextField, check, validated
from rectify.workflow.history import Chain, Entry
from rectify.workflow.record import record
from rectify.workflow.refusals import NotFound, WrongState

from .brief_documents import draft_of, file_of, name_of, template_of
from .brief_drafts import typed_drafts
from .brief_figures import figures_of
from .brief_notices import tell
from .models import TYPED, IssuedBrief, WeeklyBrief
from .states import BRIEF_TRANSITIONS, BriefStatus


class EditInput(ActInput):
    """What the office types; what is left out stays."""

    overview = TextField(max_length=5000, required=False, allow_blank=True)
    difficulties = TextField(max_length=5000, required=False, allow_blank=True)
    matters = TextField(max_length=5000, required=False, allow_blank=True)
    next_week = TextField(max_length=5000, required=False, allow_blank=True)


class DrawUpInput(serializers.Serializer):
    """The frozen week of which the brief is drawn up."""

    dispatch = serializers.IntegerField()


@transaction.atomic
def draw_up(act: Act, dispatch_id: int, data: Mapping[str, Any]) -> WeeklyBrief:
    """Draws up the brief of a frozen week: counts its figures, once, and drafts its texts; `data`: nothing.

    Raises:
        NotFound, Forbidden; WrongState: the week is open still, was left out, or has its brief.
    """
    round_, week = _locked_week(act, dispatch_id)
    if week.frozen_at is None:
        raise WrongState(_("The brief is drawn up once the week is frozen."))
    if there := WeeklyBrief.objects.filter(dispatch=week).order_by("-edition").first():
        raise WrongState(_("This week has its brief already."), current=there)
    figures = figures_of(week)
    return _made(act, round_, week, 1, figures=figures, **typed_drafts(figures))


def _locked_week(act: Act, dispatch_id: int) -> tuple[Round, Dispatch]:
    round_id = Dispatch.objects.filter(pk=dispatch_id).values_list("round", flat=True).first()
    if round_id is None:
        raise NotFound()
    round_ = locked_for_office(act, round_id)
    return round_, Dispatch.objects.select_related("round__organization").get(pk=dispatch_id)


def _made(act: Act, round_: Round, week: Dispatch, edition: int, **columns: Any) -> WeeklyBrief:
    who = who_acts(act, round_)
    made = WeeklyBrief.objects.create(
        dispatch=week, edition=edition, digest=week.digest, drawn_up_at=act.clock(), drawn_up_by_name=who[0], **columns
    )
    action = "draw_up_brief" if edition == 1 else "new_brief_edition"
    _write(act, made, who, action, columns.get("reason", ""), figures=digest_of_content(made.figures))
    return made


def _write(act: Act, brief: WeeklyBrief, who: tuple[str, str], action: str, reason: str = "", **extra: Any) -> None:
    """Writes the act into the round's history; the round itself stays."""
    round_ = brief.dispatch.round
    facts = {"week": str(brief.dispatch.iso_week), "edition": brief.edition, **extra}
    entry = Entry(action, reason=reason, extra=facts)
    record(round_, Chain(RoundHistory, round_.pk), act, who, entry, new_version=False)


class BriefStep:
    """An act on a brief under the lock of its round, past the checks of role, version and state."""

    def __init__(self, name: str, act: Act, brief_id: int, data: Mapping[str, Any]) -> None:
        self.act, posts = act, Posts.of(act.actor, act.on)
        found = WeeklyBrief.objects.visible_to(act.actor, act.on).filter(pk=brief_id)
        week_id = found.values_list("dispatch", flat=True).first()
        if week_id is None:
            raise NotFound()
        self.round, self.week = _locked_week(act, week_id)
        self.brief = WeeklyBrief.objects.get(pk=brief_id)
        self.week.round = self.round
        self.brief.dispatch = self.week
        parties = posts.parties(Concern(self.round.organization_id))
        check(BRIEF_TRANSITIONS, name, self.brief, self.brief.status, parties, data)  # type: ignore[arg-type]

    @property
    def who(self) -> tuple[str, str]:
        return who_acts(self.act, self.round)

    def type_in(self, values: Mapping[str, Any]) -> list[str]:
        """Puts in what was typed; returns which parts changed."""
        changed = [name for name in TYPED if name in values and values[name] != getattr(self.brief, name)]
        for name in changed:
            setattr(self.brief, name, values[name])
        return changed

    def save(self, *columns: str) -> WeeklyBrief:
        self.brief.version += 1
        self.brief.save(update_fields=[*columns, "version"])
        return self.brief


@transaction.atomic
def edit(act: Act, brief_id: int, data: Mapping[str, Any]) -> WeeklyBrief:
    """Keeps what was typed; `data`: version, and whatever of `EditInput` is to change. The figures are locked.

    Raises:
        NotFound, Forbidden, Stale, WrongState (it is issued), Invalid: in this order; nothing is changed then.
    """
    step = BriefStep("edit", act, brief_id, data)
    changed = step.type_in(validated(EditInput, data))
    _write(act, step.brief, step.who, "edit_brief", changed=changed, digest=digest_of_content(step.brief.typed))
    return step.save(*TYPED)


@transaction.atomic
def issue(act: Act, brief_id: int, data: Mapping[str, Any]) -> WeeklyBrief:
    """Issues a brief: its words and its file are kept for good, and the leaders are told; `data` as of `edit`.

    Raises:
        NotFound, Forbidden, Stale, WrongState (it is issued), Invalid (the template cannot be filled in).
    """
    step = BriefStep("issue", act, brief_id, data)
    changed = step.type_in(validated(EditInput, data))
    brief, now = step.brief, act.clock()
    brief.status = BriefStatus.ISSUED
    template = template_of(step.round)
    content = draft_of(brief, act.on)
    made = file_of(brief, template, act.on, now)
    sha256 = store(SimpleUploadedFile(name_of(brief), made))
    IssuedBrief.objects.create(
        brief=brief,
        content=content,
        filename=name_of(brief),
        size=len(made),
        sha256=sha256,
        template_sha256=template.sha256 if template else "",
        issued_on=act.on,
        issued_at=now,
        issued_by=act.actor,
        issued_by_name=step.who[0],
    )
    digest = digest_of_content(content)
    _write(act, brief, step.who, "issue_brief", changed=changed, sha256=sha256, digest=digest)
    step.save(*TYPED, "status")
    tell(act, brief)
    return brief


@transaction.atomic
def new_edition(act: Act, brief_id: int, data: Mapping[str, Any]) -> WeeklyBrief:
    """Begins the next edition of an issued brief, which says why; `data`: version, reason. The figures stay.

    Raises:
        NotFound, Forbidden, Stale, WrongState (it is a draft, or there is a later edition), Invalid.
    """
    step = BriefStep("new_edition", act, brief_id, data)
    later = WeeklyBrief.objects.filter(dispatch=step.week, edition__gt=step.brief.edition).order_by("-edition").first()
    if later is not None:
        raise WrongState(_("There is a later edition of this brief; go on with that one."), current=later)
    reason = validated(ReasonInput, data)["reason"]
    old = step.brief
    return _made(act, step.round, step.week, old.edition + 1, reason=reason, figures=old.figures, **old.typed)


def acts_on(brief: WeeklyBrief, posts: Posts, newest: bool) -> list[str]:
    """The acts that are open to a person."""
    parties = posts.parties(Concern(brief.dispatch.round.organization_id))
    found = BRIEF_TRANSITIONS.available(brief.status, parties)
    return [act for act in found if newest or act != "new_edition"]
