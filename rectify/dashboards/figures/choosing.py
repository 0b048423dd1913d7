"""Which rounds an overview of many shows: those that the reader may see, narrowed by the address."""

from typing import Any

import django_filters as filters

from issues.filters import RoundFilterSet
from issues.models import Round
from rectify.web.filters import with_words
from rectify.workflow.refusals import Invalid

# What the address of an overview may name beside its filters.
DAYS = ("as_of", "known_at")


class ManyRoundsFilterSet(RoundFilterSet):
    """By organisation, by status, and by words in the titles of rounds and the names of organisations."""

    ordering = None
    search = filters.CharFilter(method="by_search", max_length=100)

    def by_search(self, queryset: Any, name: str, text: str) -> Any:
        return with_words(queryset, text, ("title", "organization__name"))


FILTERS = tuple(ManyRoundsFilterSet.base_filters)


def chosen_rounds(request: Any, today: Any) -> Any:
    """The rounds that an address asks for, those with the newest feedback first.

    Args:
        request: of a page or of the API.

    Raises:
        Invalid: at a filter that does not fit.
    """
    visible = Round.objects.visible_to(request.user, today).select_related("organization")
    found = ManyRoundsFilterSet(request.GET, visible, request=request)
    if not found.is_valid():
        raise Invalid(errors={name: [str(each) for each in errors] for name, errors in found.errors.items()})
    return found.qs
