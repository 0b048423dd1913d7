"""How far ahead a day may lie."""

from datetime import date

from django.utils.translation import gettext_lazy

# A day further off is a slip of the keyboard.
FARTHEST_YEARS = 20
BEYOND = gettext_lazy("This lies more than 20 years ahead.")


def farthest(on: date) -> date:
    """The last day that may be set on a day: as a deadline, for a review, for an answer."""
    return date(on.year + FARTHEST_YEARS, on.month, min(on.day, 28))
