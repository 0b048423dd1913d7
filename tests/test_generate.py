"""Generated rounds: their shape, that their history proves itself, and that the same seed tells the same story."""

import json
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from issues.models import Finding, Milestone, Round, SubIssue
from measures.checking import rebuild_differences, verify_history
from measures.figures.round import round_figures
from measures.models import ClosureRequest, Evidence, Measure, MeasureHistory
from measures.states import MeasureStatus
from rectify.demonstration.bench.databases import MEASURES_PER_ROUND
from rectify.demonstration.generate import SUPERIOR_AUDITOR, UNTIL, generate
from rectify.dispatch.frozen_figures import FrozenMoment, counted
from rectify.dispatch.models import Dispatch, FrozenFigures, FrozenLine, Line
from rectify.organization.models import Department, Leader, Organization, User
from rectify.workflow.signing import Outcome

GENERATED_STATES = {
    MeasureStatus.NOT_STARTED,
    MeasureStatus.IN_PROGRESS,
    MeasureStatus.COMPLETED,
    MeasureStatus.IN_REVIEW,
    MeasureStatus.CLOSED,
}


@pytest.fixture
def generated(db: None, evidence_root: Path) -> None:
    generate(3, 2, seed=7)


@pytest.mark.usefixtures("generated")
def test_shape() -> None:
    for round_ in Round.objects.all():
        measures = Measure.objects.filter(sub_issue__round=round_)
        assert measures.count() == MEASURES_PER_ROUND == round_.planned["measures"]
        assert SubIssue.objects.filter(round=round_).count() == 36 == round_.planned["sub_issues"]
        assert Finding.objects.filter(round=round_).count() == 24
        assert MeasureHistory.objects.filter(sub_issue__round=round_).count() == 10 * MEASURES_PER_ROUND
    assert Counter(Round.objects.values_list("organization__key", flat=True)) == {"generated-1": 2, "generated-2": 1}
    superior = Organization.objects.get(parent=None)
    for organization in Organization.objects.exclude(pk=superior.pk):
        assert organization.parent == superior
        assert Department.objects.filter(organization=organization).count() == 16
        assert Leader.objects.filter(organization=organization).count() == 7
    assert set(Measure.objects.values_list("status", flat=True)) == GENERATED_STATES
    assert not MeasureHistory.objects.filter(happened_on__gt=UNTIL).exists()
    assert not MeasureHistory.objects.filter(recorded_at__date__gt=UNTIL).exists()
    passed = set(ClosureRequest.objects.filter(outcome=Outcome.PASSED).values_list("measure", flat=True))
    assert passed == set(Measure.objects.filter(status=MeasureStatus.CLOSED).values_list("pk", flat=True))
    assert passed <= set(Evidence.objects.values_list("measure", flat=True))
    assert not any(user.has_usable_password() for user in User.objects.all())


@pytest.mark.usefixtures("generated")
def test_each_round_has_a_milestone_and_a_frozen_week() -> None:
    for round_ in Round.objects.all():
        assert Milestone.objects.get(round=round_).due_on == round_.intensive_until
        week = Dispatch.objects.get(round=round_)
        lines = Line.objects.filter(dispatch=week)
        assert lines.count() == FrozenLine.objects.filter(line__in=lines).count() == MEASURES_PER_ROUND
        kept = FrozenFigures.objects.get(dispatch=week)
        states = FrozenLine.objects.filter(line__in=lines).values_list("state", flat=True)
        real = round_figures(round_, FrozenMoment.of(week)).as_json() | {"reported": counted(states)}
        assert kept.figures == json.loads(json.dumps(real, cls=DjangoJSONEncoder))
        assert kept.figures["digest"] == week.digest
        assert len(set(states)) > 1


@pytest.mark.usefixtures("generated")
def test_somebody_above_reads_all() -> None:
    auditor = User.objects.get(username=SUPERIOR_AUDITOR)
    assert set(Round.objects.visible_to(auditor, UNTIL)) == set(Round.objects.all())


@pytest.mark.long
@pytest.mark.usefixtures("generated")
def test_history_proves_itself() -> None:
    assert list(verify_history()) == []
    assert list(rebuild_differences()) == []


@pytest.mark.usefixtures("generated")
def test_a_later_insert_goes_on_behind_the_given_keys() -> None:
    last = Measure.objects.order_by("-pk")[0]
    measure = Measure.objects.create(
        sub_issue=last.sub_issue,
        number="new",
        position=99,
        content="又一项措施",
        kind=last.kind,
        responsible_leader=last.responsible_leader,
        lead_department=last.lead_department,
    )
    assert measure.pk == last.pk + 1


def _story(seed: int) -> list[tuple[object, ...]]:
    """What one generated round tells, and its hashes; it is gone afterwards."""
    with transaction.atomic():
        generate(1, 1, seed=seed)
        columns = ["number", "status", "due_on", "progress", "reported_on", "closed_on", "entries"]
        told: list[tuple[object, ...]] = list(Measure.objects.order_by("pk").values_list(*columns))
        if connection.vendor != "postgresql":
            # There the keys of people, which are hashed too, come from sequences that no rollback sets back.
            told += MeasureHistory.objects.order_by("pk").values_list("hash")
        transaction.set_rollback(True)
    return told


@pytest.mark.soak
def test_the_same_seed_tells_the_same_story(db: None, evidence_root: Path) -> None:
    assert _story(5) == _story(5) != _story(6)


@pytest.mark.parametrize("options", [["--rounds", "0"], ["--rounds", "1", "--organizations", "0"]])
def test_senseless_numbers_are_refused(db: None, options: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("generate", *options)
