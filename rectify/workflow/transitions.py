"""State machines as data: which act leads from which state to which, and who may do it.

Services, pages and the API ask the same table, so a button, a refusal and `available_acts` cannot disagree.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from .refusals import Forbidden, WrongState


@dataclass(frozen=True)
class Transition:
    """One act.

    Args:
        act: its name in the API and in history.
        label: its words on a button.
        sources: the states from which it is open.
        targets: the states it may lead to; the service decides where there are several. The state itself for an
            act that keeps it.
        by: the parties (relations of a person to the object) that may do it.
        in_time: the parties that come to do it once the object is in one of its sources; to them another state is a
            matter of the state, not of the role.
    """

    act: str
    label: str | Promise
    sources: frozenset[str]
    targets: tuple[str, ...]
    by: frozenset[str]
    in_time: frozenset[str] = frozenset()


class TransitionTable:
    """The transitions of one kind of object."""

    def __init__(self, transitions: Iterable[Transition], *, not_yours: str | Promise, not_now: str | Promise) -> None:
        self.transitions = {transition.act: transition for transition in transitions}
        self.not_yours = not_yours
        self.not_now = not_now

    def available(self, status: str, parties: Collection[str]) -> list[str]:
        """The acts open to someone with these parties in this state, in the table's order."""
        return [t.act for t in self.transitions.values() if status in t.sources and not t.by.isdisjoint(parties)]

    def require_party(self, act: str, status: str, parties: Collection[str]) -> None:
        """Raises Forbidden unless one of the parties may do this act, in this state or in another."""
        transition = self.transitions[act]
        may = transition.by if status in transition.sources else transition.by | transition.in_time
        if may.isdisjoint(parties):
            raise Forbidden(self.not_yours)

    def require_state(self, act: str, status: str, *, current: object = None) -> None:
        """Raises WrongState unless the act is open from this state."""
        if status not in self.transitions[act].sources:
            raise WrongState(self.not_now, current=current)

    def label(self, act: str) -> str | Promise:
        return self.transitions[act].label
