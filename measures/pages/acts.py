"""An act sent by a form of a page: done, told and led on from, or the page again with what was typed."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import pgettext

from issues.models import SubIssue
from rectify.workflow.refusals import NotFound, Refusal

from ..models import Measure
from .filled import Filled, next_address, shown_back, typed

Perform = Callable[[HttpRequest, str, int, Mapping[str, Any]], Any]
Page = Callable[[HttpRequest, int, Filled], HttpResponse]


def named(row: Measure | SubIssue) -> str:
    """A measure or a sub-issue in a sentence: a bare number would be a measure's."""
    return (
        pgettext("in a message", "Sub-issue %(number)s") % {"number": row.number}
        if isinstance(row, SubIssue)
        else row.number
    )


def act_by_form(
    request: HttpRequest, pk: int, act: str, here: str, perform: Perform, page: Page, done: Mapping[str, Any]
) -> HttpResponse:
    """Does an act and leads on; shows the page with the form again where it was refused.

    Args:
        here: the address of the page.
        perform: calls the act's service.
        done: act -> what is said when it is done, with the row's number; other acts are not there.
    """
    if act not in done:
        raise Http404
    if request.method != "POST":
        return redirect(f"{here}?act={act}")
    data = typed(request)
    try:
        row = perform(request, act, pk, data)
    except NotFound:
        raise
    except Refusal as refusal:
        return page(request, pk, Filled(act, shown_back(data), refusal))
    messages.success(request, done[act] % {"number": named(row)})
    return redirect(next_address(request, here))
