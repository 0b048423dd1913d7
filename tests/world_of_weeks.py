"""The rows of the weekly dispatch for the matrix: weeks, working days, papers, briefs, notices."""

from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from issues.milestones import add_milestone
from rectify.dispatch import reporting
from rectify.dispatch.feeds import make_address
from rectify.dispatch.freezing import freeze_week
from rectify.dispatch.models import Channel, Dispatch, Notice, NoticeKind
from rectify.dispatch.opening import open_week
from rectify.dispatch.supervision.answering import answer_order
from rectify.dispatch.supervision.drafting import draft_order, issue_order
from rectify.documents import brief_templates, briefs
from rectify.documents.brief_templates import starter

from .building import NOW, REASON, Ledger, act_by, build_ledger

if TYPE_CHECKING:
    from .world import World


def fill_dispatch(made: "World") -> None:
    """An open week in a round of its own, with a line of each state that an act is about."""
    place = made.ledger.place
    ledger = build_ledger(place, title="周调度", sub_issues=1, measures=3)
    unopened = build_ledger(place, title="未开启", sub_issues=1, measures=1).round
    week = open_week(act_by(place.people["office"]), ledger.round.pk, {})
    fresh, sent, asked = week.lines.order_by("pk")
    liaison = act_by(place.people["liaison-road"])
    reporting.submit(liaison, sent.pk, {"version": 1, "progress": 30, "done": "已部署"})
    plan = place.departments["plan"]
    asked.measure.responsible_departments.add(plan)
    reporting.ask_department(liaison, asked.pk, {"version": 1, "department": plan.pk})
    acts: dict[str, tuple[Any, dict[str, Any]]] = {
        "dispatch-detail": (week, {}),
        "dispatch-freeze": (week, {}),
        "progress-report-detail": (fresh, {}),
        "progress-report-save": (fresh, {"done": "草稿"}),
        "progress-report-submit": (fresh, {"progress": 30, "done": "已部署"}),
        "progress-report-confirm": (sent, {}),
        "progress-report-return": (sent, {"reason": REASON}),
        "progress-report-recall": (sent, {}),
        "progress-report-ask": (fresh, {"department": plan.pk}),
        "progress-report-contribute": (asked, {"text": "已配合"}),
        "round-schedule": (unopened, {"paused": True}),
    }
    fresh.measure.responsible_departments.add(plan)
    for route, (row, data) in acts.items():
        row.refresh_from_db()
        made.addresses[route] = reverse(route, args=[row.pk])
        made.data[route] = {"version": row.version, **data}
    fill_notices(made, ledger, week)
    made.data["dispatch-list"] = {"round": unopened.pk}
    here = f"?round={ledger.round.pk}&week={week.pk}"
    made.addresses["this-week"], made.addresses["dispatch-board"] = (
        reverse(name) + here for name in ("this-week", "dispatch-board")
    )
    made.data["this-week"] = {"act": f"save-{fresh.pk}", f"version-{fresh.pk}": 1, f"done-{fresh.pk}": "草稿"}
    made.addresses["dispatch-open"] = f"{reverse('dispatch-open')}?round={unopened.pk}"
    made.addresses["dispatch-schedule"] = f"{reverse('dispatch-schedule')}?round={unopened.pk}"
    made.data["dispatch-schedule"] = {"version": unopened.version, "opens_weekday": 1, "opens_time": "08:30"}
    made.addresses["dispatch-freeze-page"] = f"{reverse('dispatch-freeze-page', args=[week.pk])}{here}"
    made.data["dispatch-freeze-page"] = {"version": week.version}
    sent.refresh_from_db()
    made.addresses["dispatch-return-page"] = reverse("dispatch-return-page", args=[sent.pk])
    made.data["dispatch-return-page"] = {"version": sent.version, "reason": REASON}


def fill_calendar(made: "World") -> None:
    """Milestones to act on, a day and a year of the calendar, and somebody's address."""
    ledger, office = made.ledger, act_by(made.ledger.people["office"])
    day = {"title": "验收会", "due_on": "2021-04-16"}
    milestone = add_milestone(office, ledger.round.pk, day)
    acts = {"detail": {}, "set": {"title": "集中验收"}, "meet": {"met_on": "2021-03-31"}, "drop": {"reason": REASON}}
    for act, data in acts.items():
        made.addresses[f"milestone-{act}"] = reverse(f"milestone-{act}", args=[milestone.pk])
        made.data[f"milestone-{act}"] = {"version": 1, **data}
    made.data["milestone-list"] = {"round": ledger.round.pk, **day}
    made.addresses["milestones"] = f"{reverse('milestones')}?round={ledger.round.pk}"
    made.data["milestones"] = {"act": "add", **day}
    made.data["working-day-list"] = {"day": "2021-05-08", "kind": "weekday"}
    made.data["working-days"] = {"act": "day", **made.data["working-day-list"]}
    made.data["working-day-import"] = {"year": 2031}
    made.data["notices-feed"] = {"act": "make"}
    made.addresses["feed"] = reverse("feed", args=[make_address(act_by(ledger.people["liaison-road"]))])


def fill_supervision(made: "World") -> None:
    """A paper in each state that an act is about, in a round of their own, and the input for others."""
    place = made.ledger.place
    ledger = build_ledger(place, title="督办", sub_issues=1, measures=1)
    office, round_, road = act_by(place.people["office"]), ledger.round, place.departments["road"].pk
    new = {"kind": "order", "measure": ledger.measure.pk, "department": road}
    draft, waiting, answered = (draft_order(office, round_.pk, new) for _nth in range(3))
    for order in (waiting, answered):
        issue_order(office, order.pk, {"version": 1})
    answer_order(act_by(place.people["liaison-road"]), answered.pk, {"version": 2, "answer": "已完成"})
    acts: dict[str, tuple[Any, dict[str, Any]]] = {
        "supervision-order-detail": (waiting, {}),
        "supervision-order-edit": (draft, {"question": "何时完成？"}),
        "supervision-order-issue": (draft, {}),
        "supervision-order-answer": (waiting, {"answer": "已完成"}),
        "supervision-order-return-answer": (answered, {"reason": REASON}),
        "supervision-order-conclude": (answered, {"conclusion": "属实"}),
        "supervision-order-cancel": (waiting, {"reason": REASON}),
        "supervision-order": (waiting, {}),
        "round-paper-templates": (round_, {"templates": {"order": {"title": "督办单", "body": "{部门}："}}}),
    }
    for route, (row, data) in acts.items():
        row.refresh_from_db()
        made.addresses[route] = reverse(route, args=[row.pk])
        made.data[route] = {"version": row.version, **data}
    made.data["supervision-order-list"] = {"round": round_.pk, **new}
    made.addresses["supervision-list"] = f"{reverse('supervision-list')}?round={round_.pk}"
    # A leader drafts instructions alone, so the kind is left to whoever drafts.
    made.addresses["supervision-new"] = f"{reverse('supervision-new')}?measure={ledger.measure.pk}"
    made.data["supervision-new"] = {"title": "督办单", "text": "请答复", "instruction": "请办理"}
    made.addresses["paper-templates"] = f"{reverse('paper-templates')}?round={round_.pk}&kind=order"
    made.data["paper-templates"] = {"version": round_.version, "title": "督办单", "body": "{部门}："}
    made.addresses["supervision-act"] = reverse("supervision-act", args=[waiting.pk, "answer"])
    made.data["supervision-act"] = {"version": waiting.version, "answer": "已完成"}


def fill_briefs(made: "World") -> None:
    """A draft and an issued brief in rounds of their own, a frozen week without one, and a template in use."""
    place = made.ledger.place
    act = act_by(place.people["office"])
    weeks = []
    for title in ("周报", "已印发", "未生成"):
        ledger = build_ledger(place, title=title, sub_issues=1, measures=1)
        weeks.append(freeze_week(act, open_week(act, ledger.round.pk, {}).pk, {"version": 1}))
    drawn, other, bare = weeks
    draft, issued = (briefs.draw_up(act, week.pk, {}) for week in (drawn, other))
    issued = briefs.issue(act, issued.pk, {"version": 1})
    round_ = drawn.round
    round_.refresh_from_db()
    file = SimpleUploadedFile("模板.docx", starter(NOW))
    brief_templates.set_template(act, round_.pk, {"version": round_.version}, file)
    round_.refresh_from_db()
    acts: dict[str, tuple[Any, dict[str, Any]]] = {
        "weekly-brief-edit": (draft, {"overview": "总体平稳"}),
        "weekly-brief-issue": (draft, {}),
        "weekly-brief-new-edition": (issued, {"reason": REASON}),
        "round-brief-template": (round_, {}),
        "round-brief-built-in": (round_, {}),
        "weekly-brief": (bare, {"act": "draw_up"}),
    }
    for route, (row, data) in acts.items():
        made.addresses[route], made.data[route] = reverse(route, args=[row.pk]), {"version": row.version, **data}
    for route in ("weekly-brief-detail", "weekly-brief-docx", "weekly-brief-edition", "weekly-brief-file"):
        made.addresses[route] = reverse(route, args=[issued.pk])
    for route in ("weekly-briefs", "brief-template"):
        made.addresses[route] = f"{reverse(route)}?round={round_.pk}"
    made.data["weekly-brief-list"] = {"dispatch": bare.pk}
    made.data["brief-template"] = {"version": round_.version}


def fill_notices(made: "World", ledger: Ledger, week: Dispatch) -> None:
    """A notice of the liaison's, and a channel of the round."""
    notice = Notice.objects.get(kind=NoticeKind.OPENED, recipient=ledger.people["liaison-road"], subject_id=week.pk)
    channel = Channel.objects.create(round=ledger.round, way="wecom", name="群", address="https://robots.example/send")
    for route in ("notification-detail", "notification-read", "notice"):
        made.addresses[route] = reverse(route, args=[notice.pk])
    for route in ("notification-read-all", "notices-read"):
        made.data[route] = {"until": notice.pk}
    for route in ("me-contact", "notices-settings"):
        made.data[route] = {"version": 1, "quiet_from": "20:00", "quiet_until": "08:00"}
    for route in ("channel", "channel-test"):
        made.addresses[route] = reverse(route, args=[channel.pk])
        made.data[route] = {"version": 1, "name": "群一"}
    for route in ("round-warnings", "round-channels"):
        made.addresses[route] = reverse(route, args=[ledger.round.pk])
    made.data["round-warnings"] = {"version": ledger.round.version, "blue_days": 30}
    made.data["round-channels"] = {
        "version": ledger.round.version,
        "way": "wecom",
        "name": "群",
        "address": "https://robots.example/send",
    }
    for route in ("dispatch-urge", "dispatch-urge-page"):
        made.addresses[route] = f"{reverse(route, args=[week.pk])}?round={ledger.round.pk}"
        made.data[route] = {"version": week.version}
    made.addresses["reminders"] = f"{reverse('reminders')}?round={ledger.round.pk}"
    made.data["reminders"] = {"act": "warnings", "version": ledger.round.version, "blue_days": 30, "yellow_days": 10}
