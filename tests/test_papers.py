"""Signatures that were given on paper (线下签批), by API: of closures, extensions and moves to long term."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from measures.evidence import withdraw_evidence
from measures.models import MeasureHistory
from measures.states import MeasureStatus
from rectify.organization.models import Role

from .building import TODAY, Ledger, act_by
from .driving import ask_extension, ask_long_term, attach, decide, do, drive, drive_sub_issue
from .sending import api, scan, sheet, url
from .test_bad_input import problem
from .test_signing import closure
from .test_transitions import everything

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]


class TestClosures:
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
        refused = api(ledger.people["office"]).post(url("papers"), form, format="multipart")
        problem(refused, 409)
        assert second.number in refused.json()["detail"]
        assert everything() == before

    @pytest.mark.long
    @pytest.mark.parametrize(
        ("fields", "status", "field"),
        [
            ({"signed_on": "2021-04-01"}, 400, "signed_on"),
            ({"signed_on": "2021-02-25"}, 400, "signed_on"),
            ({"signed_on": "2021-02-30"}, 400, "signed_on"),
            ({"signer": 999999}, 400, "signer"),
            ({"title": ""}, 400, "title"),
            ({"file": ""}, 400, "file"),
            ({"file": [scan(), scan("另一份.pdf")]}, 400, "file"),
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


class TestDeadlines:
    def test_the_last_signature_on_paper_moves_the_deadline(self, ledger: Ledger) -> None:
        request = ask_extension(drive(ledger.measure, "in_progress"))
        decide(request, "sign", "office")
        registrar = ledger.place.add_person("office-two", Role.OFFICE)
        shown = api(registrar).get(url("extensions", request)).json()
        assert "register_signature" in shown["available_acts"]
        address = url("extensions", request, "register_signature")
        answer = api(registrar).post(address, sheet(version=request.version, comment="同意"), format="multipart")
        assert answer.status_code == 200, answer.content
        last = answer.json()["chain"][-1]
        leader = ledger.people["leader-vp_road"].name
        assert (answer.json()["outcome"], last["signed_by"], last["on_paper"]) == ("passed", leader, True)
        ledger.measure.refresh_from_db()
        assert ledger.measure.due_on == request.due_on
        row = ledger.measure.history.order_by("sequence").last()
        assert row is not None and (row.action, row.actor, row.payload["signer"]) == ("extend", registrar, leader)

    def test_one_record_carries_all_kinds(self, ledger: Ledger) -> None:
        closing, extended = drive(ledger.measures[0], "in_review"), drive(ledger.measures[1], "in_progress")
        moved = drive(ledger.measures[2], "in_progress")
        extension, long_term = ask_extension(extended), ask_long_term(moved)
        decide(extension, "sign", "office")
        decide(long_term, "sign", "office")
        registrar = ledger.place.add_person("office-two", Role.OFFICE)
        items = [
            {"long_term": long_term.pk, "version": long_term.version},
            {"extension": extension.pk, "version": extension.version},
            {"measure": closing.pk, "version": closing.version},
        ]
        form = sheet(round=ledger.round.pk, kind="minutes", items=json.dumps(items))
        assert api(registrar).post(url("papers"), form, format="multipart").status_code == 201
        moved.refresh_from_db()
        assert moved.status == MeasureStatus.SUSTAINED
        assert MeasureHistory.objects.filter(actor=registrar).count() == 3

    @pytest.mark.long
    @pytest.mark.parametrize(
        ("items", "status"),
        [
            ([{"version": 1}], 400),
            ([{"extension": 1, "measure": 1, "version": 1}], 400),
            ([{"extension": 999999, "version": 1}], 404),
            ([{"long_term": 999999, "version": 1}], 404),
        ],
    )
    def test_what_names_nothing_or_two_is_refused(self, ledger: Ledger, items: list[Any], status: int) -> None:
        form = sheet(round=ledger.round.pk, items=json.dumps(items))
        before = everything()
        problem(api(ledger.people["office"]).post(url("papers"), form, format="multipart"), status)
        assert everything() == before

    def test_not_twice_nor_once_it_ended(self, ledger: Ledger) -> None:
        request = ask_extension(drive(ledger.measure, "in_progress"))
        decide(request, "recall", "liaison")
        before = everything()
        address = url("extensions", request, "register_signature")
        body = sheet(version=request.version)
        problem(api(ledger.people["office"]).post(address, body, format="multipart"), 409)
        assert everything() == before


class TestWhatTheSignerSaw:
    def test_steps_on_paper_stand_in_their_order(self, ledger: Ledger) -> None:
        asked_on = TODAY - timedelta(days=10)
        measure = drive(ledger.measure, "in_review", asked_on)
        for role in ("head", "office"):
            do(measure, "sign", role, TODAY - timedelta(days=3))
        body = sheet(version=measure.version, signed_on=(TODAY - timedelta(days=5)).isoformat())
        before = everything()
        registrar = ledger.place.add_person("office-two", Role.OFFICE)
        address = url("measures", measure, "register_signature")
        problem(api(registrar).post(address, body, format="multipart"), 400, "signed_on")
        assert everything() == before

    def test_what_came_later_was_not_seen(self, ledger: Ledger) -> None:
        """The digest is that of the files that lay there on the day that the paper bears."""
        asked_on = TODAY - timedelta(days=10)
        measure = drive(ledger.measure, "in_review", asked_on)
        attach(measure, text="后补材料")
        asked = closure(ledger)["digest"]
        body = sheet(version=measure.version, signed_on=(TODAY - timedelta(days=5)).isoformat())
        address = url("measures", measure, "register_signature")
        assert api(ledger.people["office"]).post(address, body, format="multipart").status_code == 200
        assert closure(ledger)["chain"][0]["digest"] == asked

    def test_what_is_gone_since_is_signed_again(self, ledger: Ledger) -> None:
        asked_on = TODAY - timedelta(days=10)
        measure = drive(ledger.measure, "in_review", asked_on)
        attach(measure, on=asked_on, text="另一份")
        withdraw_evidence(act_by(ledger.people["liaison-road"]), measure.evidence.earliest("pk").pk, {"reason": "传错"})
        measure.refresh_from_db()
        body = sheet(version=measure.version, signed_on=(TODAY - timedelta(days=5)).isoformat())
        address = url("measures", measure, "register_signature")
        problem(api(ledger.people["office"]).post(address, body, format="multipart"), 400, "signed_on")

    def test_what_is_refused_leaves_no_file(self, ledger: Ledger, settings: Any) -> None:
        drive(ledger.measure, "in_review")
        files = sorted(Path(settings.EVIDENCE_ROOT).rglob("*"))
        body = sheet(version=ledger.measure.version, signer=ledger.people["auditor"].pk)
        address = url("measures", ledger.measure, "register_signature")
        problem(api(ledger.people["office"]).post(address, body, format="multipart"), 400, "signer")
        assert sorted(Path(settings.EVIDENCE_ROOT).rglob("*")) == files

    def test_ids_beyond_what_is_counted(self, ledger: Ledger) -> None:
        items = json.dumps([{"measure": 10**30, "version": 1}])
        form = sheet(round=ledger.round.pk, items=items)
        problem(api(ledger.people["office"]).post(url("papers"), form, format="multipart"), 400, "items")
