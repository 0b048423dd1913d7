"""The forms around signatures: criteria to affirm, signatures given on paper."""

from collections.abc import Collection
from datetime import date
from typing import Any

from issues.models import Paper, Round
from rectify.organization.posts import Concern
from rectify.organization.signers import holders
from rectify.workflow.signing import SigningRequest


def criteria_fields(round_: Round, affirmed: Collection[str]) -> list[tuple[str, str, bool, bool]]:
    """The round's acceptance criteria as check boxes: key, title, whether it is required, whether it is ticked."""
    return [(each.key, each.title, each.required, each.key in affirmed) for each in round_.acceptance_criteria.all()]


def paper_fields(request: SigningRequest | None, concern: Concern, on: date) -> dict[str, Any]:
    """What the form of a signature on paper offers: who may have signed the next step, and what a paper is."""
    party = request.next_signer if request is not None else None
    people = holders(concern, party, on) if party else []
    return {
        "signers": [(person.pk, person.get_full_name()) for person in people],
        "paper_kinds": Paper.PaperKind.choices,
        "today": on.isoformat(),
    }
