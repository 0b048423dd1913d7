"""What a signature is bound to, substitutes, and signatures on paper, by API."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from measures.models import ClosureRequest, Evidence, MeasureHistory
from measures.todo import to_sign
from rectify.organization.models import Role, User
from rectify.organization.posts import Posts

from .building import TODAY, Ledger, Place, forget_posts
from .driving import do, drive, drive_sub_issue
from .sending import api, sheet, upload_of, url
from .test_bad_input import problem
from .test_transitions import everything

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]


def closure(ledger: Ledger) -> dict[str, Any]:
    """The newest request, as the API tells it."""
    client = api(ledger.people["auditor"])
    return client.get(url("measures", ledger.measure, "closure_requests")).json()[0]


def sign(user: User, ledger: Ledger, **fields: Any) -> Any:
    ledger.measure.refresh_from_db()
    body = {"version": ledger.measure.version, **fields}
    return api(user).post(url("measures", ledger.measure, "sign"), body, format="json")


def substitute(place: Place, key: str, role: Role, principal: User, until: int = 7, **post: Any) -> User:
    """A person who stands for another until so many days from today."""
    user = place.add_person(key)
    dates = {"valid_from": TODAY - timedelta(days=30), "valid_until": TODAY + timedelta(days=until)}
    place.assign(user, role, acting_for=principal, **dates, **post)
    return user


class TestWhatIsSigned:
    def test_a_signature_bears_the_digest_of_what_was_seen(self, ledger: Ledger) -> None:
        drive(ledger.measure, "in_review")
        asked = closure(ledger)
        assert len(asked["digest"]) == 64 and len(asked["evidence"]) == 1
        assert sign(ledger.people["head-road"], ledger, digest=asked["digest"]).status_code == 200
        assert closure(ledger)["chain"][0]["digest"] == asked["digest"]
        row = ledger.measure.history.order_by("sequence").last()
        assert row is not None and row.payload["digest"] == asked["digest"]

    def test_what_was_added_meanwhile_must_be_looked_at_first(self, ledger: Ledger) -> None:
        drive(ledger.measure, "in_review")
        seen = closure(ledger)["digest"]
        assert upload_of(ledger.people["liaison-road"], ledger.measure).status_code == 201
        before = everything()
        problem(sign(ledger.people["head-road"], ledger, digest=seen), 409)
        assert everything() == before
        assert sign(ledger.people["head-road"], ledger).status_code == 200
        assert closure(ledger)["chain"][0]["digest"] != seen
        assert len(closure(ledger)["evidence"]) == 1, "what came later is not the request's"

    def test_evidence_that_changed_makes_signatures_void(self, ledger: Ledger) -> None:
        drive(ledger.measure, "in_review")
        upload_of(ledger.people["liaison-road"], ledger.measure)
        do(ledger.measure, "sign", "head")
        seen = closure(ledger)["digest"]
        first = Evidence.objects.order_by("pk")[0]
        body = {"version": ledger.measure.version, "reason": "传错"}
        withdrawn = api(ledger.people["liaison-road"]).post(url("evidence", first, "withdraw"), body, format="json")
        assert withdrawn.status_code == 200, withdrawn.content
        row = ledger.measure.history.order_by("sequence").last()
        assert row is not None and row.payload["void"] == [ledger.people["head-road"].name]
        old, new = ClosureRequest.objects.filter(measure=ledger.measure).order_by("pk")
        assert (old.outcome, new.outcome, new.follows_id) == ("voided", "pending", old.pk)
        assert old.signatures.count() == 1, "what was signed stays to be seen"
        assert closure(ledger)["next_signer"] == "head" and closure(ledger)["digest"] != seen
        assert sign(ledger.people["head-road"], ledger).status_code == 200, "the same person signs what is new"

    def test_without_evidence_nobody_signs(self, ledger: Ledger) -> None:
        drive(ledger.measure, "in_review")
        Evidence.objects.update(withdrawn_on=TODAY, withdrawn_why="传错")
        problem(sign(ledger.people["head-road"], ledger), 400, "evidence")


class TestSubstitutes:
    def test_one_is_recorded_as_such(self, ledger: Ledger) -> None:
        road = ledger.place.departments["road"]
        head = ledger.people["head-road"]
        deputy = substitute(ledger.place, "deputy-road", Role.HEAD, head, department=road)
        drive(ledger.measure, "in_review")
        assert [item.subject for item in to_sign(Posts.of(deputy, TODAY), TODAY)] == [ledger.measure]
        assert sign(deputy, ledger).status_code == 200
        first = closure(ledger)["chain"][0]
        assert (first["signed_by"], first["in_place_of"]) == (deputy.name, head.name)
        row = ledger.measure.history.order_by("sequence").last()
        assert row is not None and row.payload["acting_for"] == head.name

    def test_not_when_the_time_is_over(self, ledger: Ledger) -> None:
        road = ledger.place.departments["road"]
        deputy = substitute(ledger.place, "deputy-road", Role.HEAD, ledger.people["head-road"], -1, department=road)
        ledger.place.assign(deputy, Role.LIAISON, department=ledger.place.departments["plan"])
        drive(ledger.measure, "in_review")
        before = everything()
        answer = sign(deputy, ledger)
        problem(answer, 403)
        assert "2021-03-30" in answer.json()["detail"]
        assert everything() == before

    def test_not_for_whom_has_asked_or_signed(self, ledger: Ledger) -> None:
        """A substitute has no more rights than whom they stand for, and the other way round."""
        place, road = ledger.place, ledger.place.departments["road"]
        asker = ledger.people["liaison-road"]
        for_asker = substitute(place, "deputy-one", Role.HEAD, asker, department=road)
        drive(ledger.measure, "in_review")
        problem(sign(for_asker, ledger), 403)
        forget_posts(for_asker)
        assert to_sign(Posts.of(for_asker, TODAY), TODAY) == []
        office = ledger.people["office"]
        for_office = substitute(place, "deputy-two", Role.HEAD, office, department=road)
        assert sign(for_office, ledger).status_code == 200
        problem(sign(office, ledger), 403)
        forget_posts(office)
        assert to_sign(Posts.of(office, TODAY), TODAY) == []


class TestOnPaper:
    def test_the_office_registers_a_sheet(self, ledger: Ledger) -> None:
        drive(ledger.measure, "in_review")
        do(ledger.measure, "sign", "head")
        do(ledger.measure, "sign", "office")
        registrar = ledger.place.add_person("office-two", Role.OFFICE)
        body = sheet(version=ledger.measure.version, comment="同意")
        answer = api(registrar).post(url("measures", ledger.measure, "register_signature"), body, format="multipart")
        assert answer.status_code == 200, answer.content
        assert answer.json()["status"] == "closed"
        last = closure(ledger)["chain"][2]
        assert (last["signed_by"], last["on_paper"]) == (ledger.people["leader-vp_road"].name, True)
        row = ledger.measure.history.order_by("sequence").last()
        assert row is not None
        assert (row.action, row.actor, row.to_status) == ("register_signature", registrar, "closed")
        assert row.payload["signer"] == ledger.people["leader-vp_road"].name
        paper = api(registrar).get(url("papers")).json()["results"][0]
        assert paper["registered_by_name"] == registrar.name
        assert api(registrar).get(paper["file"])["Content-Disposition"].startswith("attachment")

    def test_one_record_carries_many(self, ledger: Ledger) -> None:
        first, second = ledger.measures[0], ledger.measures[2]
        for measure in (first, second):
            drive(measure, "in_review")
        drive_sub_issue(ledger.sub_issues[1], "rectifying")
        items = [{"measure": measure.pk, "version": measure.version} for measure in (second, first)]
        form = sheet(round=ledger.round.pk, kind="minutes", items=json.dumps(items), participants="厅长办公会")
        answer = api(ledger.people["office"]).post(url("papers"), form, format="multipart")
        assert answer.status_code == 201, answer.content
        rows = MeasureHistory.objects.filter(action="register_signature")
        assert {row.measure_id for row in rows} == {first.pk, second.pk}
        assert len({row.act_id for row in rows}) == 1

    def test_all_or_none(self, ledger: Ledger) -> None:
        first, second = ledger.measures[0], ledger.measures[1]
        drive(first, "in_review")
        items = [{"measure": m.pk, "version": m.version} for m in (first, second)]
        before = everything()
        form = sheet(round=ledger.round.pk, items=json.dumps(items))
        problem(api(ledger.people["office"]).post(url("papers"), form, format="multipart"), 409)
        assert everything() == before

    @pytest.mark.parametrize(
        ("fields", "status", "field"),
        [
            ({"signed_on": "2021-04-01"}, 400, "signed_on"),
            ({"signed_on": "2021-02-25"}, 400, "signed_on"),
            ({"signed_on": "2021-02-30"}, 400, "signed_on"),
            ({"signer": 999999}, 400, "signer"),
            ({"title": ""}, 400, "title"),
            ({"file": SimpleUploadedFile("a.pdf", b"")}, 400, "file"),
            ({"file": SimpleUploadedFile("a.exe", b"MZ")}, 400, "file"),
            ({"version": 1}, 409, None),
            ({"kind": "nonsense"}, 400, "kind"),
        ],
    )
    def test_refused(self, ledger: Ledger, fields: dict[str, Any], status: int, field: str | None) -> None:
        drive(ledger.measure, "in_review")
        before = everything()
        body = sheet(**({"version": ledger.measure.version} | fields))
        address = url("measures", ledger.measure, "register_signature")
        answer = api(ledger.people["office"]).post(address, body, format="multipart")
        problem(answer, status, *([field] if field else []))
        assert everything() == before

    def test_who_may_not(self, ledger: Ledger, other: Ledger) -> None:
        drive(ledger.measure, "in_review")
        address = url("measures", ledger.measure, "register_signature")
        for person, status in (("liaison-road", 403), ("auditor", 403), ("leader-vp_road", 403), ("system-admin", 404)):
            body = sheet(version=ledger.measure.version)
            assert api(ledger.people[person]).post(address, body, format="multipart").status_code == status, person
        body = sheet(version=ledger.measure.version)
        assert api(other.people["office"]).post(address, body, format="multipart").status_code == 404

    def test_the_asker_cannot_sign_on_paper_either(self, ledger: Ledger) -> None:
        liaison, road = ledger.people["liaison-road"], ledger.place.departments["road"]
        ledger.place.assign(liaison, Role.HEAD, department=road)
        drive(ledger.measure, "in_review")
        body = sheet(version=ledger.measure.version, signer=liaison.pk)
        address = url("measures", ledger.measure, "register_signature")
        problem(api(ledger.people["office"]).post(address, body, format="multipart"), 400, "signer")
        several = sheet(version=ledger.measure.version)
        problem(api(ledger.people["office"]).post(address, several, format="multipart"), 400, "signer")
