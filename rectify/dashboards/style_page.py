"""The page that shows every component in every state, in development only; its people and figures are invented."""

from datetime import date, datetime
from types import SimpleNamespace

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

THEMES = ("light", "dark")
LANGUAGES = ("zh-hans", "en")


def style_page(request: HttpRequest) -> HttpResponse:
    """?theme=light|dark and ?language=zh-hans|en show the page as others see it; else as the reader is used to."""
    if not settings.DEBUG:
        raise Http404
    theme = request.GET.get("theme")
    language = request.GET.get("language")
    with translation.override(language if language in LANGUAGES else translation.get_language()):
        context = samples() | {"theme": theme if theme in THEMES else None}
        return render(request, "style.html", context)


def say(chinese: str, english: str) -> str:
    return english if (translation.get_language() or "").startswith("en") else chinese


def samples() -> dict:
    return {
        "states": states(),
        "weekly_states": weekly_states(),
        "dues": dues(),
        "figures": figures(),
        "tree": tree(),
        "measures": measures(),
        "page": Paginator(range(116), 25).page(3),
        "choices": [("road", say("公路事业部", "Road department")), ("rail", say("铁路事业部", "Rail department"))],
        "tabs": tabs(),
        "timeline": timeline(),
        "chains": chains(),
        "conflict": conflict(),
        "definitions": definitions(),
        "evidence": evidence(),
        "weeks": weeks(),
        "errors": [{"label": say("第 3 行：本周进展", "Row 3: progress this week"), "url": "#style-text-wrong"}],
        "long_text": say(
            "完善重大项目前期论证制度，明确论证程序、责任分工和问责情形，报党委会审议后印发执行。",
            "Complete the rules on appraising major projects: procedure, duties and accountability; have the Party"
            " committee approve them and issue them.",
        ),
    }


def states() -> list[dict]:
    pairs = [
        ("not_started", "未启动", "Not started"),
        ("in_progress", "正在整改", "In progress"),
        ("completed", "已完成待销号", "Completed, closure to be asked for"),
        ("in_review", "销号审核中", "Closure in review"),
        ("closed", "已销号", "Closed"),
        ("sustained", "已转长期坚持", "Long-term"),
        ("cancelled", "已取消", "Cancelled"),
        ("merged", "已合并", "Merged"),
        ("rectifying", "正在整改", "Rectifying"),
        ("sustained", "已完成集中整改并持续推进", "Intensive work done, continuing"),
        ("rectifying", "重新整改", "Rectifying again"),
        ("due_soon", "临期", "Due soon"),
        ("overdue", "逾期", "Overdue"),
    ]
    return [{"status": code, "label": say(chinese, english)} for code, chinese, english in pairs]


def weekly_states() -> list[dict]:
    rows = [
        ("not_started", "待填报", "To be reported"),
        ("in_progress", "已暂存", "Draft"),
        ("in_review", "待负责人确认", "With the head"),
        ("closed", "已报送", "Reported"),
        ("overdue", "逾期报送", "Reported late"),
        ("returned", "退回补充", "Returned"),
        ("exempt", "本周免报", "Exempt this week"),
    ]
    return [{"look": code, "label": say(chinese, english)} for code, chinese, english in rows]


def dues() -> list[dict]:
    return [
        {"due_on": date(2021, 6, 30), "days": 45},
        {"due_on": date(2021, 5, 24), "days": 8},
        {"due_on": date(2021, 5, 17), "days": 1},
        {"due_on": date(2021, 5, 16), "days": 0},
        {"due_on": date(2021, 5, 13), "days": -3},
        {"due_on": date(2021, 5, 13), "days": -3, "original_due_on": date(2021, 4, 30)},
        {"due_on": date(2021, 4, 30), "days": -16, "settled": True},
        {"due_on": None, "days": None},
    ]


def figures() -> list[dict]:
    return [
        {"number": 36, "label": say("条具体问题", "sub-issues"), "url": "#"},
        {"number": 28, "label": say("已销号", "closed"), "url": "#", "delta": say("较上周 +2", "+2 this week")},
        {"number": 8, "label": say("持续推进", "continuing"), "url": "#"},
        {"number": 4, "label": say("10天内到期", "due within 10 days"), "url": "#", "tone": "due_soon"},
        {
            "number": 1,
            "label": say("逾期", "overdue"),
            "url": "#",
            "tone": "overdue",
            "delta": say("较上周 −1", "−1 this week"),
        },
    ]


def weeks() -> list[dict]:
    kinds = ["none", "still", "moved", "moved", "still", "moved", "late", "moved", "moved", "done"]
    return [{"state": kind, "label": say(f"第{number}周", f"week {number}")} for number, kind in enumerate(kinds, 1)]


def tree() -> list[dict]:
    """The ledger's five levels: area, topic, finding, sub-issue, measure."""
    return [
        {"id": "a", "level": 0, "number": "一", "text": say("落实重大决策部署方面", "Carrying out major decisions")},
        {
            "id": "b",
            "parent": "a",
            "level": 1,
            "number": "（一）",
            "text": say("服务国家战略有差距", "Service to national strategy falls short"),
        },
        {
            "id": "c",
            "parent": "b",
            "level": 2,
            "number": "1",
            "text": say("前期论证不充分，个别项目推进迟缓", "Appraisal is thin and some projects are slow"),
        },
        {
            "id": "d",
            "parent": "c",
            "level": 3,
            "number": "1.1",
            "status": "rectifying",
            "label": say("正在整改", "Rectifying"),
            "text": say("前期论证走过场", "Appraisal is a formality"),
            "who": say("公路事业部", "Road department"),
            "due_on": date(2021, 6, 30),
            "days": 45,
            "weeks": weeks(),
            "percent": 60,
        },
        {
            "id": "e",
            "parent": "d",
            "level": 4,
            "leaf": True,
            "number": "1.1.1",
            "status": "in_review",
            "label": say("销号审核中", "Closure in review"),
            "text": say(
                "完善重大项目前期论证制度，明确程序、分工和问责情形",
                "Complete the rules on appraising major projects: procedure, duties, accountability",
            ),
            "who": say("公路事业部", "Road department"),
            "due_on": date(2021, 5, 24),
            "days": 8,
            "weeks": weeks(),
            "percent": 100,
            "row": "due-soon",
        },
        {
            "id": "f",
            "parent": "d",
            "level": 4,
            "leaf": True,
            "number": "1.1.2",
            "status": "in_progress",
            "label": say("正在整改", "In progress"),
            "text": say("对在建项目开展一次论证质量回查", "Re-examine the appraisals of projects under construction"),
            "who": say("铁路事业部", "Rail department"),
            "due_on": date(2021, 5, 13),
            "days": -3,
            "weeks": weeks(),
            "percent": 35,
            "row": "overdue",
        },
    ]


def measures() -> list[dict]:
    return [row for row in tree() if row.get("status")]


def tabs() -> list[dict]:
    return [
        {"label": say("待我确认", "For me to confirm"), "url": "#", "count": 3, "current": True},
        {"label": say("我报送的", "Sent by me"), "url": "#", "count": 11},
        {"label": say("全部", "All"), "url": "#"},
    ]


def timeline() -> list[dict]:
    road = say("公路事业部", "Road department")
    office = say("整改办", "Rectification office")
    return [
        {
            "happened_on": date(2021, 5, 14),
            "actor": say("周明", "Zhou Ming"),
            "department": office,
            "role": say("初审人", "first check"),
            "sequence": 6,
            "sentence": say("退回补充。", "returned it for more."),
            "hash": "9f2c4ab7714de0",
            "reason": say(
                "请补充制度印发文号，并附党委会会议纪要。",
                "Please add the number under which the rules were issued, and the committee's minutes.",
            ),
        },
        {
            "happened_on": date(2021, 5, 12),
            "actor": say("李岚", "Li Lan"),
            "department": road,
            "role": say("联络人", "liaison"),
            "sequence": 5,
            "sentence": say("申请销号，附佐证材料2份。", "asked for closure with two pieces of evidence."),
            "hash": "1b0d77c0e2aa91",
            "evidence": evidence()[:1],
        },
        {
            "happened_on": date(2021, 4, 30),
            "recorded_on": date(2021, 5, 6),
            "late": True,
            "actor": say("李岚", "Li Lan"),
            "department": road,
            "role": say("联络人", "liaison"),
            "acting_for": say("陈立", "Chen Li"),
            "sentence": say("填报进展。", "reported progress."),
            "sequence": 4,
            "hash": "77aa01fe3c9b20",
            "changes": [
                {"label": say("完成比例", "Percentage"), "old": "40%", "new": "60%"},
                {"label": say("完成时限", "Deadline"), "old": "2021-04-30", "new": "2021-05-24"},
                {"label": say("责任部门", "Department"), "old": None, "new": road},
            ],
        },
    ]


def chains() -> list[list[dict]]:
    head = say("牵头部门负责人审核", "Head of the lead department")
    office = say("整改办初审", "First check by the office")
    leader = say("责任领导签批", "Responsible leader")
    return [
        [
            {"title": head, "who": say("陈立", "Chen Li"), "state": "passed", "on": date(2021, 5, 12)},
            {"title": office, "who": say("周明", "Zhou Ming"), "state": "current", "days": 4},
            {"title": leader, "who": say("王副总经理", "Vice president Wang"), "state": "waiting"},
        ],
        [
            {"title": head, "who": say("陈立", "Chen Li"), "state": "passed", "on": date(2021, 5, 12)},
            {
                "title": office,
                "who": say("周明", "Zhou Ming"),
                "state": "returned",
                "on": date(2021, 5, 14),
                "note": say("请补充会议纪要。", "Please add the minutes."),
            },
            {"title": leader, "who": say("王副总经理", "Vice president Wang"), "state": "waiting"},
        ],
    ]


def conflict() -> SimpleNamespace:
    return SimpleNamespace(
        who=say("陈立", "Chen Li"),
        when=datetime(2021, 5, 14, 10, 32),
        version=7,
        rows=[
            {
                "label": say("本周进展", "This week"),
                "theirs": say("制度已报党委会审议。", "The rules went to the committee."),
                "mine": say("制度已印发，文号待补。", "The rules are issued; number to follow."),
                "differs": True,
            },
            {"label": say("完成比例", "Percentage"), "theirs": "60%", "mine": "60%", "differs": False},
        ],
    )


def definitions() -> list[dict]:
    return [
        {
            "term": say("整改措施", "Measure"),
            "text": say(
                "完善重大项目前期论证制度，明确程序、分工和问责情形。",
                "Complete the rules on appraising major projects.",
            ),
        },
        {"term": say("责任领导", "Responsible leader"), "text": say("王副总经理", "Vice president Wang"), "url": "#"},
        {
            "term": say("牵头部门", "Lead department"),
            "text": say("公路事业部", "Road department"),
            "note": say("责任部门：法务部、审计部", "with: Legal, Audit"),
        },
        {"term": say("整改类型", "Kind"), "text": say("限期整改", "By a date")},
        {"term": say("整改要求", "Requirement"), "text": None},
    ]


def evidence() -> list[dict]:
    return [
        {
            "title": say("关于印发前期论证管理办法的通知", "Notice on the rules for appraisal"),
            "url": "#",
            "kind": say("制度文件", "Rules"),
            "name": "2021-18.pdf",
            "bytes": 482_113,
            "on": date(2021, 5, 12),
            "who": say("李岚", "Li Lan"),
            "icon": "file",
        },
        {
            "title": say("现场照片", "Photograph of the site"),
            "url": "#",
            "kind": say("照片", "Photograph"),
            "name": "site-03.jpg",
            "bytes": 2_411_008,
            "on": date(2021, 5, 12),
            "who": say("李岚", "Li Lan"),
            "icon": "image",
        },
        {
            "title": say("论证项目清单", "List of projects"),
            "url": "#",
            "kind": say("清单", "List"),
            "name": "list.xlsx",
            "bytes": 18_422,
            "on": date(2021, 5, 10),
            "who": say("李岚", "Li Lan"),
            "icon": "table",
            "withdrawn": True,
            "note": say("2021年5月11日由李岚撤下：版本有误", "withdrawn on 11 May 2021 by Li Lan: wrong version"),
        },
    ]
