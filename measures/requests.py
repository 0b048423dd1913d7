"""The kinds of requests that go through a chain: what each is called, where it is kept, what its acts are named."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from issues.models import AcceptanceRequest, AcceptanceSignature
from issues.states import SubIssueStatus
from rectify.workflow.signing import SigningRequest

from .models import (
    ClosureRequest,
    ClosureSignature,
    Extension,
    ExtensionSignature,
    LongTermRequest,
    LongTermSignature,
)
from .states import UNDER_WORK, MeasureStatus


@dataclass(frozen=True)
class RequestKind:
    """A kind of request.

    Args:
        name: in addresses.
        label, tag, asked: what is asked for; the same in one word; that it was asked for.
        requests, signatures: the models in which it is kept.
        subject: the request's foreign key to what it is about.
        asks: the act that asks for it.
        mends: the act with which one goes on after it was returned.
        open_in: the states of its subject in which a returned one can be asked for again.
        suffix: what the names of its acts end with in history, where its subject has other acts of these names.
        granted: the act in history that its last signature is, where it is named apart.
    """

    name: str
    label: Promise
    tag: Promise
    asked: Promise
    requests: Any
    signatures: Any
    subject: str
    asks: str
    mends: str
    open_in: frozenset[str]
    suffix: str = ""
    granted: str = ""

    @property
    def is_measure(self) -> bool:
        """Whether it is about a measure, not about a sub-issue."""
        return self.subject == "measure"

    @property
    def round(self) -> str:
        """The path from a request to its round."""
        return "measure__sub_issue__round" if self.is_measure else f"{self.subject}__round"

    @property
    def key(self) -> str:
        """Under which history keeps the number of the request."""
        return self.suffix.removeprefix("_")

    def act(self, name: str) -> str:
        """The name in history of signing, returning or recalling it."""
        return name + self.suffix


CLOSURE = RequestKind(
    name="measure",
    label=_("Closure of a measure"),
    tag=_("Closure"),
    asked=_("Closure requested"),
    requests=ClosureRequest,
    signatures=ClosureSignature,
    subject="measure",
    asks="request_closure",
    mends="request_closure",
    open_in=frozenset({MeasureStatus.IN_PROGRESS}),
)
ACCEPTANCE = RequestKind(
    name="sub-issue",
    label=_("Acceptance of a sub-issue"),
    tag=_("Acceptance"),
    asked=_("Acceptance requested"),
    requests=AcceptanceRequest,
    signatures=AcceptanceSignature,
    subject="sub_issue",
    asks="request_acceptance",
    mends="request_acceptance",
    open_in=frozenset({SubIssueStatus.RECTIFYING, SubIssueStatus.SUSTAINED}),
)
EXTENSION = RequestKind(
    name="extension",
    label=_("Extension of a deadline"),
    tag=_("Extension"),
    asked=_("Extension requested"),
    requests=Extension,
    signatures=ExtensionSignature,
    subject="measure",
    asks="request_extension",
    mends="request_extension",
    open_in=UNDER_WORK,
    suffix="_extension",
    granted="extend",
)
LONG_TERM = RequestKind(
    name="long-term",
    label=_("Moving a measure to long term"),
    tag=_("Moving to long term"),
    asked=_("Moving to long term requested"),
    requests=LongTermRequest,
    signatures=LongTermSignature,
    subject="measure",
    asks="request_long_term",
    mends="request_long_term",
    open_in=UNDER_WORK,
    suffix="_long_term",
    granted="sustain",
)
KINDS = (CLOSURE, ACCEPTANCE, EXTENSION, LONG_TERM)
# Those that change until when a measure runs; only one of them is under review at a time.
DEADLINE_KINDS = (EXTENSION, LONG_TERM)


def kind_of(request: SigningRequest) -> RequestKind:
    """The kind of a request."""
    return next(kind for kind in KINDS if isinstance(request, kind.requests))
