"""The words of papers: names in braces, what they stand for, and what a paper of each kind begins with.

Papers go to departments, so they are written in Chinese whatever language the screen has.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from string import Formatter
from typing import NamedTuple

from django.utils.translation import gettext as _

from rectify.workflow.refusals import Invalid

from .states import OrderKind

NAMES = (
    "部门",
    "编号",
    "措施",
    "期限",
    "逾期天数",
    "责任领导",
    "进展",
    "问题",
    "答复期限",
    "轮次",
    "日期",
)
NUMBER_WORDS: Mapping[str, str] = {
    OrderKind.REMINDER_LETTER: "提醒",
    OrderKind.ORDER: "督办",
    OrderKind.INTERVIEW: "约谈",
    OrderKind.ACCOUNTABILITY: "问责建议",
    OrderKind.INSTRUCTION: "批示",
}


class Words(NamedTuple):
    """What a paper begins with."""

    title: str
    body: str


_MATTER = """\
{about}：{{措施}}
完成时限：{{期限}}
责任领导：{{责任领导}}
目前进展：{{进展}}"""
_LATE_MATTER = _MATTER.replace("{{期限}}", "{{期限}}（截至{{日期}}逾期{{逾期天数}}天）")

USUAL: Mapping[str, Words] = {
    OrderKind.REMINDER_LETTER: Words(
        "整改工作提醒函",
        "{部门}：\n"
        "在“{轮次}”工作中，下列事项进展偏慢，需要加快推进，现予提醒。\n"
        + _MATTER.format(about="整改事项")
        + "\n请对照整改方案查找原因，采取有效措施推进，并书面答复：{问题}\n"
        "请于{答复期限}前将答复报整改办。",
    ),
    OrderKind.ORDER: Words(
        "整改工作督办单",
        "{部门}：\n"
        "经调度，“{轮次}”中下列事项未按要求推进，现予督办。\n"
        + _LATE_MATTER.format(about="督办事项")
        + "\n请主要负责同志亲自过问，明确责任人和完成时间，并书面答复：{问题}\n"
        "请于{答复期限}前将答复报整改办，办理情况纳入本轮整改工作调度。",
    ),
    OrderKind.INTERVIEW: Words(
        "整改工作约谈通知书",
        "{部门}：\n"
        "“{轮次}”中下列事项经提醒、督办，仍未取得实质进展，决定对你部门负责人进行约谈。\n"
        + _LATE_MATTER.format(about="约谈事项")
        + "\n请就以下问题准备书面说明：{问题}\n"
        "请于{答复期限}前到整改办接受约谈，并提交书面说明。",
    ),
    OrderKind.ACCOUNTABILITY: Words(
        "整改工作问责建议书",
        "{部门}：\n"
        "“{轮次}”中下列事项经提醒、督办、约谈，仍未按要求整改到位，拟按有关规定提出问责建议。\n"
        + _LATE_MATTER.format(about="涉及事项")
        + "\n请就以下问题作出书面说明：{问题}\n"
        "请于{答复期限}前将书面说明报整改办；逾期未报的，按现有情况提请研究。",
    ),
    OrderKind.INSTRUCTION: Words(
        "领导批示办理单",
        "{部门}：\n"
        "现将领导对“{轮次}”工作的批示转给你们，请认真办理。\n"
        + _MATTER.format(about="涉及事项")
        + "\n请书面答复：{问题}\n"
        "请于{答复期限}前将办理情况报整改办。",
    ),
}
QUESTIONS: Mapping[str, str] = {
    OrderKind.INSTRUCTION: "批示如何落实，由谁负责，何时办结？",
}
USUAL_QUESTION = "进展缓慢的原因是什么，下一步采取哪些措施，何时完成？"


def usual_question(kind: str) -> str:
    """What papers of a kind usually ask."""
    return QUESTIONS.get(kind, USUAL_QUESTION)


def day_in_words(day: date) -> str:
    """A day as it stands in a letter: 2026年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def number_in_words(kind: str, year: int, serial: int) -> str:
    """A paper's number (文号): 督办〔2026〕3号."""
    return f"{NUMBER_WORDS[kind]}〔{year}〕{serial}号"


def parts_of(text: str, field: str) -> Iterator[tuple[str, str | None]]:
    """The pieces of a text, each with the name in braces that follows it; None behind the last.

    Args:
        field: where the text was typed, for the message.

    Raises:
        Invalid: for a brace without its partner, and for a name that is not known, with those that are.
    """
    try:
        pieces = list(Formatter().parse(text))
    except ValueError as error:
        words = _("A brace stands without its partner. Names are written as {部门}; for a brace itself write it twice.")
        raise Invalid(errors={field: [words]}) from error
    for literal, name, more, conversion in pieces:
        if name is not None and (name not in NAMES or more or conversion):
            written = name + (f"!{conversion}" if conversion else "") + (f":{more}" if more else "")
            words = _("“%(name)s” is not known here; known are: %(names)s")
            names = " ".join(f"{{{known}}}" for known in NAMES)
            raise Invalid(errors={field: [words % {"name": f"{{{written[:40]}}}", "names": names}]})
        yield literal, name


def require_sound(text: str, field: str) -> None:
    """Raises Invalid for what cannot be filled in."""
    list(parts_of(text, field))


def begun(text: str, values: Mapping[str, str], field: str = "text") -> str:
    """A text with what is known already filled in; every other name stays to be filled in later. Raises Invalid."""
    return "".join(
        _kept(literal) + ("" if name is None else _kept(values[name]) if name in values else f"{{{name}}}")
        for literal, name in parts_of(text, field)
    )


def filled(text: str, values: Mapping[str, str], field: str = "text") -> str:
    """A text with everything filled in. Raises Invalid.

    Args:
        values: for each of NAMES.
    """
    return "".join(literal + ("" if name is None else values[name]) for literal, name in parts_of(text, field))


def _kept(text: str) -> str:
    """A text in which a brace is to stay a brace when it is read again."""
    return text.replace("{", "{{").replace("}", "}}")
