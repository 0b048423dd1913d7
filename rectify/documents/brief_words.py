"""The words of a weekly brief, in the language of records: the document is the same whoever reads it.

A template of the office's own names what is made here: see `NAMES` and `LISTS`.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from rectify.dispatch.states import OWED

from .models import TYPED

Figures = Mapping[str, Any]
Values = dict[str, Any]

# Figure -> its name in the table of figures; together with what it is counted in.
HEADLINE = {
    "sub_issues_closed": ("已销号具体问题", "条"),
    "sub_issues_sustained": ("已完成集中整改并持续推进", "条"),
    "measures_done": ("已完成整改措施", "项"),
    "measures_closed": ("已销号整改措施", "项"),
    "measures_sustained": ("已转长期坚持措施", "项"),
    "overdue": ("逾期措施", "项"),
}
TYPED_NAMES = dict(zip(TYPED, ("综述", "困难和问题", "协调事项", "下周安排"), strict=True))
# Name -> what it stands for: text that a template may place anywhere.
NAMES = {
    "标题": "标题",
    "单位": "单位名称",
    "整改名称": "本次巡视整改的名称",
    "周次": "年份和周次",
    "起止日期": "本周起止日期",
    "版次说明": "更正版的说明；首版为空",
    "截至日期": "数据截至日期",
    "总体情况": "总体情况一段，数据锁定",
    "报送情况": "各部门报送情况一段，数据锁定",
    "销号情况": "本周销号情况一段，数据锁定",
    "到期情况": "下周到期情况一段，数据锁定",
    **dict(zip(TYPED_NAMES.values(), ("综述", "困难和问题", "需领导协调事项", "下周安排"), strict=True)),
    "落款": "整改办署名",
    "成文日期": "印发日期",
    "校验码": "校验码",
}
MEASURE = {"编号": "number", "内容": "content", "部门": "department"}
# Name -> the fields of its rows, which a template goes through row by row.
LISTS: dict[str, tuple[str, ...]] = {
    "主要数据": ("指标", "本周", "上周", "增减"),
    "部门情况": ("部门", "应报", "按时报送", "逾期报送", "待确认", "未报送", "退回补充", "免报", "逾期措施"),
    "本周销号": ("编号", "内容", "部门", "结果"),
    "逾期事项": ("编号", "内容", "部门", "时限", "逾期天数", "原因"),
    "缓慢事项": ("编号", "内容", "部门", "进度", "情况", "原因"),
    "下周到期": ("编号", "内容", "部门", "时限", "进度"),
}
NONE_GIVEN = "未说明"


def day_in_words(day: str | date) -> str:
    """A day as a document writes it."""
    given = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{given.year}年{given.month}月{given.day}日"


def _short_day(day: str) -> str:
    given = date.fromisoformat(day)
    return f"{given.month}月{given.day}日"


def change(figure: Mapping[str, Any]) -> str:
    """The change against the week before, with its sign; a dash where there was none."""
    if figure["before"] is None:
        return "—"
    by = figure["now"] - figure["before"]
    return f"{'+' if by > 0 else '−'}{abs(by)}" if by else "0"


def compared(figure: Mapping[str, Any]) -> str:
    """The change as a clause of a sentence, in brackets; empty where there was no week before."""
    if figure["before"] is None:
        return ""
    by = figure["now"] - figure["before"]
    return f"（较上周{'增加' if by > 0 else '减少'}{abs(by)}）" if by else "（与上周持平）"


def values_of(figures: Figures, typed: Mapping[str, str], facts: Mapping[str, str]) -> Values:
    """Everything that a layout or a template may name, by its name.

    Args:
        typed: what the office typed.
        facts: title, organization, round, note (of the edition), signed (the office's name), issued (the day in words
            or empty), digest.
    """
    span = f"{_short_day(figures['monday'])}—{_short_day(figures['sunday'])}"
    return {
        "标题": facts["title"],
        "单位": facts["organization"],
        "整改名称": facts["round"],
        "周次": f"{figures['year']}年第{figures['number']}周",
        "起止日期": span,
        "版次说明": facts["note"],
        "截至日期": day_in_words(figures["as_of"]),
        "总体情况": overall(figures),
        "报送情况": reporting(figures),
        "销号情况": closing(figures),
        "到期情况": falling_due(figures),
        **{TYPED_NAMES[name]: typed[name] for name in TYPED},
        "落款": facts["signed"],
        "成文日期": facts["issued"],
        "校验码": facts["digest"],
        **lists_of(figures),
    }


def lists_of(figures: Figures) -> dict[str, list[dict[str, str]]]:
    """The rows of each list, every cell as text."""
    return {
        "主要数据": [
            {
                "指标": label,
                "本周": f"{figure['now']}",
                "上周": "—" if figure["before"] is None else f"{figure['before']}",
                "增减": change(figure),
            }
            for name, (label, _unit) in HEADLINE.items()
            for figure in [figures["headline"][name]]
        ],
        "部门情况": [*map(_department, figures["departments"]), _department({"name": "合计", **figures["totals"]})],
        "本周销号": [
            *({**_measure(row), "结果": "已销号"} for row in figures["changed"]["closed"]),
            *(
                {**_measure(row), "结果": "具体问题已销号" if row["status"] == "closed" else "具体问题转持续推进"}
                for row in figures["changed"]["accepted"]
            ),
        ],
        "逾期事项": [
            {
                **_measure(row),
                "时限": _numeric_day(row["due_on"]),
                "逾期天数": f"{row['days']}",
                "原因": reason_in_words(row),
            }
            for row in figures["overdue"]
        ],
        "缓慢事项": [
            {**_measure(row), "进度": _percent(row), "情况": _slowness(row), "原因": reason_in_words(row)}
            for row in figures["slow"]
        ],
        "下周到期": [
            {**_measure(row), "时限": _numeric_day(row["due_on"]), "进度": _percent(row)} for row in figures["due"]
        ],
    }


def _measure(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(row[field]) for name, field in MEASURE.items()}


def _department(row: Mapping[str, Any]) -> dict[str, str]:
    fields = ("name", "owed", "reported", "late", "unconfirmed", "missing", "returned", "exempt", "overdue")
    return {name: str(row[field]) for name, field in zip(LISTS["部门情况"], fields, strict=True)}


def _numeric_day(day: str) -> str:
    return day or "—"


def _percent(row: Mapping[str, Any]) -> str:
    return "—" if row["progress"] is None else f"{row['progress']}%"


def _slowness(row: Mapping[str, Any]) -> str:
    parts = ["两周无进展"] if row.get("still") else []
    if row["same"]:
        parts.append(f"连续{row['same']}周与上周相同")
    if row["expected"] is not None:
        parts.append(f"序时进度{row['expected']}%")
    return "；".join(parts)


def reason_in_words(row: Mapping[str, Any]) -> str:
    """The reason that was given, or what there is to say where none was."""
    if row["reason"]:
        return row["reason"]
    if row["status"] in ("completed", "in_review"):
        return "已完成，待销号"
    return "本周未报送" if row["state"] in OWED else NONE_GIVEN


def overall(figures: Figures) -> str:
    """The headline as a secretary would read it aloud."""
    found = figures["headline"]

    def told(name: str) -> str:
        return f"{found[name]['now']}{HEADLINE[name][1]}{compared(found[name])}"

    first = "" if figures["before"] else "本周为首次定稿，无上周数据可比。"
    return (
        f"截至{day_in_words(figures['as_of'])}，{found['sub_issues']['now']}条具体问题中，"
        f"已销号{told('sub_issues_closed')}，已完成集中整改并持续推进{told('sub_issues_sustained')}。"
        f"{found['measures']['now']}项整改措施中，已完成{told('measures_done')}，其中已销号{told('measures_closed')}；"
        f"已转长期坚持{told('measures_sustained')}；逾期{told('overdue')}。{first}"
    )


def reporting(figures: Figures) -> str:
    """How the departments reported."""
    totals = figures["totals"]
    named = (
        ("reported", "按时报送"),
        ("late", "逾期报送"),
        ("unconfirmed", "待负责人确认"),
        ("missing", "未报送"),
        ("returned", "退回补充"),
    )
    parts = [f"{label}{totals[name]}项" for name, label in named if totals[name] or name == "reported"]
    owing = [line["name"] for line in figures["departments"] if line["missing"] or line["returned"]]
    names = f"尚有欠报的部门：{'、'.join(owing)}。" if owing else ""
    return f"本周应报{totals['owed']}项，{'，'.join(parts)}；免报{totals['exempt']}项。{names}"


def closing(figures: Figures) -> str:
    """What was closed, and what was reopened."""
    found = figures["changed"]
    closed, accepted = len(found["closed"]), found["accepted"]
    issues = sum(row["status"] == "closed" for row in accepted)
    parts = [f"整改措施{closed}项"] if closed else []
    parts += [f"具体问题{issues}条"] if issues else []
    words = f"本周新销号{'、'.join(parts)}。" if parts else "本周无新销号事项。"
    if sustained := len(accepted) - issues:
        words += f"具体问题{sustained}条完成集中整改并转入持续推进。"
    if found["reopened"]:
        words += f"重新整改{len(found['reopened'])}项（{'、'.join(row['number'] for row in found['reopened'])}）。"
    return words


def falling_due(figures: Figures) -> str:
    count = len(figures["due"])
    return f"下周到期的整改措施{count}项。" if count else "下周无到期的整改措施。"
