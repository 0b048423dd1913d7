"""More acts for test_crashes.py: what changes deadlines, second looks, rules, evidence that is withdrawn."""

from typing import Any

from issues.models import Round
from measures import deadline_signing, deadlines, evidence, papers, rules, services
from measures.look_back import services as look_back

from .building import REASON, TODAY, Ledger, act_by
from .driving import ask_extension, ask_long_term, attach, decide, do, drive, drive_sub_issue
from .sending import scan

LATER = "2021-06-30"


def asked(function: Any, **data: Any) -> Any:
    """A measure's own request for another deadline."""

    def prepare(ledger: Ledger) -> Any:
        measure = drive(ledger.measure, "in_progress")
        act = act_by(ledger.people["liaison-road"])
        return lambda: function(act, measure.pk, {"version": measure.version, "reason": REASON, **data})

    return prepare


def decided(function: Any, ask: Any, role: str, **data: Any) -> Any:
    """The last step, where it is a signature, of a request for another deadline."""

    def prepare(ledger: Ledger) -> Any:
        request = ask(drive(ledger.measure, "in_progress"))
        if role == "leader-vp_road":
            decide(request, "sign", "office")
        act = act_by(ledger.people[role])
        return lambda: function(act, request.pk, {"version": request.version, **data})

    return prepare


def stage_not_met(ledger: Ledger) -> Any:
    """Under a closed sub-issue, which is reopened with the measure."""
    measure = drive(ledger.measure, "sustained")
    drive(ledger.measures[1], "closed")
    for name, role in (("request_acceptance", "liaison"), ("sign", "office"), ("sign", "leader")):
        note = {"note": "申请", "result": "closed"} if name == "request_acceptance" else {}
        do(ledger.sub_issue, name, role, **note)
    measure.refresh_from_db()
    act = act_by(ledger.people["office"])
    return lambda: deadlines.review_stage(act, measure.pk, {"version": measure.version, "met": False, "note": "未达到"})


def stage_reported(ledger: Ledger) -> Any:
    measure = drive(ledger.measure, "sustained")
    act = act_by(ledger.people["liaison-road"])
    return lambda: services.report_stage(act, measure.pk, {"version": measure.version, "done": "按季度排查"})


def sample(ledger: Ledger) -> Any:
    for measure in ledger.measures[:2]:
        drive(measure, "closed")
    act = act_by(ledger.people["auditor"])
    return lambda: look_back.draw_sample(act, ledger.round.pk, {"size": 2, "seed": "1"})


def on_item(function: Any, role: str, relapsed: bool = False, **data: Any) -> Any:
    def prepare(ledger: Ledger) -> Any:
        item = sample(ledger)().items.first()
        auditor = act_by(ledger.people["auditor"])
        if relapsed:
            item = look_back.check_item(auditor, item.pk, {"version": 1, "result": "relapsed", "note": "又出现"})
        act = act_by(ledger.people[role])
        return lambda: function(act, item.pk, {"version": item.version, **data})

    return prepare


def remark(ledger: Ledger) -> Any:
    act = act_by(ledger.people["auditor"])
    return lambda: look_back.make_remark(act, ledger.measure.pk, {"text": "请说明"})


def on_remark(function: Any, role: str, answered: bool = True, **data: Any) -> Any:
    def prepare(ledger: Ledger) -> Any:
        row = remark(ledger)()
        if answered:
            liaison = act_by(ledger.people["liaison-road"])
            row = look_back.answer_remark(liaison, row.pk, {"version": row.version, "answer": "已说明"})
        act = act_by(ledger.people[role])
        return lambda: function(act, row.pk, {"version": row.version, **data})

    return prepare


def withdrawal(ledger: Ledger) -> Any:
    """While it is under review and was signed: the signature becomes void in the same act."""
    measure = drive(ledger.measure, "in_review")
    attach(measure, text="另一份")
    do(measure, "sign", "head")
    piece = measure.evidence.order_by("pk")[0]
    act = act_by(ledger.people["liaison-road"])
    return lambda: evidence.withdraw_evidence(act, piece.pk, {"version": measure.version, "reason": "传错"})


def new_rules(ledger: Ledger) -> Any:
    act = act_by(ledger.people["office"])
    drive_sub_issue(ledger.sub_issue, "in_review", result="sustained")
    round_ = Round.objects.get(pk=ledger.round.pk)
    data = {
        "version": round_.version,
        "chains": {"closure": ["office", "chair"]},
        "return_reasons": ["请补充"],
        "wanted_evidence": {"time_bound": ["photo"]},
        "criteria": [{"key": "solved", "title": "问题已解决"}],
    }
    return lambda: rules.set_closing_rules(act, round_.pk, data)


def deadline_on_paper(function: Any, ask: Any) -> Any:
    """The last signature, which grants the request."""

    def prepare(ledger: Ledger) -> Any:
        request = ask(drive(ledger.measure, "in_progress"))
        decide(request, "sign", "office")
        act = act_by(ledger.place.add_person("office-two", "office"))
        data = {"version": request.version, "title": "审批单", "signed_on": TODAY.isoformat()}
        return lambda: function(act, request.pk, data, scan())

    return prepare


LEADER = "leader-vp_road"
MORE_CASES: dict[str, Any] = {
    "deadlines.request_extension": asked(deadlines.request_extension, due_on="2021-05-20"),
    "deadlines.request_long_term": asked(deadlines.request_long_term, stage_goal="每季度一次", review_on=LATER),
    "deadlines.review_stage": stage_not_met,
    "services.report_stage": stage_reported,
    "papers.register_on_extension": deadline_on_paper(papers.register_on_extension, ask_extension),
    "papers.register_on_long_term": deadline_on_paper(papers.register_on_long_term, ask_long_term),
    "deadline_signing.sign_extension": decided(deadline_signing.sign_extension, ask_extension, LEADER),
    "deadline_signing.return_extension": decided(
        deadline_signing.return_extension, ask_extension, "office", reason=REASON
    ),
    "deadline_signing.recall_extension": decided(deadline_signing.recall_extension, ask_extension, "liaison-road"),
    "deadline_signing.sign_long_term": decided(deadline_signing.sign_long_term, ask_long_term, LEADER),
    "deadline_signing.return_long_term": decided(
        deadline_signing.return_long_term, ask_long_term, "office", reason=REASON
    ),
    "deadline_signing.recall_long_term": decided(deadline_signing.recall_long_term, ask_long_term, "liaison-road"),
    "services.draw_sample": sample,
    "services.check_item": on_item(look_back.check_item, "auditor", result="holds", note="属实"),
    "services.decline_reopening": on_item(look_back.decline_reopening, "office", True, reason="已即知即改"),
    "services.make_remark": remark,
    "services.answer_remark": on_remark(look_back.answer_remark, "liaison-road", False, answer="已说明"),
    "services.settle_remark": on_remark(look_back.settle_remark, "auditor"),
    "services.send_back_remark": on_remark(look_back.send_back_remark, "auditor", reason=REASON),
    "evidence.withdraw_evidence": withdrawal,
    "rules.set_closing_rules": new_rules,
}
