"""How a round closes measures and accepts sub-issues: chains, stock reasons, evidence wanted, criteria.

Orders differ between places (practice), so all of it is the round's own data. A change reaches what is asked for from
then on; requests under way keep the chain they began with. Every change leaves a row in the round's history.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from issues.models import AcceptanceCriterion, AcceptanceStep, Round, RoundHistory
from issues.plan import locked_round
from issues.states import Kind, RoundStatus
from rectify.organization.posts import Concern, Posts
from rectify.workflow.acts import Act
from rectify.workflow.guards import ActInput, TextField, check_version, validated
from rectify.workflow.history import Chain, Entry
from rectify.workflow.record import record
from rectify.workflow.refusals import WrongState
from rectify.workflow.signing import Signer

from .models import ClosingRules, ClosureStep, DeadlineChange, DeadlineStep, EvidenceKind, WantedEvidence
from .papers import require_office

# Name in the rules -> label, and how many steps a chain must have at least: a deadline takes two approvals.
CHAINS: Mapping[str, tuple[Any, int]] = {
    "closure": (gettext_lazy("Closing a measure"), 1),
    "acceptance": (gettext_lazy("Accepting a sub-issue"), 1),
    "extension": (gettext_lazy("Extension"), 2),
    "late_extension": (gettext_lazy("Extension beyond the intensive period"), 2),
    "long_term": (gettext_lazy("Moving to long term"), 2),
}
LONGEST = 6


class CriterionInput(serializers.Serializer):
    key = serializers.SlugField(max_length=40)
    title = TextField(max_length=200)
    required = serializers.BooleanField(default=True)  # type: ignore[assignment]


class RulesInput(ActInput):
    """What is to change; what is left out stays."""

    chains = serializers.DictField(
        child=serializers.ListField(child=serializers.ChoiceField(choices=Signer.choices), max_length=LONGEST),
        required=False,
        help_text="closure, acceptance, extension, late_extension, long_term: the signers in their order",
    )
    return_reasons = serializers.ListField(child=TextField(max_length=200), max_length=20, required=False)
    answer_within_days = serializers.IntegerField(min_value=1, max_value=365, required=False)
    wanted_evidence = serializers.DictField(
        child=serializers.ListField(child=serializers.ChoiceField(choices=EvidenceKind.choices)),
        required=False,
        help_text="kind of measure: the kinds of evidence without which none is closed",
    )
    criteria = CriterionInput(many=True, required=False)

    def validate_chains(self, chains: dict[str, list[str]]) -> dict[str, list[str]]:
        for name, signers in chains.items():
            if name not in CHAINS:
                raise serializers.ValidationError(_("“%(text)s” is not known here.") % {"text": name})
            label, least = CHAINS[name]
            if len(signers) < least or len(set(signers)) != len(signers):
                words = _("%(chain)s: %(least)d steps at least, nobody twice.")
                raise serializers.ValidationError(words % {"chain": label, "least": least})
        return chains

    def validate_wanted_evidence(self, wanted: dict[str, list[str]]) -> dict[str, list[str]]:
        if unknown := wanted.keys() - set(Kind.values):
            raise serializers.ValidationError(_("“%(text)s” is not known here.") % {"text": sorted(unknown)[0]})
        return wanted

    def validate_criteria(self, criteria: list[dict[str, Any]]) -> list[dict[str, Any]]:
        keys = [criterion["key"] for criterion in criteria]
        if not 1 <= len(keys) <= 30 or len(keys) != len(set(keys)):
            raise serializers.ValidationError(_("Between one and 30 criteria, each with a key of its own."))
        return criteria


def rules_of(round_: Round) -> dict[str, Any]:
    """A round's rules as they stand, in the form in which they are set."""
    rules = ClosingRules.objects.get(round=round_)
    wanted: dict[str, list[str]] = {kind: [] for kind in Kind.values}
    for row in WantedEvidence.objects.filter(round=round_):
        wanted[row.measure_kind].append(row.evidence_kind)
    chains: dict[str, list[str]] = {
        "closure": _signers(ClosureStep.objects.filter(round=round_)),
        "acceptance": _signers(AcceptanceStep.objects.filter(round=round_)),
    }
    for change in DeadlineChange.values:
        chains[change] = _signers(DeadlineStep.objects.filter(round=round_, change=change))
    return {
        "chains": chains,
        "return_reasons": rules.return_reasons,
        "answer_within_days": rules.answer_within_days,
        "wanted_evidence": wanted,
        "criteria": list(
            AcceptanceCriterion.objects.filter(round=round_).order_by("position").values("key", "title", "required")
        ),
    }


def _signers(steps: Any) -> list[str]:
    return list(steps.order_by("position").values_list("signer", flat=True))


def round_to_configure(act: Act, round_id: int, data: Mapping[str, Any]) -> Round:
    """A round under its lock, for an act of its office that changes its configuration.

    Raises:
        NotFound, Forbidden, Stale, WrongState (it is archived): in this order.
    """
    round_ = locked_round(act, round_id)
    require_office(act, round_)
    check_version(round_, data)
    if round_.status == RoundStatus.ARCHIVED:
        raise WrongState(_("The round is archived; its rules stay as they are."), current=round_)
    return round_


@transaction.atomic
def set_closing_rules(act: Act, round_id: int, data: Mapping[str, Any]) -> Round:
    """Changes a round's rules; `data`: version, and whatever of `RulesInput` is to change.

    Raises:
        NotFound, Forbidden, Stale, WrongState, Invalid: in this order; nothing is changed then.
    """
    round_ = round_to_configure(act, round_id, data)
    values = validated(RulesInput, data)
    before = rules_of(round_)
    _write(round_, values)
    after = rules_of(round_)
    changed = {name: {"old": before[name], "new": after[name]} for name in after if before[name] != after[name]}
    who = Posts.of(act.actor, act.on).who(Concern(round_.organization_id))
    record(round_, Chain(RoundHistory, round_.pk), act, who, Entry("set_closing_rules", extra={"rules": changed}))
    return round_


def _write(round_: Round, values: Mapping[str, Any]) -> None:
    for name, signers in values.get("chains", {}).items():
        _write_chain(round_, name, signers)
    rules = ClosingRules.objects.get(round=round_)
    for name in ("return_reasons", "answer_within_days"):
        if name in values:
            setattr(rules, name, values[name])
    rules.save()
    for measure_kind, kinds in values.get("wanted_evidence", {}).items():
        WantedEvidence.objects.filter(round=round_, measure_kind=measure_kind).delete()
        WantedEvidence.objects.bulk_create(
            WantedEvidence(round=round_, measure_kind=measure_kind, evidence_kind=kind) for kind in dict.fromkeys(kinds)
        )
    if "criteria" in values:
        AcceptanceCriterion.objects.filter(round=round_).delete()
        AcceptanceCriterion.objects.bulk_create(
            AcceptanceCriterion(round=round_, position=position, **criterion)
            for position, criterion in enumerate(values["criteria"])
        )


def _write_chain(round_: Round, name: str, signers: Sequence[str]) -> None:
    more = {"change": name} if name in DeadlineChange.values else {}
    model: Any = {"closure": ClosureStep, "acceptance": AcceptanceStep}.get(name, DeadlineStep)
    model.objects.filter(round=round_, **more).delete()
    model.objects.bulk_create(
        model(round=round_, position=position, signer=signer, **more) for position, signer in enumerate(signers)
    )
