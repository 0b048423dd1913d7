"""Marks of secrecy: whether a text bears one (机密★1年), or only speaks of secrets (保守国家秘密).

A mark has a form of its own: a star and a term after the level, the level in brackets at the edge of a line, after the
word 密级, or alone on one of a document's first lines. See GB/T 9704: 密级和保密期限 stand in the upper left corner.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# From the highest down; the highest that is found counts.
CLASSIFIED = ("绝密", "机密", "秘密")
LEVELS = (*CLASSIFIED, "工作秘密", "内部")
FIRST_LINES = 5
# A line longer than this is a sentence.
LONGEST_MARK = 30

_STATE = r"(?<!工作)(?<!商业)(?<!国家)(?:绝 ?密|机 ?密|秘 ?密)"
_LEVEL = rf"(?P<level>{_STATE}|工作 ?秘密|内 ?部)"
_PAPER = "(?:级|件|文件|材料|资料|信息)?"
_STAR = r"(?:[★☆✩⭐✮]|\* ?(?=\d|长期|启用|解密))"
_URGENT = r"(?:[ ·/-]*(?:特提|特急|加急|平急|急件))?"
_CARE = "注意|妥善|请勿|不得|严禁|禁止|不宜|用后|会后|仅供"
_LABEL = r"(?:密 ?级|保密等级|保密级别|涉密等级|涉密级别|秘密等级|定密级别)"
_OPEN, _CLOSE = r"[【\[(〔〖]", r"[】\])〕〗]"
_TERM = rf"(?: ?{_STAR} ?[^ 】\])〕〗]{{0,12}})?"

# 机密★1年, wherever it stands.
STARRED = re.compile(rf"{_LEVEL}级? ?{_STAR} ?(?:长期|\d+ ?[年月日天]|[^\s,。;、]{{0,8}})")
# 密级：机密; not 密级：绝密、机密、秘密, which is a list to choose from.
LABELLED = re.compile(rf"{_LABEL} ?[: ] ?[☑√✔■● ]*{_LEVEL}级?(?! ?[、/或|])(?=$|[\s★☆*(),。;])")
LABEL_ALONE = re.compile(rf"^{_LABEL} ?:?$")
BRACKETS = rf"{_OPEN} ?{_LEVEL}{_PAPER}{_TERM} ?{_CLOSE}"
AT_THE_EDGE = re.compile(rf"^{BRACKETS}|{BRACKETS.replace('<level>', '<level2>')}[。 ]?$")
BRACKETED = re.compile(BRACKETS)
# 绝密; 机密 特急; 内部资料 注意保存.
ALONE = re.compile(
    rf"^{_OPEN}?(?:(?P<level>{_STATE}|工作 ?秘密|内 ?部){_PAPER}"
    rf"|(?P<level2>内部)(?:使用|参阅|参考|传阅|掌握))(?:[, :]+(?:{_CARE}).{{0,12}})?{_URGENT}{_CLOSE}?$"
)
_APART = r"[ _\-—–·.:+]"
# In the name of a file: 机密-报告, 报告_秘密; 内部 needs a noun after it, for 内部审计 is no mark.
APART = re.compile(
    rf"^(?P<level>{_STATE}{_PAPER}|工作秘密|内部(?:件|文件|材料|资料)){_APART}"
    rf"|{_APART}(?P<level2>{_STATE}件?|工作秘密|内部(?:件|文件|材料|资料))$"
)


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
    return _highest(_found(pattern, line) for pattern in (STARRED, LABELLED, BRACKETED, ALONE, APART))


def mark_in_pages(pages: Iterable[Sequence[str]]) -> Marked | None:
    """The mark that a document bears, if any.

    Args:
        pages: the lines of each page, sheet or slide; of a text without pages, all of them as one.
    """
    return _highest(mark for lines in pages for mark in _marks_of_page(lines))


def _marks_of_page(lines: Iterable[str]) -> Iterable[Marked | None]:
    before, place = "", 0
    for text in lines:
        line = _plain(text)
        if not line:
            continue
        if place < FIRST_LINES or LABEL_ALONE.match(before):
            yield _found(ALONE, line) if len(line) <= LONGEST_MARK else None
        for pattern in (STARRED, LABELLED, AT_THE_EDGE):
            yield _found(pattern, line)
        before, place = line, place + 1


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
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip(" \ufeff")
