"""Extensions and moving to long term: their rules, chains and history, what comes back for review, and bad input."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from measures.checking import rebuild_differences, verify_history
from measures.models import Extension, LongTermRequest, Measure, MeasureHistory
from rectify.organization.models import Role, User

from .building import DUE_ON, TODAY, Ledger, build_ledger
from .driving import ask_extension, ask_long_term, decide, do, drive, sustain
from .sending import api, upload_of, url
from .test_bad_input import problem

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]
EXTENSION = {"due_on": "2021-05-20", "reason": "审批尚未完成"}
LONG_TERM = {"stage_goal": "每季度排查一次", "review_on": "2021-06-30", "reason": "须长期坚持"}
HOSTILE = ("\0", "x" * 10_000, "-1", "[]", [], {}, None, True, 10**30, "9999-12-31", "2021-02-30", "２０２１-05-20", "")


def post(user: User, row: Any, act: str, **data: Any) -> Any:
    """An act over the API, with the row's version unless another one is given."""
    names = {Measure: "measures", Extension: "extensions", LongTermRequest: "long-term-requests"}
    return api(user).post(url(names[type(row)], row, act), {"version": row.version, **data}, format="json")


def state() -> Any:
    return [
        list(model._default_manager.order_by("pk").values())
        for model in (Measure, MeasureHistory, Extension, LongTermRequest)
    ]


def last_row(measure: Measure) -> MeasureHistory:
    return measure.history.order_by("sequence").last()


def with_intensive_period(ledger: Ledger, until: date) -> None:
    ledger.round.intensive_until = until
    ledger.round.save(update_fields=["intensive_until"])


def proven() -> None:
    assert [str(flaw) for flaw in verify_history()] == []
    assert [str(difference) for difference in rebuild_differences()] == []


def test_an_extension_from_asking_to_the_new_deadline(ledger: Ledger) -> None:
    measure, people = ledger.measure, ledger.people
    answer = post(people["head-road"], measure, "request_extension", **EXTENSION)
    assert answer.status_code == 200, answer.json()
    assert (answer.json()["due_on"], answer.json()["version"]) == (DUE_ON.isoformat(), measure.version)
    request = measure.extensions.get()
    listed = api(people["auditor"]).get(url("extensions"), {"measure": measure.pk}).json()["results"][0]
    assert listed == {
        "id": request.pk,
        "version": 1,
        "measure": measure.pk,
        "reason": "审批尚未完成",
        "digest": request.digest,
        "due_on": "2021-05-20",
        "old_due_on": DUE_ON.isoformat(),
        "overdue": False,
        "beyond_intensive": False,
        "asked_by_name": people["head-road"].name,
        "asked_on": TODAY.isoformat(),
        "outcome": "pending",
        "ended_on": None,
        "chain": listed["chain"],
        "next_signer": "office",
        "available_acts": [],
    }
    assert [step["signer"] for step in listed["chain"]] == ["office", "leader"]

    first = post(people["office"], request, "sign", comment="同意", digest=request.digest)
    assert first.status_code == 200, first.json()
    assert (first.json()["version"], first.json()["next_signer"]) == (2, "leader")
    assert first.json()["chain"][0]["signed_by"] == people["office"].name
    measure.refresh_from_db()
    assert (measure.due_on, measure.version) == (DUE_ON, ledger.measure.version)

    request.refresh_from_db()
    done = post(people["leader-vp_road"], request, "sign")
    assert (done.json()["outcome"], done.json()["ended_on"]) == ("passed", TODAY.isoformat())
    version = measure.version
    measure.refresh_from_db()
    assert (measure.due_on, measure.original_due_on, measure.version) == (date(2021, 5, 20), DUE_ON, version + 1)
    actions = list(measure.history.order_by("sequence").values_list("action", flat=True))
    assert actions[-3:] == ["request_extension", "sign_extension", "extend"]
    payload = last_row(measure).payload
    assert (payload["new"], payload["old"]) == ({"due_on": "2021-05-20"}, {"due_on": DUE_ON.isoformat()})
    proven()


def test_the_deadline_of_a_past_day_is_the_one_of_that_day(ledger: Ledger) -> None:
    request = ask_extension(ledger.measure, on=TODAY - timedelta(days=3))
    for role, day in (("office", 2), ("leader", 1)):
        decide(request, "sign", role, TODAY - timedelta(days=day))
    client = api(ledger.people["auditor"])
    query = {"round": ledger.round.pk}

    def due_on(day: date) -> str:
        rows = client.get(url("measures"), query | {"as_of": day.isoformat()}).json()["results"]
        return next(row["due_on"] for row in rows if row["id"] == ledger.measure.pk)

    assert due_on(TODAY - timedelta(days=2)) == DUE_ON.isoformat()
    assert due_on(TODAY - timedelta(days=1)) == "2021-05-20"


def test_the_stage_of_a_past_day_is_the_one_of_that_day(ledger: Ledger) -> None:
    review_on = (TODAY - timedelta(days=1)).isoformat()
    measure = sustain(ledger.measure, review_on, TODAY - timedelta(days=5))
    do(measure, "report_stage", "liaison", TODAY - timedelta(days=1), done="按季度排查")
    later = {"met": True, "note": "达到", "stage_goal": "再巩固", "review_on": "2021-09-30"}
    do(measure, "review_stage", "office", TODAY - timedelta(days=1), **later)
    query = {"round": ledger.round.pk, "status": "sustained"}
    found = []
    for days in (2, 1):
        day = (TODAY - timedelta(days=days)).isoformat()
        row = api(ledger.people["auditor"]).get(url("measures"), query | {"as_of": day}).json()["results"][0]
        found.append((row["stage_goal"], row["review_on"]))
    assert found == [("每季度排查一次", review_on), ("再巩固", "2021-09-30")]


def test_asked_for_after_the_deadline_it_stays_counted_as_such(ledger: Ledger) -> None:
    on = DUE_ON + timedelta(days=1)
    request = ask_extension(ledger.measure, on=on)
    assert request.overdue and last_row(ledger.measure).payload["overdue"] is True
    on_time = ask_extension(ledger.measures[1], on=DUE_ON)
    assert not on_time.overdue
    for role in ("office", "leader"):
        decide(request, "sign", role, on)
    ledger.measure.refresh_from_db()
    again = ask_extension(ledger.measure, "2021-07-01", on)
    assert not again.overdue
    counted = api(ledger.people["auditor"]).get(url("extensions"), {"overdue": "true"}).json()
    assert [row["id"] for row in counted["results"]] == [request.pk]


def test_beyond_the_intensive_period_the_leading_group_decides(ledger: Ledger) -> None:
    with_intensive_period(ledger, date(2021, 5, 20))
    within = ask_extension(ledger.measures[1])
    assert (within.chain, within.beyond_intensive) == (["office", "leader"], False)
    request = ask_extension(ledger.measure, "2021-05-21")
    assert (request.chain, request.beyond_intensive) == (["office", "chair"], True)
    decide(request, "sign", "office")
    assert post(ledger.people["leader-vp_road"], request, "sign").status_code == 403
    ledger.place.assign(ledger.people["leader-secretary"], Role.CHAIR)
    assert post(ledger.people["leader-secretary"], request, "sign").json()["outcome"] == "passed"


def test_nobody_signs_twice_or_what_they_asked_for_or_out_of_turn(ledger: Ledger) -> None:
    people, measure = ledger.people, ledger.measure
    ledger.place.assign(people["head-road"], Role.OFFICE)
    ledger.place.assign(people["office"], Role.LEADER, leader=ledger.place.leaders["vp_road"])
    assert post(people["head-road"], measure, "request_extension", **EXTENSION).status_code == 200
    request = measure.extensions.get()
    before = state()
    asker = post(people["head-road"], request, "sign")
    early = post(people["leader-vp_road"], request, "sign")
    stranger = post(people["liaison-plan"], request, "return", reason="不同意")
    assert (asker.status_code, early.status_code, stranger.status_code) == (403, 403, 403)
    assert "You asked for this yourself" in asker.json()["detail"]
    assert state() == before
    decide(request, "sign", people["office"])
    twice = post(people["office"], request, "sign")
    assert twice.status_code == 403 and "signed an earlier step" in twice.json()["detail"]


def test_a_substitute_whose_time_is_over_is_told_so(ledger: Ledger) -> None:
    request = ask_extension(drive(ledger.measure, "in_progress"))
    deputy = ledger.place.add_person("deputy-office", Role.LIAISON, department=ledger.place.departments["plan"])
    dates = {"valid_from": date(2021, 3, 1), "valid_until": date(2021, 3, 30)}
    ledger.place.assign(deputy, Role.OFFICE, acting_for=ledger.people["office"], **dates)
    answer = post(deputy, request, "sign")
    problem(answer, 403)
    assert "2021-03-30" in answer.json()["detail"]


def test_a_request_is_returned_or_recalled_and_asked_again(ledger: Ledger) -> None:
    measure, people = ledger.measure, ledger.people
    request = ask_extension(measure)
    decide(request, "sign", "office")
    assert post(people["liaison-road"], request, "recall").status_code == 409
    returned = post(people["leader-vp_road"], request, "return", reason="请按期完成")
    assert (returned.json()["outcome"], returned.json()["available_acts"]) == ("returned", [])
    assert (last_row(measure).action, last_row(measure).reason) == ("return_extension", "请按期完成")
    request.refresh_from_db()
    gone = post(people["leader-vp_road"], request, "sign")
    assert gone.status_code == 409 and gone.json()["current"]["outcome"] == "returned"

    again = ask_extension(measure)
    stale = post(people["office"], again, "sign", version=7)
    assert stale.status_code == 409 and stale.json()["current"]["id"] == again.pk
    assert post(people["head-road"], again, "recall").status_code == 403
    assert post(people["liaison-road"], again, "recall").json()["outcome"] == "recalled"
    assert last_row(measure).action == "recall_extension"
    measure.refresh_from_db()
    assert measure.due_on == DUE_ON
    other_content = post(people["office"], ask_extension(measure), "sign", digest=again.digest[::-1])
    assert other_content.status_code == 409
    proven()


def test_one_request_at_a_time_and_nothing_ends_beside_it(ledger: Ledger) -> None:
    measure, liaison = drive(ledger.measure, "in_progress"), ledger.people["liaison-road"]
    upload_of(liaison, measure)
    asked = {
        "request_extension": EXTENSION,
        "request_long_term": LONG_TERM,
        "complete": {"note": "已完成"},
        "request_closure": {"note": "申请销号"},
    }
    for ask in (ask_extension, ask_long_term):
        request = ask(measure)
        before = state()
        for act, data in asked.items():
            refused = post(liaison, measure, act, **data)
            assert refused.status_code == 409, (act, refused.json())
            assert "under review" in refused.json()["detail"]
        assert state() == before
        do(measure, "report_progress", "liaison", progress=60, done="继续推进")
        decide(request, "recall", "liaison")
    assert post(liaison, measure, "complete", note="已完成").status_code == 200


@pytest.mark.parametrize(
    ("due_on", "words"),
    [
        (DUE_ON.isoformat(), "behind the present one"),
        ("2021-04-01", "behind the present one"),
        ("2041-04-24", "20 years"),
        ("", "date"),
    ],
)
def test_a_deadline_that_cannot_be(ledger: Ledger, due_on: str, words: str) -> None:
    before = state()
    refused = post(ledger.people["liaison-road"], ledger.measure, "request_extension", due_on=due_on, reason="原因")
    assert refused.status_code == 400
    assert words in refused.json()["errors"]["due_on"][0].lower()
    assert state() == before


def test_a_new_deadline_does_not_lie_in_the_past(ledger: Ledger) -> None:
    Measure.objects.filter(pk=ledger.measure.pk).update(due_on=date(2021, 3, 10))
    refused = post(ledger.people["liaison-road"], ledger.measure, "request_extension", due_on="2021-03-30", reason="x")
    assert refused.status_code == 400 and "past" in refused.json()["errors"]["due_on"][0]


def test_what_has_no_deadline_cannot_be_extended(place: Any) -> None:
    ledger = build_ledger(place, sub_issues=1, measures=[{"kind": "long_term", "due_on": None}])
    liaison = ledger.people["liaison-road"]
    assert "request_extension" not in api(liaison).get(url("measures", ledger.measure)).json()["available_acts"]
    assert post(liaison, ledger.measure, "request_extension", **EXTENSION).status_code == 409


def test_strangers_see_nothing_and_readers_only_read(ledger: Ledger, other: Ledger) -> None:
    request = ask_extension(ledger.measure)
    before = state()
    for user in (other.people["office"], ledger.people["system-admin"], ledger.people["nobody"]):
        assert api(user).get(url("extensions", request)).status_code == 404
        assert api(user).get(url("extensions")).json()["count"] == 0
        assert post(user, request, "sign").status_code == 404
        assert post(user, ledger.measure, "request_extension", **EXTENSION).status_code == 404
    for key in ("auditor", "assistant-vp_road", "liaison-party", "leader-secretary"):
        assert api(ledger.people[key]).get(url("extensions", request)).status_code == 200
        for act in ("sign", "return", "recall"):
            assert post(ledger.people[key], request, act, reason="x").status_code == 403, (key, act)
    assert state() == before
    assert api(ledger.people["office"]).get(url("extensions", 10**17)).status_code == 404


def test_filters_of_the_lists(ledger: Ledger) -> None:
    first, second = ask_extension(ledger.measures[0]), ask_extension(ledger.measures[2])
    decide(second, "recall", "liaison")
    client = api(ledger.people["auditor"])

    def found(**query: Any) -> list[int]:
        return [row["id"] for row in client.get(url("extensions"), query).json()["results"]]

    assert found(outcome="pending") == [first.pk]
    assert found(outcome="pending,recalled", round=ledger.round.pk) == [first.pk, second.pk]
    assert found(measure=second.measure_id) == [second.pk]
    assert found(organization="bureau") == [first.pk, second.pk]
    assert client.get(url("extensions"), {"organization": "no-such"}).status_code == 400
    assert client.get(url("extensions"), {"outcome": "perhaps"}).status_code == 400


def test_lists_take_as_many_statements_for_many(ledger: Ledger) -> None:
    client = api(ledger.people["office"])

    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(url("extensions")).status_code == 200
        return len(caught)

    ask_extension(ledger.measures[0])
    before = statements()
    for measure in ledger.measures[1:]:
        decide(ask_extension(measure), "sign", "office")
    assert statements() == before


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_nothing_is_asked_or_decided_in_a_round_that_is_not_under_way(ledger: Ledger, status: str) -> None:
    request = ask_extension(ledger.measure)
    ledger.round.status = status
    ledger.round.save(update_fields=["status"])
    before = state()
    liaison = ledger.people["liaison-road"]
    assert post(liaison, ledger.measures[1], "request_extension", **EXTENSION).status_code == 409
    assert post(ledger.people["office"], request, "sign").status_code == 409
    assert api(ledger.people["office"]).get(url("extensions", request)).json()["available_acts"] == []
    assert state() == before


@pytest.mark.soak
def test_whatever_is_sent_is_refused_in_words(ledger: Ledger) -> None:
    measure, people = ledger.measure, ledger.people
    request, sustained = ask_extension(ledger.measures[1]), sustain(ledger.measures[2])
    names = ("due_on", "reason", "stage_goal", "review_on", "final_on", "met", "note", "comment", "digest", "version")
    calls = (
        (people["liaison-road"], measure, "request_extension", EXTENSION),
        (people["liaison-road"], measure, "request_long_term", LONG_TERM),
        (people["office"], sustained, "review_stage", {"met": False, "note": "x", "review_on": "2021-12-31"}),
        (people["liaison-road"], sustained, "report_stage", {"done": "x"}),
        (people["office"], request, "sign", {}),
        (people["office"], request, "return", {"reason": "x"}),
    )
    for value in HOSTILE:
        for user, row, act, good in calls:
            for name in names:
                with transaction.atomic():
                    answer = post(user, row, act, **(good | {name: value}))
                    transaction.set_rollback(True)
                assert answer.status_code in (200, 400, 409), (act, name, value, answer.content)


def test_rebuild_finds_a_request_that_history_does_not_tell(ledger: Ledger) -> None:
    request = ask_extension(ledger.measure)
    Extension.objects.filter(pk=request.pk).update(outcome="passed")
    assert ["extension requests" in str(difference) for difference in rebuild_differences()] == [True]
