"""One act of looking back: the measure locked, the row that the act is about, and its row in the measure's history.

What auditors do changes no measure: its version stays, so that nobody's form grows stale.
"""

from collections.abc import Mapping
from typing import Any

from rectify.organization.posts import Posts
from rectify.workflow.acts import Act
from rectify.workflow.guards import check
from rectify.workflow.history import Chain, Entry
from rectify.workflow.record import record
from rectify.workflow.refusals import NotFound

from ..acting import locked_measure
from ..models import LookBackItem, Measure, MeasureHistory, Remark
from .parties import concern_of, parties_to, parties_to_item, require_no_part, require_under_way, who_looks_back
from .states import ITEM_TRANSITIONS, REMARK_TRANSITIONS, state_of


class Beside:
    """An act beside a locked measure. Make it inside a transaction. Raises NotFound."""

    def __init__(self, act: Act, measure_id: int) -> None:
        self.act, self.posts = act, Posts.of(act.actor, act.on)
        self.measure, self.sub_issue = locked_measure(self.posts, measure_id)
        self.parties = parties_to(self.measure, self.posts)

    @property
    def who(self) -> tuple[str, str]:
        concern = concern_of(self.measure)
        if "auditor" in self.parties:
            return who_looks_back(self.posts, concern)
        return self.posts.who(concern, self.measure.lead_department)

    def write(self, action: str, reason: str = "", **extra: Any) -> None:
        """Writes the act's row into the measure's chain.

        Args:
            extra: what belongs to the record beside the words.
        """
        write_beside(self.measure, Chain(MeasureHistory, self.sub_issue.pk), self.act, self.who, action, reason, extra)


def write_beside(
    measure: Measure,
    chain: Chain,
    act: Act,
    who: tuple[str, str],
    action: str,
    reason: str = "",
    extra: Mapping[str, Any] | None = None,
) -> None:
    """One row of an act that leaves the measure as it is."""
    record(measure, chain, act, who, Entry(action, reason=reason, extra=extra or {}), new_version=False)


def _about(rows: Any, pk: int) -> int:
    """The measure that a row is about. Raises NotFound where there is no such row."""
    measure_id = rows.filter(pk=pk).values_list("measure", flat=True).first()
    if measure_id is None:
        raise NotFound()
    return measure_id


class ItemStep(Beside):
    """An act on a sampled measure, past the checks of role, version and state."""

    def __init__(self, name: str, act: Act, item_id: int, data: Mapping[str, Any]) -> None:
        super().__init__(act, _about(LookBackItem.objects, item_id))
        self.item = (
            LookBackItem.objects.select_for_update(of=("self",), no_key=True)
            .select_related("look_back")
            .get(pk=item_id)
        )
        self.item.measure = self.measure
        if name == "check" and "auditor" in self.parties:
            require_no_part(self.measure, act.actor)
        parties = parties_to_item(self.measure, self.posts, took_part=False)
        subject: Any = self.item
        check(ITEM_TRANSITIONS, name, subject, state_of(self.item, self.measure), parties, data)
        require_under_way(self.sub_issue.round, self.item)

    def save(self, **values: Any) -> LookBackItem:
        """Writes the item's new values as its next version."""
        return _save(self.item, values)

    @property
    def told(self) -> dict[str, Any]:
        """The item as history names it."""
        return told_of_item(self.item)


class RemarkStep(Beside):
    """An act on a remark, past the checks of role, version and state."""

    def __init__(self, name: str, act: Act, remark_id: int, data: Mapping[str, Any]) -> None:
        super().__init__(act, _about(Remark.objects, remark_id))
        self.remark = Remark.objects.select_for_update(of=("self",), no_key=True).get(pk=remark_id)
        self.remark.measure = self.measure
        subject: Any = self.remark
        check(REMARK_TRANSITIONS, name, subject, self.remark.state, self.parties, data)
        require_under_way(self.sub_issue.round, self.remark)

    def save(self, **values: Any) -> Remark:
        """Writes the remark's new values as its next version."""
        return _save(self.remark, values)


def _save(row: Any, values: Mapping[str, Any]) -> Any:
    row.version += 1
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=["version", *values])
    return row


def told_of_item(item: LookBackItem) -> dict[str, Any]:
    """A sampled measure as history names it."""
    return {"id": item.look_back_id, "title": item.look_back.title, "item": item.pk}
