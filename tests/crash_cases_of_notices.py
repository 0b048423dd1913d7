"""More acts for test_crashes.py: urging, warnings, channels, one's inbox, supervision papers, the weekly brief."""

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from issues.models import Round
from rectify.dispatch import freezing
from rectify.dispatch.models import Channel, Delivery, DeliveryStatus, Notice, SupervisionOrder
from rectify.dispatch.notices import configuring, inbox, urging
from rectify.dispatch.supervision import answering, drafting, templates
from rectify.documents import brief_templates, briefs

from .building import NOW, REASON, Ledger, act_by
from .crash_cases_of_weeks import opened

Prepare = Callable[[Ledger], Callable[[], Any]]
SECRET = "0123456789abcdef"
GROUP = {"way": "dingtalk", "name": "工作群", "address": "https://chat.example/hook", "secret": SECRET}


def allowing(settings: Any) -> None:
    """Lets messages go to the address of `GROUP`."""
    settings.ALLOWED_CHANNELS = ["https://chat.example/hook"]


def on_round(function: Any, *more: Any, **data: Any) -> Prepare:
    """An act of the office on its round; `more` are arguments behind `data`, each made when it is needed."""

    def prepare(ledger: Ledger) -> Callable[[], Any]:
        version = Round.objects.get(pk=ledger.round.pk).version
        act = act_by(ledger.people["office"])
        return lambda: function(act, ledger.round.pk, {"version": version, **data}, *(make() for make in more))

    return prepare


def urging_all(ledger: Ledger) -> Callable[[], Any]:
    week, act = opened(ledger), act_by(ledger.people["office"])
    return lambda: urging.urge(act, week.pk, {"version": week.version})


def channel_of(ledger: Ledger) -> Channel:
    return on_round(configuring.add_channel, **GROUP)(ledger)()


def on_channel(function: Any, **data: Any) -> Prepare:
    def prepare(ledger: Ledger) -> Callable[[], Any]:
        channel, act = channel_of(ledger), act_by(ledger.people["office"])
        return lambda: function(act, channel.pk, {"version": 1, **data})

    return prepare


def retrying(ledger: Ledger) -> Callable[[], Any]:
    delivery = on_channel(configuring.test_channel)(ledger)()
    Delivery.objects.update(status=DeliveryStatus.FAILED)
    act = act_by(ledger.people["office"])
    return lambda: configuring.retry_delivery(act, delivery.pk, {})


def on_inbox(every: bool) -> Prepare:
    """Reading one notice, or all of them."""

    def prepare(ledger: Ledger) -> Callable[[], Any]:
        opened(ledger)
        act = act_by(ledger.people["liaison-road"])
        pk = Notice.objects.get(recipient=act.actor).pk
        return lambda: inbox.mark_all_read(act, {"until": pk}) if every else inbox.mark_read(act, pk, {})

    return prepare


def contact(ledger: Ledger) -> Callable[[], Any]:
    act = act_by(ledger.people["liaison-road"])
    data = {"version": 1, "address": "road@example.com", "muted": ["opened"], "quiet_from": "19:00"}
    return lambda: inbox.set_contact(act, data)


def order_of(ledger: Ledger, state: str) -> SupervisionOrder:
    """A paper on the first measure: a draft, issued, or answered."""
    office, liaison = act_by(ledger.people["office"]), act_by(ledger.people["liaison-road"])
    data: dict[str, Any] = {"kind": "order", "measure": ledger.measure.pk}
    order = drafting.draft_order(office, ledger.round.pk, data)
    if state != "draft":
        body = {"version": 1, "department": ledger.place.departments["road"].pk}
        order = drafting.issue_order(office, order.pk, body)
    if state == "answered":
        order = answering.answer_order(liaison, order.pk, {"version": order.version, "answer": "已完成"})
    return order


def on_order(function: Any, state: str, role: str = "office", **data: Any) -> Prepare:
    def prepare(ledger: Ledger) -> Callable[[], Any]:
        order, act = order_of(ledger, state), act_by(ledger.people[role])
        more = {"department": ledger.place.departments["road"].pk} if function is drafting.issue_order else {}
        return lambda: function(act, order.pk, {"version": order.version, **more, **data})

    return prepare


def instruction(ledger: Ledger) -> Callable[[], Any]:
    act = act_by(ledger.people["leader-vp_road"])
    return lambda: drafting.draft_order(act, ledger.round.pk, {"kind": "instruction", "instruction": "抓紧办理"})


def drawing_up(ledger: Ledger) -> Callable[[], Any]:
    act, week = act_by(ledger.people["office"]), opened(ledger)
    freezing.freeze_week(act, week.pk, {"version": week.version})
    return lambda: briefs.draw_up(act, week.pk, {})


def on_brief(function: Any, issued: bool = False, **data: Any) -> Prepare:
    def prepare(ledger: Ledger) -> Callable[[], Any]:
        act, brief = act_by(ledger.people["office"]), drawing_up(ledger)()
        if issued:
            brief = briefs.issue(act, brief.pk, {"version": brief.version})
        return lambda: function(act, brief.pk, {"version": brief.version, **data})

    return prepare


def own_template() -> SimpleUploadedFile:
    return SimpleUploadedFile(brief_templates.STARTER_NAME, brief_templates.starter(NOW))


def dropping_template(ledger: Ledger) -> Callable[[], Any]:
    on_round(brief_templates.set_template, own_template)(ledger)()
    return on_round(brief_templates.drop_template)(ledger)


PAPERS = {"order": {"title": "督办单", "body": "{部门}：请答复{问题}"}}
NOTICE_CASES: dict[str, Any] = {
    "urging.urge": urging_all,
    "configuring.set_warnings": on_round(configuring.set_warnings, blue_days=30, red_to=["office"]),
    "configuring.add_channel": on_round(configuring.add_channel, **GROUP),
    "configuring.change_channel": on_channel(configuring.change_channel, name="新名", active=False),
    "configuring.test_channel": on_channel(configuring.test_channel),
    "configuring.retry_delivery": retrying,
    "inbox.mark_read": on_inbox(every=False),
    "inbox.mark_all_read": on_inbox(every=True),
    "inbox.set_contact": contact,
    "drafting.draft_order": instruction,
    "drafting.edit_order": on_order(drafting.edit_order, "draft", title="改过的标题"),
    "drafting.issue_order": on_order(drafting.issue_order, "draft"),
    "answering.answer_order": on_order(answering.answer_order, "issued", "liaison-road", answer="已完成"),
    "answering.return_answer": on_order(answering.return_answer, "answered", reason=REASON),
    "answering.conclude_order": on_order(answering.conclude_order, "answered", conclusion="同意"),
    "answering.cancel_order": on_order(answering.cancel_order, "issued", reason=REASON),
    "templates.set_paper_templates": on_round(templates.set_paper_templates, templates=PAPERS),
    "briefs.draw_up": drawing_up,
    "briefs.edit": on_brief(briefs.edit, overview="本周进展平稳"),
    "briefs.issue": on_brief(briefs.issue, overview="本周进展平稳"),
    "briefs.new_edition": on_brief(briefs.new_edition, issued=True, reason=REASON),
    "brief_templates.set_template": on_round(brief_templates.set_template, own_template),
    "brief_templates.drop_template": dropping_template,
}
