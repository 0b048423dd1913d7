"""Every word on the screen has its Chinese: nothing untranslated, nothing left over, placeholders alike."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import django
import django_filters
import pytest
import rest_framework
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "rectify" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
# Function -> where its context and its message stand among its arguments.
PLACES = {
    "_": (None, 0),
    "gettext": (None, 0),
    "gettext_lazy": (None, 0),
    "ngettext": (None, 0),
    "ngettext_lazy": (None, 0),
    "pgettext": (0, 1),
    "pgettext_lazy": (0, 1),
    "npgettext": (0, 1),
    "npgettext_lazy": (0, 1),
}
# Their own words may be told anew here, where theirs do not fit an office.
LIBRARIES = (django, rest_framework, django_filters)
CHINESE = r"[\u4e00-\u9fff]"
Message = tuple[str | None, str]  # context, message (the singular where there is a plural)


def message_of(function: str, arguments: Any) -> Message:
    """The context and message of one call."""
    values = arguments if isinstance(arguments, list | tuple) else [arguments]
    context, message = PLACES[function]
    return (None if context is None else values[context]), values[message]


def in_python() -> Iterator[tuple[Message, str]]:
    folders = [ROOT / name for name in ("issues", "measures", "rectify")]
    for path in sorted(path for folder in folders for path in folder.rglob("*.py")):
        with path.open("rb") as file:
            for line, function, arguments, _comments in extract_python(file, list(PLACES), [], {}):
                yield message_of(function, arguments), f"{path.relative_to(ROOT)}:{line}"


def in_templates() -> Iterator[tuple[Message, str]]:
    """The calls that Django makes of a template's tags and filters when it extracts its words."""
    calls = re.compile(rf"\b({'|'.join(sorted(PLACES, key=len, reverse=True))})\(")
    for path in sorted((ROOT / "templates").rglob("*.*")):
        text = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        for call in calls.finditer(text):
            source = balanced(text[call.start() :])
            found = ast.parse(source, mode="eval").body
            assert isinstance(found, ast.Call)
            arguments = [arg.value if isinstance(arg, ast.Constant) else "" for arg in found.args]
            yield message_of(call[1], arguments), str(path.relative_to(ROOT))


def balanced(text: str) -> str:
    """The text up to the end of the call with which it begins."""
    depth = 0
    for token in tokenize.generate_tokens(io.StringIO(text.replace("\n", " ")).readline):
        depth += {"(": 1, ")": -1}.get(token.string, 0)
        if token.string == ")" and depth == 0:
            return text[: token.end[1]]
    raise AssertionError(text[:80])


def catalogue(path: Path = CATALOGUE) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans")


@cache
def entries() -> dict[Message, tuple[tuple[str, ...], tuple[str, ...]]]:
    """What the catalogue holds: message -> (its English forms, its Chinese forms)."""
    found = {}
    for entry in catalogue():
        if entry.id:
            english = entry.id if isinstance(entry.id, tuple | list) else (entry.id,)
            chinese = entry.string if isinstance(entry.string, tuple | list) else (entry.string,)
            found[entry.context, english[0]] = (tuple(english), tuple(chinese))
    return found


@cache
def used() -> dict[Message, str]:
    return {message: place for message, place in (*in_python(), *in_templates()) if message[1]}


@pytest.mark.long
def test_the_extraction_finds_what_is_there() -> None:
    places = {place.split("/")[0] for place in used().values()}
    assert {"issues", "measures", "rectify", "templates"} <= places
    assert len(used()) > 300


def test_nothing_is_untranslated() -> None:
    known = entries()
    lacking = {
        message: place for message, place in used().items() if message not in known or not all(known[message][1])
    }
    assert lacking == {}


def test_nothing_is_left_over() -> None:
    theirs: set[str] = set()
    for library in LIBRARIES:
        for path in Path(library.__file__).parent.rglob("locale/en/LC_MESSAGES/django.po"):
            for entry in catalogue(path):
                theirs.update(entry.id if isinstance(entry.id, tuple | list) else [entry.id])
    needed = used()
    assert [message for message in entries() if message not in needed and message[1] not in theirs] == []
    assert not catalogue().obsolete
    assert not [entry.id for entry in catalogue() if entry.fuzzy and entry.id]


def test_placeholders_are_alike() -> None:
    def holes(text: str) -> list[str]:
        return sorted(re.findall(r"%(?:\(\w+\))?[sd]|%%|\{\w*\}", text))

    wrong = {
        english: chinese
        for english, chinese in entries().values()
        if any(holes(text) not in [holes(form) for form in english] for text in chinese)
    }
    assert wrong == {}


def test_chinese_is_set_with_chinese_punctuation() -> None:
    wrong = [
        text
        for _english, chinese in entries().values()
        for text in chinese
        if re.search(rf"{CHINESE}[,;:?!]|[,;:?!]{CHINESE}", text)
    ]
    assert wrong == []
