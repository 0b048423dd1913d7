"""The words of documents of the old office formats, as far as they lie open."""

import re
from collections.abc import Iterator

from .secrecy import LEVELS

Page = list[str]

# What people do not write: punctuation, symbols, Chinese and plain letters are left.
NOT_WRITTEN = re.compile(r"[^\u2000-\u206f\u2600-\u27bf\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef -~]+")
CHINESE = re.compile(r"[\u4e00-\u9fff].*[\u4e00-\u9fff]")
# How far the beginning goes, in which a mark may stand alone, and how far the line of a word further on.
BEGINNING, AROUND = 1024 * 1024, 160
# No paper speaks of secrets more often; a file made to keep its reader busy does.
MOST_LEVELS = 20_000
WIDE, OLDER = "utf-16-le", "gb18030"
# A watermark's words, the font they are written in, and the name that every watermark bears.
WATERMARK_NAME = "PowerPlusWaterMark"
WATERMARK = re.compile(rf"([^\0-\x1f]{{2,40}})\0(?:[^\0]{{1,40}}\0)?{WATERMARK_NAME}$")


def _bytes_of_levels(encoding: str) -> re.Pattern[bytes]:
    """Finds the level of a mark where it stands in a file, whatever blanks are between its letters."""
    blanks = b"(?:" + b"|".join(re.escape(blank.encode(encoding)) for blank in " \u3000") + b")*"
    words = (blanks.join(re.escape(letter.encode(encoding)) for letter in level) for level in LEVELS)
    return re.compile(b"|".join(words))


LEVELS_IN = {encoding: _bytes_of_levels(encoding) for encoding in (WIDE, OLDER)}


def pages_of_old_office(content: bytes) -> Iterator[Page]:
    """Runs of words: two bytes a character, at even places or odd ones as they fall, or in the older encoding."""
    yield from _watermarks(content)
    for start, encoding in ((0, WIDE), (1, WIDE), (0, OLDER)):
        runs = NOT_WRITTEN.split(content[start:BEGINNING].decode(encoding, "replace"))
        first = dict.fromkeys(run for run in runs if CHINESE.search(run))
        yield [*first, *(_further_on(content, encoding) if start == 0 else ())]


def _further_on(content: bytes, encoding: str) -> Iterator[str]:
    """What stands around each level behind the beginning; large files are not read as words as a whole."""
    place = BEGINNING
    for _nth in range(MOST_LEVELS):
        found = LEVELS_IN[encoding].search(content, place)
        if found is None:
            return
        begins, place = found.start(), found.end() + AROUND
        # Read from the level itself on: what stands before it may begin in the middle of a character.
        before, after = content[begins - AROUND : begins], content[begins:place]
        yield from NOT_WRITTEN.split(before.decode(encoding, "replace") + after.decode(encoding, "replace"))


def _watermarks(content: bytes) -> Iterator[Page]:
    name, place = WATERMARK_NAME.encode(WIDE), 0
    while (place := content.find(name, place)) >= 0:
        place += len(name)
        words = content[max(place - len(name) - AROUND, place % 2) : place].decode(WIDE, "replace")
        yield from ([mark] for mark in WATERMARK.findall(words))
