"""Looking back: what is drawn and how, who checks it, remarks and their answers, and what a relapse leads to."""

from typing import Any

import pytest

from measures.checking import rebuild_differences, verify_history
from measures.look_back import services
from measures.look_back.drawing import draw
from measures.look_back.states import ItemState, in_state, state_of
from measures.models import LookBack, LookBackItem, Measure, MeasureHistory, Remark
from rectify.organization.models import Role, User

from .building import REASON, TODAY, Ledger, Place, act_by, build_ledger, build_organization
from .driving import attach, do, drive
from .sending import api, url
from .test_bad_input import ODD, as_json, problem, send

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]


def post(by: User, address: str, data: Any) -> Any:
    return send(by, address, as_json(data))


def close(ledger: Ledger, number: int) -> list[Measure]:
    """The first measures of a ledger, closed."""
    return [drive(measure, "closed") for measure in ledger.measures[:number]]


def drawn_from(ledger: Ledger, size: int = 2, by: str = "auditor", **data: Any) -> LookBack:
    return services.draw_sample(act_by(ledger.people[by]), ledger.round.pk, {"size": size, "seed": "1", **data})


def item_of(ledger: Ledger) -> LookBackItem:
    """The only closed measure of a ledger, drawn."""
    drive(ledger.measure, "closed")
    return drawn_from(ledger, 1).items.get()


def check(item: LookBackItem, by: User, result: str = "relapsed", **data: Any) -> LookBackItem:
    given = {"version": item.version, "result": result, "note": "现场核查，问题再次出现。", **data}
    return services.check_item(act_by(by), item.pk, given)


def remark_on(ledger: Ledger, measure: Measure, **data: Any) -> Remark:
    return services.make_remark(act_by(ledger.people["auditor"]), measure.pk, {"text": "请补充印发文件。", **data})


class TestSampling:
    def test_a_sample_is_drawn_and_can_be_drawn_again(self, ledger: Ledger) -> None:
        closed = close(ledger, 3)
        answer = post(ledger.people["auditor"], url("look-backs"), {"round": ledger.round.pk, "size": 2})
        assert answer.status_code == 201, answer.content
        body = answer.json()
        assert body["population"] == {"road": [measure.pk for measure in closed]}
        assert (body["drawn"], body["checked"], body["drawn_again"], body["seed_given"]) == (2, 0, True, False)
        assert body["title"] == "2021年第1次回头看" and len(body["seed"]) == 32
        ids = list(LookBackItem.objects.order_by("position").values_list("measure", flat=True))
        assert ids == draw(body["seed"], body["population"], 2)
        assert drawn_from(ledger).title == "2021年第2次回头看"

    def test_the_same_seed_draws_the_same(self, ledger: Ledger) -> None:
        close(ledger, 4)
        first, second = drawn_from(ledger, seed="甲"), drawn_from(ledger, seed="甲")
        drawn = [list(look_back.items.values_list("measure", flat=True)) for look_back in (first, second)]
        assert drawn[0] == drawn[1]
        assert first.seed_given and first.seed == "甲"

    def test_what_was_tampered_with_shows(self, ledger: Ledger) -> None:
        close(ledger, 3)
        look_back = drawn_from(ledger, 1)
        item = look_back.items.get()
        LookBackItem.objects.filter(pk=item.pk).update(
            measure=next(pk for pk in look_back.population["road"] if pk != item.measure_id)
        )
        assert api(ledger.people["auditor"]).get(url("look-backs", look_back)).json()["drawn_again"] is False

    def test_each_drawn_measure_has_its_row(self, ledger: Ledger) -> None:
        close(ledger, 3)
        versions = dict(Measure.objects.values_list("pk", "version"))
        look_back = drawn_from(ledger, 3)
        rows = MeasureHistory.objects.filter(action="sample")
        assert rows.count() == 3 and len({row.act_id for row in rows}) == 1
        for row in rows:
            assert row.payload["look_back"]["id"] == look_back.pk
            assert row.payload["look_back"]["item"] == look_back.items.get(measure=row.measure_id).pk
            assert (row.actor_name, row.department_name) == (ledger.people["auditor"].name, "巡视监督")
        assert dict(Measure.objects.values_list("pk", "version")) == versions
        assert [str(flaw) for flaw in verify_history()] == []
        assert [str(difference) for difference in rebuild_differences()] == []

    @pytest.mark.parametrize("size", [*ODD, 0, 3, "abc", "2.5"])
    @pytest.mark.soak
    def test_a_size_that_cannot_be_drawn(self, ledger: Ledger, size: Any) -> None:
        close(ledger, 2)
        answer = post(ledger.people["auditor"], url("look-backs"), {"round": ledger.round.pk, "size": size})
        problem(answer, 400, "size")
        assert not LookBack.objects.exists() and not MeasureHistory.objects.filter(action="sample").exists()

    @pytest.mark.parametrize("field", ["seed", "title"])
    def test_texts_that_cannot_be_kept(self, ledger: Ledger, field: str) -> None:
        close(ledger, 1)
        for value in (["x"], 1, "\x00", "\ud800", "长" * 201, None):
            data = {"round": ledger.round.pk, "size": 1, field: value}
            problem(post(ledger.people["auditor"], url("look-backs"), data), 400, field)
        assert not LookBack.objects.exists()

    def test_where_nothing_is_closed(self, ledger: Ledger) -> None:
        data = {"round": ledger.round.pk, "size": 1}
        assert "closed yet" in problem(post(ledger.people["auditor"], url("look-backs"), data), 409)["detail"]

    def test_rounds_of_others_and_rounds_that_are_none(self, ledger: Ledger, other: Ledger) -> None:
        auditor = ledger.people["auditor"]
        problem(post(auditor, url("look-backs"), {"round": other.round.pk, "size": 1}), 404)
        problem(post(auditor, url("look-backs"), {"round": 10**17, "size": 1}), 404)
        for value in (None, "x", -1, "", [], "１"):
            problem(post(auditor, url("look-backs"), {"round": value, "size": 1}), 400, "round")
        draft = build_ledger(ledger.place, title="草稿", approve=False)
        problem(post(auditor, url("look-backs"), {"round": draft.round.pk, "size": 1}), 409)

    @pytest.mark.parametrize("key", ["liaison-road", "head-road", "leader-vp_road", "assistant-vp_road", "office"])
    def test_nobody_else_draws(self, ledger: Ledger, key: str) -> None:
        close(ledger, 1)
        problem(post(ledger.people[key], url("look-backs"), {"round": ledger.round.pk, "size": 1}), 403)
        assert not LookBack.objects.exists()

    def test_the_auditor_of_the_organisation_above_draws(self, db: None) -> None:
        above = build_organization("above")
        ledger = build_ledger(build_organization(parent=above.organization))
        drive(ledger.measure, "closed")
        data = {"round": ledger.round.pk, "size": 1}
        assert post(above.people["auditor"], url("look-backs"), data).status_code == 201
        problem(post(above.people["office"], url("look-backs"), data), 403)
        item = LookBackItem.objects.get()
        assert check(item, above.people["auditor"], "holds").result == "holds"

    def test_a_sample_is_a_file_too(self, ledger: Ledger) -> None:
        close(ledger, 2)
        look_back = drawn_from(ledger)
        client, query = api(ledger.people["auditor"]), {"look_back": look_back.pk}
        lines = client.get(url("look-back-items"), {**query, "format": "csv"}).getvalue().decode("utf-8-sig")
        assert len(lines.splitlines()) == 3 and "会议纪要" in lines and "bureau 单位 head-road" in lines
        assert client.get(url("look-back-items"), {**query, "format": "xlsx"}).getvalue()[:2] == b"PK"


class TestChecking:
    def test_an_item_shows_what_it_was_closed_with(self, ledger: Ledger) -> None:
        item = item_of(ledger)
        body = api(ledger.people["auditor"]).get(url("look-back-items", item)).json()
        assert [file["title"] for file in body["evidence"]] == ["会议纪要"]
        assert [step["signed_by"] for step in body["closing"]["chain"]] == [
            ledger.people[key].name for key in ("head-road", "office", "leader-vp_road")
        ]
        assert (body["state"], body["available_acts"]) == ("pending", ["check"])
        assert api(ledger.people["office"]).get(url("look-back-items", item)).json()["available_acts"] == []

    def test_it_holds(self, ledger: Ledger) -> None:
        item, auditor = item_of(ledger), ledger.people["auditor"]
        rows = ledger.measure.history.count()
        data = {"version": 1, "result": "holds", "note": "制度已执行，查阅台账属实。"}
        body = post(auditor, url("look-back-items", item, "check"), data).json()
        assert (body["state"], body["checked_by_name"], body["version"]) == ("holds", auditor.name, 2)
        row = ledger.measure.history.latest("sequence")
        assert (row.action, row.reason, row.payload["result"]) == ("check_sample", data["note"], "holds")
        assert ledger.measure.history.count() == rows + 1
        problem(post(auditor, url("look-back-items", item, "check"), {**data, "version": 2}), 409)
        assert ledger.measure.history.count() == rows + 1

    @pytest.mark.parametrize("part", ["asked", "signed", "registered", "uploaded"])
    def test_nobody_checks_what_they_took_part_in_closing(self, ledger: Ledger, part: str) -> None:
        item, place = item_of(ledger), ledger.place
        request: Any = ledger.measure.closure_requests.get()
        key = {"asked": "liaison-road", "uploaded": "liaison-plan"}.get(part, "head-road")
        person = place.people[key]
        if part == "registered":
            person = place.add_person("registrar", Role.OFFICE)
            signature = request.signatures.get(position=0)
            signature.registered_by, signature.registered_by_name = person, person.name
            signature.save()
        if part == "uploaded":
            do(ledger.measure, "reopen", "office", reason=REASON)
            attach(ledger.measure, by=person, text="后补")
            Measure.objects.filter(pk=ledger.measure.pk).update(status="closed", closed_on=TODAY)
        place.assign(person, Role.AUDITOR)
        assert api(person).get(url("look-back-items", item)).json()["available_acts"] == []
        data = {"version": 1, "result": "holds", "note": "属实"}
        detail = problem(post(person, url("look-back-items", item, "check"), data), 403)["detail"]
        assert "somebody else has to check it" in detail
        assert item.measure.history.filter(action="check_sample").count() == 0

    def test_input_and_order_of_refusals(self, ledger: Ledger, other: Ledger) -> None:
        item = item_of(ledger)
        address, auditor = url("look-back-items", item, "check"), ledger.people["auditor"]
        problem(post(other.people["auditor"], address, {}), 404)
        problem(post(ledger.people["office"], address, {"version": 9}), 403)
        stale = problem(post(auditor, address, {"version": 9, "result": "x"}), 409)
        assert stale["current"]["id"] == item.pk
        for data, field in (
            ({"result": "x", "note": "y"}, "result"),
            ({"result": "pending", "note": "y"}, "result"),
            ({"result": "holds"}, "note"),
            ({"result": "holds", "note": " "}, "note"),
            ({"result": "holds", "note": "长" * 5001}, "note"),
        ):
            problem(post(auditor, address, {"version": 1, **data}), 400, field)
        problem(post(auditor, url("look-back-items", 10**9, "check"), {}), 404)
        assert not MeasureHistory.objects.filter(action="check_sample").exists()

    def test_a_measure_reopened_before_is_not_checked(self, ledger: Ledger) -> None:
        item = item_of(ledger)
        do(ledger.measure, "reopen", "office", reason=REASON)
        body = api(ledger.people["auditor"]).get(url("look-back-items", item)).json()
        assert (body["state"], body["available_acts"], body["reopening"]) == ("reopened_before", [], None)
        data = {"version": 1, "result": "holds", "note": "属实"}
        problem(post(ledger.people["auditor"], url("look-back-items", item, "check"), data), 409)

    @pytest.mark.long
    def test_states_are_the_same_in_words_and_in_sql(self, place: Place) -> None:
        ledger = build_ledger(place, sub_issues=1, measures=6)
        close(ledger, 6)
        items = {item.measure_id: item for item in drawn_from(ledger, 6).items.all()}
        holds, proposed, declined, reopened, before, _pending = (items[m.pk] for m in ledger.measures)
        auditor, office = place.people["auditor"], place.people["office"]
        check(holds, auditor, "holds")
        for item in (proposed, declined, reopened):
            check(item, auditor)
        services.decline_reopening(act_by(office), declined.pk, {"version": 2, "reason": REASON})
        do(reopened.measure, "reopen", "office", reason=REASON)
        do(before.measure, "reopen", "office", reason=REASON)
        found = {item.pk: state_of(item, item.measure) for item in LookBackItem.objects.select_related("measure")}
        assert sorted(found.values()) == sorted(ItemState)
        client = api(auditor)
        for state in ItemState:
            fitting = LookBackItem.objects.filter(in_state(state))
            assert [item.pk for item in fitting] == [pk for pk, told in found.items() if told == state]
            listed = client.get(url("look-back-items"), {"state": state}).json()["results"]
            assert [row["state"] for row in listed] == [state]


class TestRelapse:
    def test_the_office_reopens_and_both_know_of_each_other(self, ledger: Ledger) -> None:
        item = item_of(ledger)
        check(item, ledger.people["auditor"])
        assert api(ledger.people["office"]).get(url("look-back-items", item)).json()["available_acts"] == ["decline"]
        do(ledger.measure, "reopen", "office", reason="回头看发现问题反弹，重新整改。")
        item.refresh_from_db()
        row = ledger.measure.history.latest("sequence")
        assert (row.action, item.reopening, item.reopened_on) == ("reopen", row.act_id, TODAY)
        assert row.payload["look_back"] == {"id": item.look_back_id, "title": item.look_back.title, "item": item.pk}
        assert row.payload["look_back_items"] == [item.pk]
        body = api(ledger.people["office"]).get(url("look-back-items", item)).json()
        assert (body["state"], body["available_acts"], body["version"]) == ("reopened", [], 3)
        assert [str(flaw) for flaw in verify_history()] == []
        assert [str(difference) for difference in rebuild_differences()] == []

    def test_a_later_reopening_is_not_tied_to_an_old_relapse(self, ledger: Ledger) -> None:
        item = item_of(ledger)
        check(item, ledger.people["auditor"])
        do(ledger.measure, "reopen", "office", reason=REASON)
        first = LookBackItem.objects.get().reopening
        drive_again(ledger.measure)
        do(ledger.measure, "reopen", "office", reason=REASON)
        assert LookBackItem.objects.get().reopening == first
        assert "look_back" not in ledger.measure.history.latest("sequence").payload

    def test_the_office_may_leave_it_closed_with_a_reason(self, ledger: Ledger) -> None:
        item, office = item_of(ledger), ledger.people["office"]
        address = url("look-back-items", item, "decline")
        problem(post(office, address, {"version": 1, "reason": REASON}), 409)
        check(item, ledger.people["auditor"])
        for key in ("auditor", "liaison-road", "leader-vp_road"):
            problem(post(ledger.people[key], address, {"version": 2, "reason": REASON}), 403)
        problem(post(office, address, {"version": 2, "reason": ""}), 400, "reason")
        body = post(office, address, {"version": 2, "reason": "系另一路段的新问题，另行立项。"}).json()
        assert (body["state"], body["declined_why"]) == ("declined", "系另一路段的新问题，另行立项。")
        assert ledger.measure.history.latest("sequence").action == "decline_reopening"
        problem(post(office, address, {"version": 3, "reason": REASON}), 409)
        do(ledger.measure, "reopen", "office", reason=REASON)
        assert LookBackItem.objects.get().reopening is None

    def test_the_auditor_reopens_nothing(self, ledger: Ledger) -> None:
        item = item_of(ledger)
        check(item, ledger.people["auditor"])
        ledger.measure.refresh_from_db()
        assert ledger.measure.status == "closed"
        assert api(ledger.people["auditor"]).get(url("measures", ledger.measure)).json()["available_acts"] == []
        data = {"version": ledger.measure.version, "reason": REASON}
        problem(post(ledger.people["auditor"], url("measures", ledger.measure, "reopen"), data), 403)


def drive_again(measure: Measure) -> None:
    """Closes a reopened measure once more."""
    do(measure, "request_closure", "liaison", note="再次申请销号")
    for role in ("head", "office", "leader"):
        do(measure, "sign", role)


class TestLists:
    @pytest.mark.long
    def test_filters(self, ledger: Ledger, other: Ledger) -> None:
        close(ledger, 3)
        first, second = drawn_from(ledger, 3), drawn_from(ledger, 1, title="再看")
        check(first.items.get(position=1), ledger.people["auditor"])
        remark_on(ledger, ledger.measure, item=first.items.get(measure=ledger.measure).pk)
        remark_on(ledger, ledger.measures[3])
        drive(other.measure, "closed")
        drawn_from(other, 1)
        client = api(ledger.people["auditor"])

        def count(collection: str, **query: Any) -> int:
            answer = client.get(url(collection), query)
            assert answer.status_code == 200, answer.content
            assert len(answer.json()["results"]) == answer.json()["count"]
            return answer.json()["count"]

        of_round = {"round": ledger.round.pk}
        assert count("look-backs") == count("look-backs", **of_round) == 2
        assert count("look-backs", round=other.round.pk) == 0
        assert count("look-backs", search="再") == 1
        assert count("look-backs", organization="bureau") == 2
        assert count("look-back-items") == count("look-back-items", **of_round) == 4
        assert count("look-back-items", look_back=second.pk) == 1
        assert count("look-back-items", measure=first.items.get(position=1).measure_id) in (1, 2)
        assert count("look-back-items", result="relapsed") == count("look-back-items", state="proposed") == 1
        assert count("look-back-items", state="pending,proposed") == 4
        problem(client.get(url("look-back-items"), {"organization": "other"}), 400, "organization")
        assert count("remarks", **of_round) == 2
        assert count("remarks", look_back=first.pk) == 1
        assert count("remarks", measure=ledger.measures[3].pk) == count("remarks", look_back=first.pk) == 1
        assert count("remarks", state="answered") == 0
        progress = client.get(url("look-backs", first)).json()
        assert [progress[name] for name in ("drawn", "checked", "relapsed", "remarks", "unanswered")] == [3, 1, 1, 1, 1]
        for query in ({"state": "x"}, {"result": "x"}, {"round": "x"}, {"look_back": "x"}):
            problem(client.get(url("look-back-items"), query), 400, *query)
        problem(client.get(url("remarks"), {"overdue": "x"}), 400, "overdue")

    def test_nothing_shows_to_others(self, ledger: Ledger, other: Ledger) -> None:
        item = item_of(ledger)
        remark = remark_on(ledger, ledger.measure)
        for person in (other.people["auditor"], ledger.people["audit-admin"], ledger.people["nobody"]):
            client = api(person)
            for name, row in (("look-backs", item.look_back), ("look-back-items", item), ("remarks", remark)):
                assert client.get(url(name)).json()["count"] == 0
                problem(client.get(url(name, row)), 404)
