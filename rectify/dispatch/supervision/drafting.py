"""Writing a paper: drafting it from its template, editing it, issuing it. Papers are issued by people alone."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from issues.models import Round, SubIssue
from issues.plan import locked_round
from measures.models import Measure
from rectify.organization.models import Department, Leader, Role, RoleAssignment
from rectify.organization.posts import Concern, Posts
from rectify.workflow.acts import Act
from rectify.workflow.guards import validated
from rectify.workflow.refusals import Forbidden, Invalid

from ..calendar import working_days
from ..models import OrderKind, OrderStatus, SupervisionOrder
from ..weeks import working_days_after
from .acting import OrderStep, require_under_way, write
from .inputs import LONGEST_TITLE, DraftPartsInput, EditOrderInput, InstructionInput
from .matters import drafted_words, values_of
from .states import ORDER_TRANSITIONS, next_kind
from .telling import tell_department, tell_of_instruction
from .wording import filled, number_in_words, require_sound, usual_question

# Within so many working days an answer is wanted where nobody says otherwise.
ANSWER_WITHIN = 5
# However long the holidays are, so many days hold as many working days.
FAR_ENOUGH = timedelta(days=60)


def usual_due_on(on: date) -> date:
    """Until when a paper that is issued on a day is to be answered where nobody says otherwise. One statement."""
    return working_days_after(on, ANSWER_WITHIN, working_days(on, on + FAR_ENOUGH))


def post_of_leader(posts: Posts, organization_id: int) -> RoleAssignment | None:
    """The post by which a person leads in an organisation; None where they do not."""
    led = (a for a in posts.held if a.role == Role.LEADER and a.organization_id == organization_id)
    return next(led, None)


def may_draft(posts: Posts, organization_id: int) -> frozenset[str]:
    """The kinds of papers that a person may draft: the office all, a leader instructions, nobody else any."""
    if "office" in posts.parties(Concern(organization_id)):
        return frozenset(OrderKind.values)
    return frozenset({OrderKind.INSTRUCTION.value} if post_of_leader(posts, organization_id) else ())


@transaction.atomic
def draft_order(act: Act, round_id: int, data: Mapping[str, Any]) -> SupervisionOrder:
    """Drafts a paper; `data`: kind, measure or sub_issue, and what else `DraftPartsInput` names.

    What a leader writes becomes a draft for the office: the words stay as they are, whom it goes to is the office's.

    Raises:
        NotFound, Forbidden, WrongState, Invalid: in this order; nothing is changed then.
    """
    round_ = locked_round(act, round_id)
    posts = Posts.of(act.actor, act.on)
    kinds = may_draft(posts, round_.organization_id)
    if not kinds:
        raise Forbidden(ORDER_TRANSITIONS.not_yours)
    office = OrderKind.ORDER in kinds
    if not office and data.get("kind") != OrderKind.INSTRUCTION:
        raise Forbidden(_("A leader writes instructions; the other papers are drafted by the office."))
    require_under_way(round_)
    values = validated(DraftPartsInput if office else InstructionInput, data)
    parts = _office_parts(round_, values) if office else _leader_parts(posts, round_)
    order = _made(act, round_, values, parts)
    write(act, order, "draft_order")
    if not office:
        tell_of_instruction(act, order)
    return order


def _office_parts(round_: Round, values: Mapping[str, Any]) -> dict[str, Any]:
    """Whom a paper goes to, whose instruction it is and which it follows. Raises Invalid."""
    parts: dict[str, Any] = {
        "department": department_in(round_, values.get("department")),
        "due_on": values.get("due_on"),
    }
    if values["parent"]:
        before = SupervisionOrder.objects.filter(round=round_, issued_on__isnull=False, pk=values["parent"]).first()
        if before is None:
            raise Invalid(errors={"parent": [_("There is no such paper that was issued in this round.")]})
        parts["parent"] = before
    if values["kind"] != OrderKind.INSTRUCTION:
        return parts
    lacking = [name for name in ("instruction", "leader") if not values[name]]
    if lacking:
        words = _("An instruction is a leader's: give the leader and the words.")
        raise Invalid(errors={name: [words] for name in lacking})
    leader = Leader.objects.filter(organization=round_.organization_id, pk=values["leader"]).first()
    if leader is None:
        raise Invalid(errors={"leader": [_("There is no such leader in this organisation.")]})
    return parts | {"leader": leader, "leader_name": leader.title}


def _leader_parts(posts: Posts, round_: Round) -> dict[str, Any]:
    post = post_of_leader(posts, round_.organization_id)
    assert post is not None  # noqa: S101 -- only leaders come here
    return {"leader": post.leader, "leader_name": posts.user.get_full_name()}


def department_in(round_: Round, pk: int | None) -> Department | None:
    """A department of the round's organisation; None for none. Raises Invalid."""
    if pk is None:
        return None
    found = Department.objects.filter(organization=round_.organization_id, pk=pk).first()
    if found is None:
        raise Invalid(errors={"department": [_("There is no such department in this organisation.")]})
    return found


def matter_in(round_: Round, values: Mapping[str, Any]) -> tuple[Measure | None, SubIssue | None]:
    """The measure or sub-issue that a paper is about. Raises Invalid for both, and for one of another round."""
    if values["measure"] and values["sub_issue"]:
        raise Invalid(errors={"sub_issue": [_("A paper is about a measure or about a sub-issue, not about both.")]})
    measure = sub_issue = None
    if values["measure"]:
        measure = Measure.objects.filter(sub_issue__round=round_, pk=values["measure"]).first()
        if measure is None:
            raise Invalid(errors={"measure": [_("There is no such measure in this round.")]})
    if values["sub_issue"]:
        sub_issue = SubIssue.objects.filter(round=round_, pk=values["sub_issue"]).first()
        if sub_issue is None:
            raise Invalid(errors={"sub_issue": [_("There is no such sub-issue in this round.")]})
    return measure, sub_issue


def _made(act: Act, round_: Round, values: Mapping[str, Any], parts: Mapping[str, Any]) -> SupervisionOrder:
    """The draft as a new row, its words from the template where none were given. Raises Invalid."""
    measure, sub_issue = matter_in(round_, values)
    words = drafted_words(round_, values["kind"], measure or sub_issue or round_, act.on)
    title, text = values.get("title") or words.title, values.get("text") or words.body
    require_sound(title, "title")
    require_sound(text, "text")
    instruction = values["instruction"] if values["kind"] == OrderKind.INSTRUCTION else ""
    return SupervisionOrder.objects.create(
        round=round_,
        kind=values["kind"],
        measure=measure,
        sub_issue=sub_issue,
        title=title,
        text=text.replace("\r\n", "\n"),
        question=values.get("question", usual_question(values["kind"])),
        instruction=instruction,
        drafted_by=act.actor,
        drafted_by_name=act.actor.get_full_name(),
        drafted_on=act.on,
        drafted_at=act.clock(),
        **parts,
    )


@transaction.atomic
def edit_order(act: Act, order_id: int, data: Mapping[str, Any]) -> SupervisionOrder:
    """Changes a draft; `data`: version, and whatever of department, title, question, text and due_on is to change.

    A leader's own words stay as they are.

    Raises:
        NotFound, Forbidden, Stale, WrongState, Invalid: in this order; nothing is changed then.
    """
    step = OrderStep("edit", act, order_id, data)
    order = step.save(**_edited(step.order, validated(EditOrderInput, data)))
    step.write(action="edit_order")
    return order


def _edited(order: SupervisionOrder, values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that an edit changes. Raises Invalid."""
    given = {name: values[name] for name in ("title", "question", "text", "due_on") if name in values}
    for name in ("title", "text"):
        if name in given:
            require_sound(given[name], name)
    if "text" in given:
        given["text"] = given["text"].replace("\r\n", "\n")
    if "department" in values:
        given["department"] = department_in(order.round, values["department"])
    return given


@transaction.atomic
def issue_order(act: Act, order_id: int, data: Mapping[str, Any]) -> SupervisionOrder:
    """Issues a draft to its department; `data`: version, and what of the draft is still to change.

    It gets its number, its text is filled in for good, and without a day its answer is due in five working days.

    Raises:
        NotFound, Forbidden, Stale, WrongState, Invalid: in this order; nothing is changed then.
    """
    step = OrderStep("issue", act, order_id, data)
    order = step.order
    changed = _edited(order, validated(EditOrderInput, data))
    for name, value in changed.items():
        setattr(order, name, value)
    order.due_on = order.due_on or usual_due_on(act.on)
    _require_complete(order, act.on)
    serial = _next_serial(order, act.on.year)
    order.number, order.issued_on = number_in_words(order.kind, act.on.year, serial), act.on
    final = {
        "number": order.number,
        "year": act.on.year,
        "serial": serial,
        "due_on": order.due_on,
        "status": OrderStatus.ISSUED,
        "turn": 1,
        "issued_by": act.actor,
        "issued_by_name": step.who,
        "issued_on": act.on,
        "issued_at": act.clock(),
    }
    step.save(**changed | _filled_in(order, act.on) | final)
    step.write(action="issue_order", **_made_public(order))
    tell_department(act, order)
    return order


def _filled_in(order: SupervisionOrder, on: date) -> dict[str, str]:
    """A paper's title and text for good. Raises Invalid."""
    values = values_of(order, on)
    title, text = filled(order.title, values, "title"), filled(order.text, values)
    if len(title) > LONGEST_TITLE:
        raise Invalid(errors={"title": [_("The title is too long once it is filled in; please shorten it.")]})
    return {"title": title, "text": text}


def _made_public(order: SupervisionOrder) -> dict[str, Any]:
    """The words that history keeps from the day on which the round's readers may read them."""
    about = {
        "measure": order.measure.number if order.measure else None,
        "sub_issue": order.sub_issue.number if order.sub_issue else None,
        "follows": order.parent.number if order.parent else None,
    }
    words = {"title": order.title, "question": order.question, "text": order.text}
    given = {"instruction": order.instruction, "leader": order.leader_name} if order.instruction else {}
    return {"about": about, "paper": {**words, **given}}


def _require_complete(order: SupervisionOrder, on: date) -> None:
    """Raises Invalid at everything that a paper still lacks."""
    errors: dict[str, list[Any]] = {}
    if order.department is None:
        errors["department"] = [_("Choose the department that has to answer.")]
    if not order.question.strip():
        errors["question"] = [_("Say what must be answered.")]
    if order.due_on is not None and order.due_on < on:
        errors["due_on"] = [_("The answer cannot be due in the past.")]
    if errors:
        raise Invalid(_("Please check the marked fields."), errors=errors)


def _next_serial(order: SupervisionOrder, year: int) -> int:
    """The next number of this kind in this round and year; the round's lock keeps it from being given twice."""
    given = SupervisionOrder.objects.filter(round=order.round_id, kind=order.kind, year=year)
    return (given.aggregate(last=Max("serial"))["last"] or 0) + 1


def last_paper(round_: Round, about: Any) -> SupervisionOrder | None:
    """The newest escalation paper that was issued on a measure, a sub-issue or the round, and not cancelled."""
    papers = SupervisionOrder.objects.filter(round=round_, issued_on__isnull=False).exclude(kind=OrderKind.INSTRUCTION)
    measure = about if isinstance(about, Measure) else None
    sub_issue = about if isinstance(about, SubIssue) else None
    found = papers.exclude(status=OrderStatus.CANCELLED).filter(measure=measure, sub_issue=sub_issue)
    return found.order_by("-issued_on", "-pk").first()


def proposed_kind(last: SupervisionOrder | None) -> str:
    """The kind of paper that practice asks for next."""
    return next_kind(last.kind if last is not None else None).value
