"""What ties a reopening to the second look that found the relapse."""

from typing import Any

from ..acting import MeasureStep
from ..models import LookBackItem
from .acting import told_of_item
from .states import ItemState, in_state


def reopened_upon(step: MeasureStep) -> dict[str, Any]:
    """Ties the act that reopens a measure to every open proposal to reopen it.

    Returns:
        What history keeps of it: which second look, and which of its items.
    """
    proposals = LookBackItem.objects.select_for_update(of=("self",), no_key=True).filter(measure=step.measure)
    items = list(proposals.filter(in_state(ItemState.PROPOSED)).select_related("look_back").order_by("pk"))
    for item in items:
        item.reopening, item.reopened_on, item.version = step.act.id, step.act.on, item.version + 1
        item.save(update_fields=["reopening", "reopened_on", "version"])
    if not items:
        return {}
    return {"look_back": told_of_item(items[-1]), "look_back_items": [item.pk for item in items]}
