"""The acts of looking back: drawing a sample, checking what was drawn, remarking and answering (回头看)."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from issues.models import Round, SubIssue
from rectify.organization.posts import Concern, Posts
from rectify.web.stored_files import receive
from rectify.workflow.acts import Act
from rectify.workflow.guards import ActInput, ReasonInput, validated
from rectify.workflow.history import Chain
from rectify.workflow.refusals import Forbidden, Invalid, NotFound, WrongState

from ..evidence import facts_of_new, likely_kind, new_evidence
from ..farthest import BEYOND, farthest
from ..models import ClosingRules, LookBack, LookBackItem, Measure, MeasureHistory, Remark, RemarkState
from ..states import MeasureStatus
from .acting import Beside, ItemStep, RemarkStep, told_of_item, write_beside
from .drawing import draw
from .inputs import AnswerInput, CheckInput, DrawInput, RemarkInput, SendBackInput
from .parties import audits, require_under_way, who_looks_back


def closed_measures(round_: Round) -> Any:
    """What a sample of a round is drawn from: the measures that are closed now."""
    closed = Measure.objects.filter(sub_issue__round=round_, status=MeasureStatus.CLOSED)
    return closed.select_related("lead_department", "sub_issue").order_by("pk")


def population_of(measures: Iterable[Measure]) -> dict[str, list[int]]:
    """Measures as a sample keeps what it was drawn from: department -> ids."""
    population: dict[str, list[int]] = {}
    for measure in measures:
        population.setdefault(measure.lead_department.key, []).append(measure.pk)
    return population


def _round_to_look_back_on(act: Act, round_id: int) -> Round:
    """Raises NotFound, Forbidden, WrongState, in this order."""
    posts = Posts.of(act.actor, act.on)
    round_ = Round.objects.select_related("organization").filter(pk=round_id).first()
    if round_ is None or not posts.reads(round_.organization):
        raise NotFound()
    if not audits(posts, round_.organization):
        raise Forbidden(_("Only inspection auditors draw samples."))
    require_under_way(round_)
    return round_


@transaction.atomic
def draw_sample(act: Act, round_id: int, data: Mapping[str, Any]) -> LookBack:
    """Draws a random sample of the measures of a round that are closed now; `data`: size, title, seed.

    How is said in `drawing`. The seed and the list that it was drawn from are kept, so that it can be drawn again.

    Raises:
        NotFound, Forbidden, WrongState, Invalid: in this order; nothing is changed then.
    """
    round_ = _round_to_look_back_on(act, round_id)
    # In the order in which every act on several chains locks them; what is closed stands still from here on.
    list(
        SubIssue.objects.select_for_update(of=("self",), no_key=True)
        .filter(round=round_)
        .order_by("pk")
        .values_list("pk")
    )
    closed = {measure.pk: measure for measure in closed_measures(round_)}
    if not closed:
        raise WrongState(_("Nothing in this round is closed yet; there is nothing to draw from."))
    values = validated(DrawInput, {**data, "round": round_id})
    if values["size"] > len(closed):
        message = _("Only %(count)d measures are closed; draw so many at most.") % {"count": len(closed)}
        raise Invalid(errors={"size": [message]})
    population = population_of(closed.values())
    who = who_looks_back(Posts.of(act.actor, act.on), Concern(round_.organization_id))
    seed = values["seed"] or secrets.token_hex(16)
    look_back = LookBack.objects.create(
        round=round_,
        title=values["title"] or _next_title(round_, act.on),
        drawn_on=act.on,
        drawn_at=act.clock(),
        drawn_by=act.actor,
        drawn_by_name=who[0],
        seed=seed,
        seed_given=bool(values["seed"]),
        size=values["size"],
        population=population,
    )
    drawn = [closed[pk] for pk in draw(seed, population, values["size"])]
    _add_items(look_back, drawn, act, who)
    return look_back


def _next_title(round_: Round, on: date) -> str:
    """The name of a sample to which nobody gave one; in the language in which records are kept."""
    before = LookBack.objects.filter(round=round_, drawn_on__year=on.year).count()
    return f"{on.year}年第{before + 1}次回头看"


def _add_items(look_back: LookBack, drawn: list[Measure], act: Act, who: tuple[str, str]) -> None:
    """The sample's items, each with a row in the history of its measure."""
    chains: dict[int, Chain] = {}
    for position, measure in enumerate(drawn, start=1):
        assert measure.closed_on is not None  # noqa: S101  a closed measure has its day; a constraint says so
        item = LookBackItem.objects.create(
            look_back=look_back, measure=measure, position=position, closed_on=measure.closed_on
        )
        chain = chains.setdefault(measure.sub_issue_id, Chain(MeasureHistory, measure.sub_issue_id))
        write_beside(measure, chain, act, who, "sample", extra={"look_back": told_of_item(item)})


def drawn_again(look_back: LookBack) -> bool:
    """Whether drawing again from the stored seed and list gives the stored sample."""
    stored = list(look_back.items.order_by("position").values_list("measure", flat=True))
    return draw(look_back.seed, look_back.population, look_back.size) == stored


@transaction.atomic
def check_item(act: Act, item_id: int, data: Mapping[str, Any]) -> LookBackItem:
    """Says what a second look at a sampled measure found; `data`: version, result (holds or relapsed), note.

    A relapse proposes to reopen the measure; the office does that, or declines. Nobody checks what they took part in
    closing.
    """
    step = ItemStep("check", act, item_id, data)
    values = validated(CheckInput, data)
    name = step.who[0]
    step.save(
        result=values["result"], note=values["note"], checked_by=act.actor, checked_by_name=name, checked_on=act.on
    )
    step.write("check_sample", values["note"], look_back=step.told, result=values["result"])
    return step.item


@transaction.atomic
def decline_reopening(act: Act, item_id: int, data: Mapping[str, Any]) -> LookBackItem:
    """The office leaves a relapsed measure closed and says why; `data`: version, reason."""
    step = ItemStep("decline", act, item_id, data)
    reason = validated(ReasonInput, data)["reason"]
    step.save(declined_by=act.actor, declined_by_name=step.who[0], declined_on=act.on, declined_why=reason)
    step.write("decline_reopening", reason, look_back=step.told)
    return step.item


def _answer_due_on(act: Act, round_id: int, given: date | None) -> date:
    """The day until which a remark is to be answered."""
    if given is None:
        rules = ClosingRules.objects.filter(round=round_id).first() or ClosingRules()
        return act.on + timedelta(days=rules.answer_within_days)
    if given < act.on:
        raise Invalid(errors={"answer_due_on": [_("This day has passed; the department needs time to answer.")]})
    if given > farthest(act.on):
        raise Invalid(errors={"answer_due_on": [BEYOND]})
    return given


@transaction.atomic
def make_remark(act: Act, measure_id: int, data: Mapping[str, Any]) -> Remark:
    """Makes a remark on a measure, in whatever state that is; `data`: text, item, answer_due_on."""
    step = Beside(act, measure_id)
    if "auditor" not in step.parties:
        raise Forbidden(_("Only inspection auditors make remarks."))
    require_under_way(step.sub_issue.round)
    values = validated(RemarkInput, {**data, "measure": measure_id})
    item = None
    if values["item"] is not None:
        item = step.measure.look_back_items.select_related("look_back").filter(pk=values["item"]).first()
        if item is None:
            raise Invalid(errors={"item": [_("No sampled measure with this id is about this measure.")]})
    remark = Remark.objects.create(
        measure=step.measure,
        item=item,
        text=values["text"],
        answer_due_on=_answer_due_on(act, step.sub_issue.round_id, values["answer_due_on"]),
        made_by=act.actor,
        made_by_name=step.who[0],
        made_on=act.on,
    )
    extra = {"look_back": told_of_item(item)} if item else {}
    step.write("remark", remark.text, remark=_told_of(remark), **extra)
    return remark


def _told_of(remark: Remark) -> dict[str, Any]:
    return {"id": remark.pk, "answer_due_on": remark.answer_due_on.isoformat()}


def answer_remark(act: Act, remark_id: int, data: Mapping[str, Any], file: UploadedFile | None = None) -> Remark:
    """The lead department answers a remark; `data`: version, answer.

    Args:
        file: what proves the answer; it becomes evidence of the measure, a closed one's included.
    """
    received = receive(file) if file is not None else None
    with transaction.atomic():
        step = RemarkStep("answer", act, remark_id, data)
        answer = validated(AnswerInput, data)["answer"]
        if received is not None:
            given = {"title": Path(received.filename).stem[:200], "kind": likely_kind(received.filename)}
            proof = new_evidence(step, given, received, answers=step.remark)
            step.write("add_evidence", evidence=facts_of_new(proof))
        step.save(
            state=RemarkState.ANSWERED,
            answer=answer,
            answered_by=act.actor,
            answered_by_name=step.who[0],
            answered_on=act.on,
            sent_back_why="",
        )
        step.write("answer_remark", answer, remark=_told_of(step.remark))
        return step.remark


@transaction.atomic
def settle_remark(act: Act, remark_id: int, data: Mapping[str, Any]) -> Remark:
    """An auditor accepts the answer to a remark; `data`: version."""
    step = RemarkStep("settle", act, remark_id, data)
    validated(ActInput, data)
    step.save(state=RemarkState.ACCEPTED, settled_by=act.actor, settled_by_name=step.who[0], settled_on=act.on)
    step.write("settle_remark", remark=_told_of(step.remark))
    return step.remark


@transaction.atomic
def send_back_remark(act: Act, remark_id: int, data: Mapping[str, Any]) -> Remark:
    """An auditor asks for another answer; `data`: version, reason, answer_due_on.

    The department gets the round's usual time again unless another day is given: an answer that came in time and was
    read late would be overdue at once otherwise.
    """
    step = RemarkStep("send_back", act, remark_id, data)
    values = validated(SendBackInput, data)
    due_on = _answer_due_on(act, step.sub_issue.round_id, values["answer_due_on"])
    step.save(state=RemarkState.OPEN, sent_back_why=values["reason"], answer_due_on=due_on)
    step.write("send_back_remark", values["reason"], remark=_told_of(step.remark))
    return step.remark
