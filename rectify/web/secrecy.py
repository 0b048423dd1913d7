"""Marks of secrecy: whether a text bears one (机密★1年), or only speaks of secrets (保守国家秘密).

A mark has a form of its own: a star and a term after the level, the level in brackets at the edge of a line, after the
word 密级, or alone on one of a document's first lines, with its term or without. See GB/T 9704: 密级和保密期限 stand in
the upper left corner.

In the name of a file or a title a level is also a mark where it says what the paper itself is: directly before the
word for a paper at the end (关于整改的机密文件, 秘密报告), and at the beginning (绝密整改情况). It is none within a
longer term (保守国家秘密, 商业秘密, 机密级计算机台账), nor where the name is about dealing with such papers
(机密文件清退情况). 秘密 is also an everyday word: at the beginning it counts only where the name ends in the word for a
paper (秘密整改报告, and not 秘密账户清理情况).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

# From the highest down; the highest that is found counts.
CLASSIFIED = ("绝密", "机密", "秘密")
LEVELS = (*CLASSIFIED, "工作秘密", "内部")
FIRST_LINES = 5
# A line longer than this is a sentence.
LONGEST_MARK = 30
# Every mark holds one of these; what holds none need not be looked at more closely.
MAY_BEAR = re.compile("[密内]")
# Between the letters of a word these are not seen.
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
# A letter of a word that is spaced so widely that each letter reads as a line.
SPACED_LETTER = re.compile(r"^(?:\S|\d{1,3})$")

_STATE = r"(?<!工作|商业|国家)(?:绝 ?密|机 ?密|秘 ?密)"
_LEVEL = rf"(?P<level>{_STATE}|工作 ?秘密|内 ?部)"
# What a paper calls itself at the end of its name.
_CARRIER = (
    "(?:会议纪要|文件|材料|资料|信息|报告|纪要|通知|通报|请示|函件|复函|方案|简报|台账|清单|意见|决定|批复|批示|文稿|讲话稿?"
    "|记录|档案|附件|件)"
)
_PAPER = f"(?:级?{_CARRIER}|级)?"
_STAR = r"(?:[★☆✩⭐✮]|\* ?(?=\d|长期|启用|解密))"
_URGENT = r"(?:[ ·/-]*(?:特提|特急|加急|平急|急件))?"
_CARE = "注意|妥善|请勿|不得|严禁|禁止|不宜|用后|会后|仅供"
_LABEL = r"(?:密 ?级|(?:保密|涉密|定密|绝密|机密|秘密) ?(?:等级|级别)|定密(?= ?:))"
_OPEN, _CLOSE = r"[【\[(〔〖]", r"[】\])〕〗]"
_TERM = rf"(?: ?{_STAR} ?[^ 】\])〕〗]{{0,12}})?"
# How long it is to be kept secret, where no star stands before it.
_YEARS = r"(?:长期|永久|半年|启用前|解密前|(?:\d{1,3}|[一二三四五六七八九十]{1,3}) ?(?:年|个?月|日|天))"

# 机密★1年, wherever it stands.
STARRED = re.compile(rf"{_LEVEL}级? ?{_STAR} ?(?:长期|\d+ ?[年月日天]|[^\s,。;、]{{0,8}})")
# 密级：机密; not 密级：绝密、机密、秘密, which is a list to choose from.
LABELLED = re.compile(rf"{_LABEL} ?[: ] ?[☑√✔■● ]*{_LEVEL}级?(?! ?[、/或|])(?=$|[\s★☆*(),。;])")
LABEL_ALONE = re.compile(rf"^{_LABEL} ?:?$")
BRACKETS = rf"{_OPEN} ?{_LEVEL}{_PAPER}{_TERM} ?{_CLOSE}"
AT_THE_EDGE = re.compile(rf"^{BRACKETS}|{BRACKETS.replace('<level>', '<level2>')}[。 ]?$")
BRACKETED = re.compile(BRACKETS)
# 绝密; ★机密; 机密 1年; 机密(1年); 机密 特急; 本件为机密; 内部资料 注意保存.
ALONE = re.compile(
    rf"^(?:附件 ?\d{{0,2}} ?: ?)?{_OPEN}?(?:本(?:件|文|文件|材料|资料)[为属系]于?)?{_STAR}? ?"
    rf"(?:(?:内部 ?)?{_LEVEL}{_PAPER}|(?P<level2>内部)(?:使用|参阅|参考|传阅|掌握))"
    rf"(?: ?{_STAR})?(?: ?{_YEARS}| ?{_OPEN} ?{_YEARS} ?{_CLOSE})?"
    rf"(?:[, :]+(?:{_CARE}).{{0,12}})?{_URGENT}{_CLOSE}?$"
)
_APART = r"[ _\-—–·.:+]"
# In the name of a file: 机密-报告, 报告_秘密, 报告-机密-定稿; 内部 needs a noun after it, for 内部审计 is no mark.
APART = re.compile(
    rf"^(?P<level>{_STATE}{_PAPER}|工作秘密|内部(?:件|文件|材料|资料)){_APART}"
    rf"|{_APART}(?P<level2>{_STATE}件?|工作秘密|内部(?:件|文件|材料|资料))(?=$|{_APART})"
)
# 关于整改的机密文件; not 技术秘密清单 nor 清退机密文件, which are about secrets.
_SECRETS_OF_OTHERS = "技术|经营|企业|军事|审计|审判|检察|警务|个人|通信|保守|泄露|泄漏|窃取|党的"
_HANDLING = (
    "清退|清理|清查|销毁|管理|保管|收发|传阅|移交|归档|登记|检查|自查|培训|教育|学习|使用|制作|复制|处置|处理|回收|借阅|查阅"
    "|流转|阅办|解密|丢失|遗失|涉及|携带|接触|规范"
)
CARRYING = re.compile(
    rf"(?<!{_SECRETS_OF_OTHERS}|{_HANDLING})(?P<level>{_STATE})级?的?{_CARRIER}(?=$|\d|{_APART}|{_OPEN})"
)
# What makes a longer term of a level at the beginning of a name: 机密级计算机, 秘密战线, 机密文件清退.
_LONGER = (
    f"{_HANDLING}|泄露|泄密|定密|变更|制度|规定|办法|责任|性|程度|等级|级别|标志|标识|范围|事项|载体|要害|部门|部位|岗位|场所"
    "|区域|计算机|电脑|设备|网络|系统|保护|人员|战线|投票|表决|选举|举报|侦查|[、和或及与的]"
)
LEADING = re.compile(
    rf"^(?P<level>绝 ?密|机 ?密)级?+{_CARRIER}*+(?!{_LONGER})"
    rf"|^(?P<level2>秘 ?密)级?+{_CARRIER}*+(?!{_LONGER})(?=$|.*{_CARRIER}(?:$|\d|{_APART}|{_OPEN}))"
)
NAME_PATTERNS = (STARRED, LABELLED, BRACKETED, ALONE, APART, CARRYING, LEADING)


@dataclass(frozen=True)
class Marked:
    """A mark of secrecy.

    Args:
        level: one of LEVELS.
        words: the mark as it is written.
    """

    level: str
    words: str

    @property
    def classified(self) -> bool:
        """Whether it is a state secret, which only other networks may hold."""
        return self.level in CLASSIFIED


def mark_in_name(text: str) -> Marked | None:
    """The mark that the name of a file or a title bears, if any."""
    line = _plain(text)
    return _highest(_found(pattern, line) for pattern in NAME_PATTERNS)


def mark_in_pages(pages: Iterable[Sequence[str]]) -> Marked | None:
    """The mark that a document bears, if any.

    Args:
        pages: the lines of each page, sheet or slide; of a text without pages, all of them as one.
    """
    return _highest(mark for lines in pages for mark in _marks_of_page(lines))


def _marks_of_page(lines: Iterable[str]) -> Iterable[Marked | None]:
    before, place = "", 0
    for line in _gathered(_plain(text) for text in lines):
        if MAY_BEAR.search(line):
            if place < FIRST_LINES or LABEL_ALONE.match(before):
                yield _found(ALONE, line) if len(line) <= LONGEST_MARK else None
            for pattern in (STARRED, LABELLED, AT_THE_EDGE):
                yield _found(pattern, line)
        before, place = line, place + 1


def _gathered(lines: Iterable[str]) -> Iterator[str]:
    """The lines that are not empty; letters that stand alone on one line after the other are a word spaced widely."""
    letters = ""
    for line in lines:
        if SPACED_LETTER.match(line):
            letters += line
            continue
        if letters:
            yield letters
            letters = ""
        if line:
            yield line
    if letters:
        yield letters


def _found(pattern: re.Pattern[str], line: str) -> Marked | None:
    match = pattern.search(line)
    if match is None:
        return None
    named = match.groupdict()
    words = (named.get("level") or named.get("level2") or "").replace(" ", "")
    level = next(level for level in sorted(LEVELS, key=len, reverse=True) if words.startswith(level))
    return Marked(level, match[0].strip(" _-—–·.:+"))


def _highest(marks: Iterable[Marked | None]) -> Marked | None:
    best: Marked | None = None
    for mark in marks:
        if mark is not None and (best is None or LEVELS.index(mark.level) < LEVELS.index(best.level)):
            best = mark
            if best.level == LEVELS[0]:
                break
    return best


def _plain(text: str) -> str:
    """Half-width, with single spaces: 机　密 ★ １年 becomes 机 密 ★ 1年."""
    return re.sub(r"\s+", " ", UNSEEN.sub("", unicodedata.normalize("NFKC", text))).strip(" ")
