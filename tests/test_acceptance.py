"""Acceptance of sub-issues: criteria, the drafted summary, and meetings that decide on many, by API."""

import json
from typing import Any

import pytest

from issues.models import AcceptanceMeeting, AcceptanceRequest, AcceptanceSignature, SubIssue, SubIssueHistory
from rectify.organization.models import Role

from .building import TODAY, Ledger
from .driving import do, drive, drive_sub_issue
from .sending import api, scan, url
from .test_bad_input import problem
from .test_transitions import everything

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]

ALL = ["solved", "cause", "mechanism", "evidence"]


def asked(ledger: Ledger, sub_issue: SubIssue, **fields: Any) -> Any:
    sub_issue.refresh_from_db()
    body = {"version": sub_issue.version, "note": "已完成", "result": "sustained", **fields}
    return api(ledger.people["liaison-road"]).post(url("sub-issues", sub_issue, "request_acceptance"), body, "json")


class TestCriteria:
    def test_the_draft_names_them_and_tells_what_was_done(self, ledger: Ledger) -> None:
        sub_issue = ledger.sub_issue
        drive(ledger.measures[0], "closed")
        answer = api(ledger.people["liaison-road"]).get(url("sub-issues", sub_issue, "acceptance_draft"))
        draft = answer.json()
        assert [criterion["key"] for criterion in draft["criteria"]] == ALL
        assert (draft["total"], draft["unsettled"]) == (2, 1)
        assert "共2项整改措施，已销号1项，未启动1项" in draft["note"]
        assert ledger.measures[1].content in draft["note"]

    @pytest.mark.long
    @pytest.mark.parametrize("criteria", [[], ["solved"], ALL[:3], ["nonsense"], "solved", [1, 2]])
    def test_all_must_be_affirmed(self, ledger: Ledger, criteria: Any) -> None:
        for measure in ledger.measures[:2]:
            drive(measure, "closed")
        before = everything()
        problem(asked(ledger, ledger.sub_issue, result="closed", criteria=criteria), 400, "criteria")
        assert everything() == before

    def test_what_goes_on_need_not_fulfil_them(self, ledger: Ledger) -> None:
        assert asked(ledger, ledger.sub_issue, criteria=["evidence"]).status_code == 200
        assert AcceptanceRequest.objects.get().criteria == ["evidence"]

    def test_without_a_word_all_are_affirmed(self, ledger: Ledger) -> None:
        drive_sub_issue(ledger.sub_issue, "in_review", result="closed")
        assert AcceptanceRequest.objects.get().criteria == ALL

    def test_they_are_kept_with_the_request(self, ledger: Ledger) -> None:
        assert asked(ledger, ledger.sub_issue, criteria=list(reversed(ALL))).status_code == 200
        rows = api(ledger.people["auditor"]).get(url("sub-issues", ledger.sub_issue, "acceptance_requests")).json()
        assert rows[0]["criteria"] == ALL
        assert set(SubIssueHistory.objects.order_by("-pk")[0].payload["criteria"]) == set(ALL)

    def test_a_signer_who_does_not_affirm_cannot_agree(self, ledger: Ledger) -> None:
        drive_sub_issue(ledger.sub_issue, "in_review", result="closed")
        client, before = api(ledger.people["office"]), everything()
        body = {"version": ledger.sub_issue.version, "criteria": ["solved"]}
        problem(client.post(url("sub-issues", ledger.sub_issue, "sign"), body, "json"), 400, "criteria")
        assert everything() == before
        body["criteria"] = ALL
        assert client.post(url("sub-issues", ledger.sub_issue, "sign"), body, "json").status_code == 200

    def test_what_is_signed_is_what_was_seen(self, ledger: Ledger) -> None:
        drive_sub_issue(ledger.sub_issue, "in_review", result="sustained")
        client, before = api(ledger.people["office"]), everything()
        seen = client.get(url("sub-issues", ledger.sub_issue, "acceptance_requests")).json()[0]["digest"]
        body = {"version": ledger.sub_issue.version, "digest": "0" * 64}
        problem(client.post(url("sub-issues", ledger.sub_issue, "sign"), body, "json"), 409)
        assert everything() == before
        assert (
            client.post(url("sub-issues", ledger.sub_issue, "sign"), {**body, "digest": seen}, "json").status_code
            == 200
        )


class TestMeeting:
    def body(self, ledger: Ledger, *decisions: dict[str, Any], **fields: Any) -> dict[str, Any]:
        people = [ledger.people[key].pk for key in ("office", "leader-vp_road")]
        return {
            "round": ledger.round.pk,
            "title": "整改验收会",
            "held_on": TODAY.isoformat(),
            "chair": "厅党组书记",
            "participants": people,
            "decisions": list(decisions),
            **fields,
        }

    def decision(self, sub_issue: SubIssue, agreed: bool = True, **fields: Any) -> dict[str, Any]:
        sub_issue.refresh_from_db()
        return {"sub_issue": sub_issue.pk, "version": sub_issue.version, "agreed": agreed, "criteria": ALL, **fields}

    def hold(self, ledger: Ledger, body: dict[str, Any], by: str = "office") -> Any:
        """With the scan of the signed record."""
        lists = {name: json.dumps(body[name]) for name in ("decisions", "participants")}
        form = {**body, **lists, "file": scan("验收会纪要.pdf")}
        return api(ledger.people[by]).post(url("acceptance-meetings"), form, format="multipart")

    def hold_unsigned(self, ledger: Ledger, body: dict[str, Any]) -> Any:
        return api(ledger.people["office"]).post(url("acceptance-meetings"), body, "json")

    def test_one_sitting_decides_on_many(self, ledger: Ledger) -> None:
        first, second = ledger.sub_issues
        for sub_issue in (first, second):
            drive_sub_issue(sub_issue, "in_review", result="sustained")
        body = self.body(
            ledger, self.decision(second, agreed=False, opinion="补充长效机制"), self.decision(first, opinion="同意")
        )
        answer = self.hold(ledger, body)
        assert answer.status_code == 201, answer.content
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.status, second.status) == ("sustained", "rectifying")
        assert [item["agreed"] for item in answer.json()["items"]] == [True, False]
        rows = list(first.history.order_by("sequence"))[-2:]
        assert [row.to_status for row in rows] == ["in_review", "sustained"]
        assert rows[1].payload["signer"] == ledger.people["leader-vp_road"].name
        assert len({row.act_id for row in (*rows, second.history.order_by("-sequence")[0])}) == 1
        chain = api(ledger.people["auditor"]).get(url("sub-issues", first, "acceptance_requests")).json()[0]["chain"]
        assert [step["on_paper"] for step in chain] == [False, True]

    def test_the_record_is_kept_with_its_scan(self, ledger: Ledger) -> None:
        drive_sub_issue(ledger.sub_issue, "in_review", result="sustained")
        body = self.body(ledger, self.decision(ledger.sub_issue), guests="纪检组组长", place="三楼会议室")
        answer = self.hold(ledger, body)
        assert answer.status_code == 201, answer.content
        paper = api(ledger.people["auditor"]).get(url("papers", answer.json()["paper"])).json()
        assert (paper["kind"], paper["filename"]) == ("minutes", "验收会纪要.pdf")
        assert "纪检组组长" in paper["participants"]

    @pytest.mark.long
    def test_without_its_signed_record_nobody_else_has_signed(self, ledger: Ledger) -> None:
        """Whoever enters the record signs for nobody but themselves until the scan is there."""
        drive_sub_issue(ledger.sub_issue, "in_review", result="sustained")
        held = self.hold_unsigned(ledger, self.body(ledger, self.decision(ledger.sub_issue)))
        assert (held.status_code, held.json()["paper"]) == (201, None), held.content
        ledger.sub_issue.refresh_from_db()
        assert ledger.sub_issue.status == "in_review"
        requests = url("sub-issues", ledger.sub_issue, "acceptance_requests")
        chain = api(ledger.people["auditor"]).get(requests).json()[0]["chain"]
        assert [step["signed_by"] for step in chain] == [ledger.people["office"].name, None]

        address = url("acceptance-meetings", held.json()["id"], "add_record")
        before = everything()
        office = api(ledger.people["office"])
        problem(office.post(address, {}, format="multipart"), 400, "file")
        problem(api(ledger.people["auditor"]).post(address, {"file": scan()}, format="multipart"), 403)
        assert everything() == before
        answer = office.post(address, {"file": scan()}, format="multipart")
        assert answer.status_code == 200, answer.content
        ledger.sub_issue.refresh_from_db()
        assert (ledger.sub_issue.status, answer.json()["items"][0]["status"]) == ("sustained", "sustained")
        chain = api(ledger.people["auditor"]).get(requests).json()[0]["chain"]
        assert chain[1]["on_paper"] and chain[1]["signed_by"] == ledger.people["leader-vp_road"].name
        problem(office.post(address, {"file": scan()}, format="multipart"), 409)

    def test_a_record_signs_for_those_who_were_there_whoever_adds_it(self, ledger: Ledger) -> None:
        """What waits for somebody who was absent is passed over; the registrar is who added the scan."""
        first, second = ledger.sub_issues
        for sub_issue in (first, second):
            drive_sub_issue(sub_issue, "in_review", result="sustained")
        do(second, "sign", "office")
        absent = [
            person for person in self.body(ledger)["participants"] if person != ledger.people["leader-vp_road"].pk
        ]
        body = self.body(ledger, self.decision(first), participants=absent)
        held = self.hold_unsigned(ledger, body)
        registrar = ledger.place.add_person("office-two", Role.OFFICE)
        address = url("acceptance-meetings", held.json()["id"], "add_record")
        answer = api(registrar).post(address, {"file": scan()}, format="multipart")
        assert answer.status_code == 200, answer.content
        first.refresh_from_db()
        assert first.status == "in_review" and answer.json()["paper"] is not None

    def test_the_registrar_is_who_added_the_scan(self, ledger: Ledger) -> None:
        drive_sub_issue(ledger.sub_issue, "in_review", result="sustained")
        held = self.hold_unsigned(ledger, self.body(ledger, self.decision(ledger.sub_issue)))
        registrar = ledger.place.add_person("office-two", Role.OFFICE)
        address = url("acceptance-meetings", held.json()["id"], "add_record")
        assert api(registrar).post(address, {"file": scan()}, format="multipart").status_code == 200
        signature = AcceptanceSignature.objects.get(paper__isnull=False)
        assert (signature.registered_by, signature.registered_by_name) == (registrar, registrar.name)

    def test_a_late_record_leaves_what_was_decided_since(self, ledger: Ledger) -> None:
        drive_sub_issue(ledger.sub_issue, "in_review", result="sustained")
        held = self.hold_unsigned(ledger, self.body(ledger, self.decision(ledger.sub_issue)))
        do(ledger.sub_issue, "return", "leader", reason="补充材料")
        address = url("acceptance-meetings", held.json()["id"], "add_record")
        assert api(ledger.people["office"]).post(address, {"file": scan()}, format="multipart").status_code == 200
        ledger.sub_issue.refresh_from_db()
        assert ledger.sub_issue.status == "rectifying"

    def test_who_was_not_there_is_waited_for(self, ledger: Ledger) -> None:
        drive_sub_issue(ledger.sub_issue, "in_review", result="sustained")
        body = self.body(ledger, self.decision(ledger.sub_issue), participants=[ledger.people["office"].pk])
        answer = self.hold(ledger, body)
        assert answer.status_code == 201
        assert answer.json()["items"][0]["status"] == "in_review"
        request = AcceptanceRequest.objects.get()
        assert request.next_signer == "leader"

    def test_nobody_there_who_could_sign(self, ledger: Ledger) -> None:
        drive_sub_issue(ledger.sub_issue, "in_review", result="sustained")
        before = everything()
        body = self.body(ledger, self.decision(ledger.sub_issue), participants=[ledger.people["head-plan"].pk])
        problem(self.hold(ledger, body), 400)
        assert everything() == before
        assert not AcceptanceMeeting.objects.exists()

    def test_all_or_nothing(self, ledger: Ledger) -> None:
        first, second = ledger.sub_issues
        drive_sub_issue(first, "in_review", result="sustained")
        before = everything()
        problem(self.hold(ledger, self.body(ledger, self.decision(first), self.decision(second))), 409)
        stale = self.decision(first) | {"version": 1}
        problem(self.hold(ledger, self.body(ledger, stale)), 409)
        assert everything() == before

    @pytest.mark.long
    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"title": ""}, "title"),
            ({"held_on": "2021-04-01"}, "held_on"),
            ({"held_on": "2021-02-01"}, "held_on"),
            ({"participants": []}, "participants"),
            ({"participants": [999999]}, "participants"),
            ({"participants": [2**63]}, "participants"),
            ({"decisions": []}, "decisions"),
            ({"decisions": "x"}, "decisions"),
            ({"round": "x"}, "round"),
        ],
    )
    def test_bad_input(self, ledger: Ledger, fields: dict[str, Any], field: str) -> None:
        drive_sub_issue(ledger.sub_issue, "in_review", result="sustained")
        before = everything()
        problem(self.hold(ledger, self.body(ledger, self.decision(ledger.sub_issue)) | fields), 400, field)
        assert everything() == before

    def test_a_criterion_that_was_not_affirmed_or_no_words(self, ledger: Ledger) -> None:
        drive_sub_issue(ledger.sub_issue, "in_review", result="closed")
        key = f"decision-{ledger.sub_issue.pk}"
        for decision in (
            self.decision(ledger.sub_issue, criteria=["solved"]),
            self.decision(ledger.sub_issue, agreed=False),
        ):
            problem(self.hold(ledger, self.body(ledger, decision)), 400, key)

    @pytest.mark.long
    def test_only_the_office_holds_it(self, ledger: Ledger, other: Ledger) -> None:
        drive_sub_issue(ledger.sub_issue, "in_review", result="sustained")
        body = self.body(ledger, self.decision(ledger.sub_issue))
        for person, status in (("leader-vp_road", 403), ("auditor", 403), ("system-admin", 404)):
            assert self.hold(ledger, body, person).status_code == status
        assert self.hold_unsigned(other, body).status_code == 404
        foreign = self.body(ledger, self.decision(other.sub_issue))
        assert self.hold(ledger, foreign).status_code == 404

    def test_closing_waits_for_its_measures(self, ledger: Ledger) -> None:
        """Between the request and the meeting a measure was reopened: nothing closes."""
        drive_sub_issue(ledger.sub_issue, "in_review", result="closed")
        do(ledger.measures[0], "reopen", "office", reason="反弹")
        ledger.sub_issue.refresh_from_db()
        assert ledger.sub_issue.status == "rectifying"
        assert ledger.sub_issue.acceptance_requests.get().outcome == "returned"
        before = everything()
        problem(self.hold(ledger, self.body(ledger, self.decision(ledger.sub_issue))), 409)
        assert everything() == before
