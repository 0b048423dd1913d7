"""What a signature is bound to, and substitutes, by API."""

from datetime import timedelta
from typing import Any

import pytest

from measures.models import ClosureRequest, Evidence
from measures.todo import to_sign
from rectify.organization.models import Role, User
from rectify.organization.posts import Posts

from .building import TODAY, Ledger, Place, forget_posts
from .driving import do, drive
from .sending import api, upload_of, url
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

    def test_withdrawing_what_no_signer_saw_leaves_their_signatures(self, ledger: Ledger) -> None:
        drive(ledger.measure, "in_review")
        assert sign(ledger.people["head-road"], ledger).status_code == 200
        late = upload_of(ledger.people["liaison-road"], ledger.measure).json()["id"]
        client = api(ledger.people["liaison-road"])
        ledger.measure.refresh_from_db()
        body = {"version": ledger.measure.version, "reason": "传错了"}
        assert client.post(url("evidence", late, "withdraw"), body, "json").status_code == 200
        assert closure(ledger)["chain"][0]["signed_by"] == ledger.people["head-road"].name


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

    def test_not_even_where_they_are_nothing_else(self, ledger: Ledger) -> None:
        road = ledger.place.departments["road"]
        deputy = substitute(ledger.place, "deputy-road", Role.HEAD, ledger.people["head-road"], -1, department=road)
        drive(ledger.measure, "in_review")
        answer = sign(deputy, ledger)
        problem(answer, 403)
        assert "2021-03-30" in answer.json()["detail"]
        assert api(deputy).get(url("measures", ledger.measure)).status_code == 404

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
