"""Sentences whose figures are links: built here, so that every home says a thing in the same words."""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from issues.states import SubIssueStatus
from measures.states import MeasureStatus

MEASURES_IN_STATE = {
    MeasureStatus.NOT_STARTED: gettext_lazy("{n} not started"),
    MeasureStatus.IN_PROGRESS: gettext_lazy("{n} in progress"),
    MeasureStatus.COMPLETED: gettext_lazy("{n} completed, not closed yet"),
    MeasureStatus.IN_REVIEW: gettext_lazy("{n} with closure under review"),
    MeasureStatus.CLOSED: gettext_lazy("{n} closed"),
    MeasureStatus.SUSTAINED: gettext_lazy("{n} moved to long term"),
}
SUB_ISSUES_IN_STATE = {
    SubIssueStatus.RECTIFYING: gettext_lazy("{n} being rectified"),
    SubIssueStatus.IN_REVIEW: gettext_lazy("{n} under acceptance"),
    SubIssueStatus.CLOSED: gettext_lazy("{n} closed"),
    SubIssueStatus.SUSTAINED: pgettext_lazy("sub-issues", "{n} continuing"),
}


def phrase(words: object, n: int, url: str = "", tone: str = "", **names: object) -> SafeString:
    """Some words about a number, which leads to its rows.

    Args:
        words: with `{n}` where the number stands.
        tone: overdue or due-soon, for a number that presses.
        names: what else stands in braces in the words; it is shown as it was typed.
    """
    text = format_html(str(words), n=format_html("<strong>{}</strong>", n), **names)
    if not url or not n:
        return format_html('<span class="phrase">{}</span>', text)
    return format_html('<a href="{}" class="{}">{}</a>', url, f"phrase {tone}".strip(), text)


def sentence(*groups: Iterable[SafeString], opening: str = "") -> SafeString:
    """Groups of phrases as one sentence.

    Args:
        opening: what it is about; a colon follows it.
    """
    comma = pgettext("between the parts of a sentence", ", ")
    semicolon = pgettext("between the parts of a sentence", "; ")
    stop = pgettext("at the end of a sentence", ".")
    parts = [(format_html_join(comma, "{}", ((phrase_,) for phrase_ in group)),) for group in groups]
    body = format_html_join(semicolon, "{}", [part for part in parts if part[0]])
    if opening:
        body = format_html("{}{}{}", opening, pgettext("before a list", ": "), body)
    return format_html("{}{}", body, stop)


def overdue(n: int, url: str) -> SafeString:
    """How many are late; that none is, is worth saying too."""
    if not n:
        return format_html('<span class="phrase">{}</span>', _("none overdue"))
    return phrase(_("{n} overdue"), n, url, "overdue")


def due_soon(n: int, url: str) -> list[SafeString]:
    """How many are due soon; no phrase where none is."""
    return [phrase(_("{n} due within 10 days"), n, url, "due-soon")] if n else []


def sub_issues(n: int, url: str) -> SafeString:
    return phrase(ngettext("{n} sub-issue", "{n} sub-issues", n), n, url)


def measures(n: int, url: str) -> SafeString:
    return phrase(ngettext("{n} measure", "{n} measures", n), n, url)
