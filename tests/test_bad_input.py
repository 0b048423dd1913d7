"""Bad input at every act and endpoint of the API: refused in words at the field, nothing changed, never a failure."""

import json
from typing import Any

import pytest
from django.db import transaction

from issues.models import Round
from measures.models import Measure

from .building import REASON, Ledger
from .driving import attach, drive, drive_sub_issue, person_of
from .sending import api, url
from .test_transitions import everything

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]

LONG = "长" * 5001
REPORT = {"progress": 30, "done": "已制定工作方案"}
# Values of the wrong kind for any field.
ODD: list[Any] = [None, [], {}, [1], {"a": 1}, True, "", "x", "\x00", "\ud800", -1, 1.5, 10**30, "9" * 5000]


def problem(answer: Any, status: int, *fields: str) -> dict[str, Any]:
    """Checks that an answer is a problem detail of this status, with messages at just these fields."""
    assert answer.status_code == status, (answer.status_code, answer.content[:500])
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = json.loads(answer.content)
    assert {"type", "title", "status", "detail"} <= set(body)
    assert body["status"] == status and body["title"] and body["detail"]
    if fields:
        assert set(body["errors"]) == set(fields), body
        assert all(isinstance(text, str) and text for texts in body["errors"].values() for text in texts)
    return body


def post(by: Any, address: str, data: Any) -> Any:
    return api(by).post(address, data, format="json")


def as_json(data: Any) -> str:
    """JSON in which a number may be too large for any float: a legal text that reads as infinity."""
    return json.dumps(data).replace("Infinity", "1e400")


def send(by: Any, address: str, text: bytes | str, content_type: str = "application/json") -> Any:
    return api(by).generic("POST", address, text, content_type=content_type)


Step = tuple[Any, str, dict[str, Any]]


def draft_round(ledger: Ledger) -> Round:
    draft = Round.objects.get(pk=ledger.round.pk)
    draft.pk, draft.title, draft.status, draft.version = None, "草稿", "draft", 1
    draft.save()
    return draft


def open_for(ledger: Ledger, act: str) -> tuple[str, Any]:
    """A row on which the act is open, and its collection."""
    if act in ("approve_plan", "publish_notice"):
        return "rounds", draft_round(ledger) if act == "approve_plan" else ledger.round
    if act.endswith("acceptance"):
        state = "rectifying" if act == "request_acceptance" else "in_review"
        return "sub-issues", drive_sub_issue(ledger.sub_issue, state, result="sustained")
    states = {"report_progress": "not_started", "reopen": "closed"}
    states |= dict.fromkeys(("correct", "complete", "request_closure"), "in_progress")
    return "measures", drive(ledger.measure, states.get(act, "in_review"))


def step_of(ledger: Ledger, act: str) -> Step:
    """Somebody whose act it is, an address where it is open, and input that would do."""
    collection, row = open_for(ledger, act)
    if act == "request_closure":
        attach(row)
    people = ledger.people
    signer = people["office"] if act.endswith("acceptance") else people["head-road"]
    liaison, office = people["liaison-road"], people["office"]
    ways: dict[str, tuple[Any, dict[str, Any]]] = {
        "report_progress": (liaison, REPORT),
        "correct": (
            liaison,
            {
                **REPORT,
                "reason": "有误",
                "replaces": row.entries + 1 if act != "correct" else row.history.latest("sequence").sequence,
            },
        ),
        "complete": (liaison, {"note": "已完成"}),
        "request_closure": (liaison, {"note": "申请销号", "outcomes": {"rules": 1}}),
        "sign": (signer, {"comment": ""}),
        "return": (signer, {"reason": REASON}),
        "recall": (liaison, {}),
        "reopen": (office, {"reason": REASON}),
        "request_acceptance": (liaison, {"note": "申请验收", "result": "sustained"}),
        "approve_plan": (office, {"meeting": "党组会议", "approved_on": "2021-03-01", "number": "1号"}),
        "publish_notice": (office, {"notice_on": "2021-03-30"}),
    }
    name = act if act == "request_acceptance" else act.split()[0]
    by, data = ways[name]
    return by, url(collection, row, name), {"version": row.version, **data}


# act -> field -> what may not stand in it; a field that must be there is listed in REQUIRED.
REQUIRED = {
    "report_progress": ["version", "done", "progress"],
    "correct": ["version", "done", "progress", "replaces", "reason"],
    "complete": ["version", "note"],
    "request_closure": ["version", "note"],
    "sign": ["version"],
    "return": ["version", "reason"],
    "recall": ["version"],
    "reopen": ["version", "reason"],
    "request_acceptance": ["version", "note"],
    "sign acceptance": ["version"],
    "return acceptance": ["version", "reason"],
    "recall acceptance": ["version"],
    "approve_plan": ["version", "meeting", "approved_on"],
    "publish_notice": ["version", "notice_on"],
}
WRONG: dict[str, list[tuple[str, Any]]] = {
    "report_progress": [
        *(("progress", value) for value in (-1, 101, 10**30, "abc", "５０％", 12.5, [], {}, "1e9")),
        *(("done", value) for value in ("", "  ", LONG, "a\x00b", "\ud800", [], {}, None)),
        *(("next_step", value) for value in (LONG, "\x00", [])),
        *(("difficulty", value) for value in (LONG, "\x00", {})),
        *(
            ("happened_on", value)
            for value in ("2021-02-30", "2021-02-23", "2021-04-01", "9999-12-31", "0000-00-00", "yesterday", 20210301)
        ),
    ],
    "correct": [
        *(("replaces", value) for value in (0, -1, 999, 10**30, "abc", None)),
        *(("reason", value) for value in ("", "长" * 2001, "\x00")),
        ("happened_on", "2021-02-30"),
    ],
    "complete": [("note", value) for value in ("", LONG, "\x00", [], None)],
    "request_closure": [
        *(("note", value) for value in ("", LONG)),
        *(
            ("outcomes", value)
            for value in ([], "rules", None, {"rules": 0}, {"rules": -1}, {"rules": "x"}, {"rules": 1e400})
        ),
        *(("outcomes", value) for value in ({"nonsense": 1}, {"\ud800": 1}, {"\x00": 1}, {"rules": 10**20})),
        ("outcomes", {"rules": "NaN"}),
        *(("outcomes", {name: "1.5"}) for name in ("rules", "held_accountable", "by_analogy", "special_campaigns")),
        ("outcomes", {"loss_recovered": "0.00001"}),
    ],
    "sign": [("comment", "长" * 2001), ("comment", "\x00"), ("comment", [])],
    "return": [("reason", "长" * 2001), ("reason", " "), ("reason", "\x00")],
    "reopen": [("reason", "长" * 2001), ("reason", None)],
    "request_acceptance": [("note", LONG), ("result", "rectifying"), ("result", ""), ("result", None), ("result", [])],
    "sign acceptance": [("comment", "长" * 2001)],
    "return acceptance": [("reason", "")],
    "approve_plan": [
        *(("approved_on", day) for day in ("2021-02-30", "2021-02-23", "2021-04-01", "", None)),
        ("meeting", "长" * 201),
        ("number", "长" * 101),
    ],
    "publish_notice": [("notice_on", day) for day in ("2021-02-30", "2021-02-23", "2021-04-01", "", None, "明天")],
}


@pytest.mark.parametrize("act", list(REQUIRED))
def test_a_missing_field_is_named(ledger: Ledger, act: str) -> None:
    by, address, data = step_of(ledger, act)
    before = everything()
    for field in REQUIRED[act]:
        problem(post(by, address, {name: value for name, value in data.items() if name != field}), 400, field)
    assert everything() == before


@pytest.mark.long
@pytest.mark.parametrize("act", list(WRONG))
def test_a_wrong_value_is_refused_at_its_field(ledger: Ledger, act: str) -> None:
    by, address, data = step_of(ledger, act)
    before = everything()
    for field, value in WRONG[act]:
        problem(send(by, address, as_json({**data, field: value})), 400, field)
    assert everything() == before


@pytest.mark.parametrize("act", list(REQUIRED))
@pytest.mark.soak
def test_odd_values_are_never_a_failure(ledger: Ledger, act: str) -> None:
    by, address, data = step_of(ledger, act)
    before = everything()
    for field in data:
        for value in ODD:
            with transaction.atomic():
                answer = send(by, address, as_json({**data, field: value}))
                transaction.set_rollback(True)
            assert answer.status_code in (200, 400, 409), (field, value, answer.content[:300])
            # Some fields may be empty, and a number does for a text.
            taken = answer.status_code == 200
            assert not taken or field not in REQUIRED[act] or isinstance(value, int | float | str), (field, value)
    assert everything() == before


@pytest.mark.long
@pytest.mark.parametrize("act", list(REQUIRED))
def test_a_stale_version_is_a_conflict_that_shows_the_row(ledger: Ledger, act: str) -> None:
    by, address, data = step_of(ledger, act)
    before = everything()
    for version in (data["version"] + 1, 10**30, "999"):
        body = problem(post(by, address, {**data, "version": version}), 409)
        assert body["type"] == "/problems/stale-version"
        assert body["current"]["version"] == data["version"]
    problem(send(by, address, as_json({**data, "version": 1e400})), 400, "version")
    assert everything() == before


BODIES = [b"", b"[]", b"[1, 2]", b"7", b"null", b'"text"', b"true", b"{", b"\xff\xfe", b'{"version": NaN}', b"nul"]


@pytest.mark.long
@pytest.mark.parametrize("act", list(REQUIRED))
def test_a_body_that_is_no_object_is_refused(ledger: Ledger, act: str) -> None:
    by, address, _data = step_of(ledger, act)
    before = everything()
    for body in BODIES:
        problem(send(by, address, body), 400)
    assert everything() == before


def test_a_deeply_nested_body_is_refused(ledger: Ledger) -> None:
    address = url("measures", ledger.measure, "report_progress")
    for body in (b"[" * 200_000, b'{"done":' * 100_000):
        problem(send(ledger.people["liaison-road"], address, body), 400)


def test_an_unknown_kind_of_body_is_refused(ledger: Ledger) -> None:
    address = url("measures", ledger.measure, "report_progress")
    liaison = ledger.people["liaison-road"]
    problem(send(liaison, address, b"<a/>", "application/xml"), 415)
    problem(send(liaison, url("evidence"), b"{}", "application/json"), 415)
    problem(send(liaison, url("evidence"), b"", "multipart/form-data"), 400)
    problem(send(liaison, url("evidence"), b"junk", "multipart/form-data; boundary=x"), 400)


def test_a_form_does_as_well_as_json(ledger: Ledger) -> None:
    address = url("measures", ledger.measure, "report_progress")
    text = "version=1&progress=30&done=%E5%B7%B2&happened_on="
    answer = send(ledger.people["liaison-road"], address, text, "application/x-www-form-urlencoded")
    assert answer.status_code == 200, answer.content


@pytest.mark.long
@pytest.mark.parametrize("act", list(REQUIRED))
def test_other_organisations_rows_are_not_there(ledger: Ledger, other: Ledger, act: str) -> None:
    by, address, data = step_of(ledger, act)
    before = everything()
    key = by.username
    for stranger in (other.people[key], other.people["auditor"], ledger.people["system-admin"]):
        problem(post(stranger, address, data), 404)
    problem(post(None, address, data), 401)
    assert everything() == before


@pytest.mark.parametrize("collection", ["measures", "sub-issues", "rounds", "findings", "headings", "evidence"])
def test_numbers_that_nobody_has_are_not_found(ledger: Ledger, collection: str) -> None:
    client = api(ledger.people["office"])
    acts = {"measures": "reopen", "sub-issues": "reopen", "rounds": "approve_plan"}
    for number in ("0", "999999", "9" * 18, "9" * 19, "9" * 30, "9" * 5000):
        problem(client.get(url(collection, number)), 404)
        if collection in acts:
            problem(client.get(url(collection, number, "history")), 404)
            problem(client.post(url(collection, number, acts[collection]), {"version": 1}, format="json"), 404)


@pytest.mark.parametrize("address", ["/api/v1/nonsense/", "/api/v1/measures/abc/", "/api/v1/measures/1/nonsense/"])
def test_an_address_that_is_none_is_a_problem_too(ledger: Ledger, address: str) -> None:
    problem(api(ledger.people["office"]).get(address), 404)


def test_methods_that_are_none_are_refused(ledger: Ledger) -> None:
    client = api(ledger.people["office"])
    for method in ("put", "patch", "delete"):
        problem(getattr(client, method)(url("measures", ledger.measure), {}, format="json"), 405)
        problem(getattr(client, method)(url("measures"), {}, format="json"), 405)
    problem(client.get(url("measures", ledger.measure, "sign")), 405)


def test_a_measure_of_a_closed_sub_issue_is_left_alone(ledger: Ledger) -> None:
    drive_sub_issue(ledger.sub_issue, "closed")
    measure = ledger.measure
    Measure.objects.filter(pk=measure.pk).update(status="in_progress", closed_on=None)
    before = everything()
    liaison, version = person_of(measure, "liaison"), Measure.objects.get(pk=measure.pk).version
    for act, data in {"report_progress": REPORT, "complete": {"note": "已完成"}}.items():
        body = problem(post(liaison, url("measures", measure, act), {"version": version, **data}), 409)
        assert body["type"] == "/problems/wrong-state"
    assert everything() == before


HOSTILE = [
    "<script>alert(1)</script>",
    '=HYPERLINK("http://example.invalid")',
    "' OR 1=1 --",
    "{{ 7|add:7 }}{% debug %}",
    "\u202e反写\u2066",
    "😀𠮷",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_kept_as_text(ledger: Ledger, text: str) -> None:
    measure = ledger.measure
    data = {"version": 1, "progress": 10, "done": text, "next_step": text, "difficulty": text}
    answer = post(ledger.people["liaison-road"], url("measures", measure, "report_progress"), data)
    assert answer.status_code == 200, answer.content
    assert answer.json()["work_done"] == text
    assert "application/json" in answer.headers["Content-Type"]
    history = api(ledger.people["auditor"]).get(url("measures", measure, "history")).json()
    assert history[-1]["payload"]["new"]["work_done"] == text


def test_quantities_are_kept_as_plain_numbers(ledger: Ledger) -> None:
    measure = drive(ledger.measure, "in_progress")
    attach(measure)
    data = {"version": measure.version, "note": "申请销号", "outcomes": {"rules": "100.0", "loss_recovered": "12.3450"}}
    answer = post(person_of(measure, "liaison"), url("measures", measure, "request_closure"), data)
    assert answer.status_code == 200, answer.content
    assert measure.closure_requests.get().outcomes == {"rules": "100", "loss_recovered": "12.345"}


def test_messages_are_in_the_readers_language(ledger: Ledger) -> None:
    client = api(ledger.people["liaison-road"])
    address = url("measures", ledger.measure, "report_progress")
    data = {"version": 1, "progress": 101, "done": "", "happened_on": "2021-02-30"}
    chinese = client.post(address, data, format="json", HTTP_ACCEPT_LANGUAGE="zh-CN").json()
    english = client.post(address, data, format="json").json()
    assert set(chinese["errors"]) == set(english["errors"]) == {"progress", "done", "happened_on"}
    told = [chinese["title"], chinese["detail"], *(text for texts in chinese["errors"].values() for text in texts)]
    assert all(any("\u4e00" <= character <= "\u9fff" for character in text) for text in told), told
    assert "Please" in english["detail"]
