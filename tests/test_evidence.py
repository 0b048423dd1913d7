"""Evidence: who adds it and gets it, newer versions, withdrawing; that a file never changes."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from measures.checking import rebuild_differences, verify_history
from measures.models import ClosureRequest, ClosureSignature, Evidence
from rectify.organization.models import Role
from rectify.web.file_types import FILE_TYPES

from .building import REASON, TODAY, Ledger
from .driving import attach, do, drive
from .files import content_of, file
from .sending import api, upload_of, url
from .test_bad_input import problem
from .test_transitions import everything


@pytest.mark.long
@pytest.mark.parametrize("ending", list(FILE_TYPES))
def test_every_accepted_kind_is_taken(ledger: Ledger, evidence_root: Path, ending: str) -> None:
    content = content_of(ending)
    answer = upload_of(ledger.people["liaison-road"], ledger.measure, file=file(f"材料{ending.upper()}", content))
    assert answer.status_code == 201, answer.content
    assert answer.json()["sha256"] == hashlib.sha256(content).hexdigest()
    assert answer.json()["content_type"] == FILE_TYPES[ending][1]


def test_a_file_that_is_too_large_is_refused(ledger: Ledger, evidence_root: Path, settings: Any) -> None:
    settings.EVIDENCE_MAX_BYTES = 1000
    liaison = ledger.people["liaison-road"]
    before = everything()
    body = problem(upload_of(liaison, ledger.measure, file=file("大.txt", b"a" * 1001)), 413, "file")
    assert body["type"] == "/problems/too-large"
    assert everything() == before
    assert upload_of(liaison, ledger.measure, file=file("正好.txt", b"a" * 1000)).status_code == 201


def test_fields_that_are_missing_or_wrong_are_named(ledger: Ledger, evidence_root: Path) -> None:
    liaison, measure = ledger.people["liaison-road"], ledger.measure
    before = everything()
    for name, value in (
        ("title", ""),
        ("title", "长" * 201),
        ("title", "\x00"),
        ("kind", "nonsense"),
        ("kind", ""),
        ("file", "not a file"),
        ("measure", ""),
        ("measure", "abc"),
        ("measure", "1.5"),
    ):
        problem(upload_of(liaison, measure, **{name: value}), 400, name)
    for number in ("999999", str(10**30), "-1", "9" * 5000):
        answer = upload_of(liaison, measure, measure=number)
        assert answer.status_code in (400, 404), answer.content
    assert everything() == before


def test_no_file_is_asked_for_in_words(ledger: Ledger, evidence_root: Path) -> None:
    client = api(ledger.people["liaison-road"])
    form = {"measure": ledger.measure.pk, "title": "会议纪要", "kind": "minutes"}
    for more in ({}, {"file": "text"}):
        answer = client.post(url("evidence"), form | more, format="multipart", HTTP_ACCEPT_LANGUAGE="zh-hans")
        assert problem(answer, 400, "file")["errors"]["file"] == ["请选择要上传的文件。"]


@pytest.mark.parametrize("second", ["file", "file2"])
def test_a_second_file_is_refused_where_one_is_asked_for(ledger: Ledger, evidence_root: Path, second: str) -> None:
    before = everything()
    files = [file("a.txt", b"a"), file("b.txt", b"b")]
    fields: dict[str, Any] = {"file": files} if second == "file" else {"file": files[0], second: files[1]}
    body = problem(upload_of(ledger.people["liaison-road"], ledger.measure, **fields), 400, "file")
    assert body["errors"]["file"] == ["This form takes a single file; choose one."]
    # Whose measure it is comes first.
    assert upload_of(ledger.people["auditor"], ledger.measure, file=[*files]).status_code == 403
    assert everything() == before


def test_who_may_add_evidence(ledger: Ledger, other: Ledger, evidence_root: Path) -> None:
    answers = {
        key: upload_of(ledger.people[key], ledger.measure).status_code
        for key in ("liaison-road", "head-road", "liaison-plan", "head-plan", "office", "auditor", "liaison-party")
    }
    allowed = ["liaison-road", "head-road", "liaison-plan", "head-plan", "office"]
    assert answers == {**dict.fromkeys(allowed, 201), "auditor": 403, "liaison-party": 403}
    assert upload_of(ledger.people["leader-vp_road"], ledger.measure).status_code == 403
    assert upload_of(ledger.people["system-admin"], ledger.measure).status_code == 404
    assert upload_of(other.people["office"], ledger.measure).status_code == 404


def test_a_file_is_served_to_those_who_read_its_round_alone(ledger: Ledger, other: Ledger, evidence_root: Path) -> None:
    upload_of(ledger.people["liaison-road"], ledger.measure)
    evidence = Evidence.objects.get()
    for key in ("liaison-party", "auditor", "leader-secretary"):
        answer = api(ledger.people[key]).get(url("evidence", evidence, "file"))
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content) == "会议纪要".encode()
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    for stranger in (ledger.people["audit-admin"], ledger.people["nobody"], other.people["office"]):
        problem(api(stranger).get(url("evidence", evidence, "file")), 404)
        problem(api(stranger).get(url("evidence", evidence)), 404)
        assert api(stranger).get(url("evidence")).json()["count"] == 0
    problem(api().get(url("evidence", evidence, "file")), 401)


def test_the_same_content_is_kept_once_under_its_digest(ledger: Ledger, evidence_root: Path) -> None:
    for measure in ledger.measures[:2]:
        upload_of(ledger.people["liaison-road"], measure)
    digest = hashlib.sha256("会议纪要".encode()).hexdigest()
    assert [path.name for path in evidence_root.rglob("*") if path.is_file()] == [digest]
    assert Evidence.objects.filter(sha256=digest).count() == 2
    assert (evidence_root / digest[:2] / digest).read_bytes() == "会议纪要".encode()


def test_a_file_lost_from_disk_is_not_found_rather_than_a_failure(ledger: Ledger, evidence_root: Path) -> None:
    upload_of(ledger.people["liaison-road"], ledger.measure)
    for path in evidence_root.rglob("*"):
        if path.is_file():
            path.unlink()
    problem(api(ledger.people["auditor"]).get(url("evidence", Evidence.objects.get(), "file")), 404)


def test_settled_measures_take_no_more_evidence(ledger: Ledger, evidence_root: Path) -> None:
    measure = drive(ledger.measure, "closed")
    problem(upload_of(ledger.people["liaison-road"], measure), 409)


def withdraw(user: Any, evidence: Any, **data: Any) -> Any:
    return api(user).post(url("evidence", evidence, "withdraw"), {"reason": REASON, **data}, format="json")


class TestWhatIsTold:
    """What the API says of a piece of evidence."""

    def test_the_day_that_it_bears(self, ledger: Ledger, evidence_root: Path) -> None:
        liaison, measure = ledger.people["liaison-road"], ledger.measure
        before = everything()
        tomorrow = (TODAY + timedelta(days=1)).isoformat()
        for wrong in (tomorrow, "1949-09-30", "0001-01-01", "2021-02-30", "昨天", "2021"):
            problem(upload_of(liaison, measure, dated_on=wrong), 400, "dated_on")
        assert everything() == before
        told = upload_of(liaison, measure, dated_on="1998-06-01").json()
        assert (told["dated_on"], told["standing"], told["added_later"], told["also_under"]) == (
            "1998-06-01",
            True,
            False,
            [],
        )
        assert upload_of(liaison, measure, dated_on="").json()["dated_on"] is None
        assert upload_of(liaison, measure, dated_on="1949-10-01").json()["dated_on"] == "1949-10-01"
        assert measure.history.get(payload__evidence__id=told["id"]).payload["evidence"]["dated_on"] == "1998-06-01"

    def test_the_same_file_under_another_measure(self, ledger: Ledger, other: Ledger, evidence_root: Path) -> None:
        first, second, third, _last = ledger.measures
        liaison = ledger.people["liaison-road"]
        upload_of(liaison, first)
        upload_of(other.people["liaison-road"], other.measure)
        told = upload_of(liaison, second).json()
        assert told["also_under"] == [{"measure": first.pk, "number": "1-1", "round": ledger.round.pk}]
        upload_of(liaison, third)
        upload_of(liaison, third)
        listed = api(ledger.people["auditor"]).get(url("evidence"), {"measure": first.pk}).json()["results"]
        assert [use["number"] for use in listed[0]["also_under"]] == ["1-2", "2-1"]
        # The other organisation sees nothing of it, nor is anything of theirs seen.
        theirs = api(other.people["auditor"]).get(url("evidence")).json()["results"]
        assert [row["also_under"] for row in theirs] == [[]]
        withdraw(liaison, told["id"])
        assert api(liaison).get(url("evidence", told["id"])).json()["also_under"] == []
        again = api(liaison).get(url("evidence", listed[0]["id"])).json()
        assert [use["number"] for use in again["also_under"]] == ["2-1"]

    def test_what_came_after_the_request(self, ledger: Ledger, evidence_root: Path) -> None:
        measure = drive(ledger.measure, "in_review")
        do(measure, "sign", "head")
        later = upload_of(ledger.people["liaison-road"], measure, title="补充材料").json()
        assert later["added_later"]
        rows = api(ledger.people["office"]).get(url("evidence"), {"measure": measure.pk}).json()["results"]
        assert [row["added_later"] for row in rows] == [False, True]
        # What was only added voids nothing.
        assert ClosureSignature.objects.filter(request__measure=measure).count() == 1
        do(measure, "sign", "office")
        do(measure, "sign", "leader")
        assert api(ledger.people["office"]).get(url("evidence", later["id"])).json()["added_later"]

    def test_the_filter_by_what_stands(self, ledger: Ledger, evidence_root: Path) -> None:
        liaison = ledger.people["liaison-road"]
        old, gone, kept = (upload_of(liaison, ledger.measure, title=title).json()["id"] for title in "甲乙丙")
        new = upload_of(liaison, ledger.measure, replaces=old).json()["id"]
        withdraw(liaison, gone)

        def found(**query: Any) -> list[int]:
            return [row["id"] for row in api(liaison).get(url("evidence"), query).json()["results"]]

        assert found(standing="true") == [kept, new]
        assert found(standing="false") == [old, gone]
        assert found() == [old, gone, kept, new]
        problem(api(liaison).get(url("evidence"), {"standing": "maybe"}), 400, "standing")


class TestANewerVersion:
    def test_takes_the_place_of_the_old_one_which_stays(self, ledger: Ledger, evidence_root: Path) -> None:
        liaison, measure = ledger.people["liaison-road"], ledger.measure
        old = upload_of(liaison, measure).json()
        new = upload_of(liaison, measure, replaces=old["id"], file=file("纪要二稿.txt", "二稿".encode())).json()
        assert (new["replaces"], new["replaced_by"], new["standing"]) == (old["id"], None, True)
        told = api(liaison).get(url("evidence", old["id"])).json()
        assert (told["replaced_by"], told["standing"], told["sha256"]) == (new["id"], False, old["sha256"])
        assert b"".join(api(liaison).get(told["file"]).streaming_content) == "会议纪要".encode()
        row = measure.history.latest("sequence")
        assert (row.action, row.payload["instead_of"]["id"]) == ("replace_evidence", old["id"])
        assert row.payload["evidence"]["id"] == new["id"]
        assert [*rebuild_differences(), *verify_history()] == []

    def test_of_what_is_not_there_is_refused(self, ledger: Ledger, other: Ledger, evidence_root: Path) -> None:
        liaison, measure = ledger.people["liaison-road"], ledger.measure
        elsewhere = attach(ledger.measures[1]).pk
        foreign = attach(other.measure).pk
        old = upload_of(liaison, measure).json()["id"]
        upload_of(liaison, measure, replaces=old)
        gone = upload_of(liaison, measure).json()["id"]
        withdraw(liaison, gone)
        before = everything()
        for wrong in (elsewhere, foreign, old, gone, 10**9, 10**30, 0, -1, "abc", "1.5", "９"):
            problem(upload_of(liaison, measure, replaces=wrong), 400, "replaces")
        assert everything() == before

    def test_voids_the_signatures_bound_to_the_old_one(self, ledger: Ledger, evidence_root: Path) -> None:
        measure = drive(ledger.measure, "in_review")
        do(measure, "sign", "head")
        old, version = measure.evidence.get(), measure.version
        upload_of(ledger.people["liaison-road"], measure, replaces=old.pk)
        measure.refresh_from_db()
        assert (measure.status, measure.version) == ("in_review", version + 1)
        row = measure.history.latest("sequence")
        assert row.payload["void"] == [ledger.people["head-road"].get_full_name()]
        request = ClosureRequest.objects.get(measure=measure, outcome="pending")
        assert (request.signatures.count(), request.follows.outcome) == (0, "voided")
        assert [*rebuild_differences(), *verify_history()] == []


class TestWithdrawing:
    def test_keeps_the_file_with_reason_day_and_name(self, ledger: Ledger, evidence_root: Path) -> None:
        liaison, measure = ledger.people["liaison-road"], ledger.measure
        evidence, version = attach(measure), measure.version
        told = withdraw(liaison, evidence).json()
        assert (told["standing"], told["withdrawn_why"], told["withdrawn_on"]) == (False, REASON, TODAY.isoformat())
        assert told["withdrawn_by_name"] == liaison.get_full_name()
        assert b"".join(api(liaison).get(told["file"]).streaming_content) == "会议纪要".encode()
        row = measure.history.latest("sequence")
        assert (row.action, row.reason, row.payload["evidence"]["id"]) == ("withdraw_evidence", REASON, evidence.pk)
        measure.refresh_from_db()
        assert measure.version == version + 1
        assert [*rebuild_differences(), *verify_history()] == []

    def test_is_found_out_where_it_was_done_behind_history(self, ledger: Ledger, evidence_root: Path) -> None:
        evidence = attach(ledger.measure)
        Evidence.objects.filter(pk=evidence.pk).update(withdrawn_on=TODAY, withdrawn_why="无")
        assert [difference.field for difference in rebuild_differences()] == ["evidence"]

    def test_twice_or_of_a_replaced_file_is_refused(self, ledger: Ledger, evidence_root: Path) -> None:
        liaison, measure = ledger.people["liaison-road"], ledger.measure
        first, second = attach(measure), attach(measure)
        withdraw(liaison, first)
        upload_of(liaison, measure, replaces=second.pk)
        before = everything()
        problem(withdraw(liaison, first), 409)
        problem(withdraw(liaison, second), 409)
        assert everything() == before

    def test_wants_a_reason_and_the_version_that_was_seen(self, ledger: Ledger, evidence_root: Path) -> None:
        liaison, evidence = ledger.people["liaison-road"], attach(ledger.measure)
        before = everything()
        for wrong in ("", "  ", "长" * 2001, None, 5):
            problem(withdraw(liaison, evidence, reason=wrong), 400, "reason")
        problem(withdraw(liaison, evidence, version=99), 409)
        problem(withdraw(liaison, evidence, version="x"), 400, "version")
        problem(withdraw(liaison, 10**9), 404)
        assert everything() == before
        assert withdraw(liaison, evidence, version=ledger.measure.version).status_code == 200

    def test_of_a_settled_measure_is_refused(self, ledger: Ledger, evidence_root: Path) -> None:
        measure = drive(ledger.measure, "closed")
        before = everything()
        problem(withdraw(ledger.people["liaison-road"], measure.evidence.get()), 409)
        assert everything() == before

    def test_is_for_the_uploaders_department_and_the_office(self, ledger: Ledger, evidence_root: Path) -> None:
        people, measure = ledger.people, ledger.measure
        lead, helping = attach(measure, people["liaison-road"]), attach(measure, people["liaison-plan"])
        of_office = attach(measure, people["office"])
        before = everything()
        refused = (
            ("head-road", helping),
            ("liaison-plan", lead),
            ("head-road", of_office),
            ("liaison-party", lead),
            ("auditor", lead),
            ("leader-vp_road", lead),
            ("assistant-vp_road", lead),
        )
        for key, evidence in refused:
            problem(withdraw(people[key], evidence), 403)
        problem(upload_of(people["liaison-plan"], measure, replaces=lead.pk), 403)
        for key in ("system-admin", "nobody"):
            problem(withdraw(people[key], lead), 404)
        assert everything() == before
        assert withdraw(people["head-plan"], helping).status_code == 200
        assert withdraw(people["office"], lead).status_code == 200
        assert withdraw(people["office"], of_office).status_code == 200

    def test_is_for_who_holds_the_uploaders_post_today(self, ledger: Ledger, evidence_root: Path) -> None:
        evidence = attach(ledger.measure)
        ledger.people["liaison-road"].assignments.update(valid_until=TODAY)
        successor = ledger.place.add_person("new", Role.LIAISON, department=ledger.place.departments["road"])
        assert withdraw(successor, evidence).status_code == 200

    def test_voids_signatures_and_leaves_nothing_to_sign(self, ledger: Ledger, evidence_root: Path) -> None:
        measure = drive(ledger.measure, "in_review")
        do(measure, "sign", "head")
        withdraw(ledger.people["liaison-road"], measure.evidence.get())
        measure.refresh_from_db()
        head = {"version": measure.version}
        problem(api(ledger.people["head-road"]).post(url("measures", measure, "sign"), head, format="json"), 400)
        attach(measure)
        signed = api(ledger.people["head-road"]).post(url("measures", measure, "sign"), head, format="json")
        assert signed.status_code == 200, signed.content
        assert [*rebuild_differences(), *verify_history()] == []

    def test_takes_the_ground_from_a_request(self, ledger: Ledger, evidence_root: Path) -> None:
        measure = drive(ledger.measure, "completed")
        withdraw(ledger.people["liaison-road"], attach(measure))
        measure.refresh_from_db()
        asked = api(ledger.people["liaison-road"]).post(
            url("measures", measure, "request_closure"), {"version": measure.version, "note": "申请"}, format="json"
        )
        problem(asked, 400, "evidence")
