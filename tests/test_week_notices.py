"""What notices of a week say: what is owed apart from what waits for a head, and nothing that was reported before."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from measures import services
from measures.models import Measure
from rectify.dispatch.models import Notice
from rectify.dispatch.notices.planning import plan
from rectify.dispatch.notices.representation import days_until, notice_rows
from rectify.dispatch.notices.truth import still_true
from rectify.web import clock

from .building import NOW, Ledger, act_by
from .test_dispatch import at, opened
from .test_notices import look, mailed, moment

__all__ = ["mailed"]

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("evidence_root")]


def send(ledger: Ledger, measure: Measure, when: datetime = NOW) -> None:
    """A measure's report, on its own page: so it may come before the week is opened."""
    data = {"version": measure.version, "progress": 20, "done": "已部署"}
    services.report_progress(act_by(ledger.people["liaison-road"], when.date(), when), measure.pk, data)


def said_to(ledger: Ledger, who: str, kind: str) -> tuple[dict[str, Any], str] | None:
    """What the inbox and the message say of a kind."""
    notice = Notice.objects.filter(kind=kind, recipient=ledger.people[who]).select_related("delivery").first()
    return (notice_rows([notice], notice.made_at.date())[0], notice.delivery.text) if notice else None


def test_what_was_reported_before_the_week_was_opened_is_not_owed(ledger: Ledger) -> None:
    send(ledger, ledger.measures[1])
    opened(ledger)
    assert list(Notice.objects.get(kind="opened").facts["departments"].values()) == [3]


def test_nobody_is_told_of_a_week_in_which_all_was_reported_before(ledger: Ledger) -> None:
    for measure in ledger.measures:
        send(ledger, measure)
    opened(ledger)
    assert not Notice.objects.exists()


def test_what_was_sent_before_the_quiet_hours_are_over_opens_nothing(mailed: Ledger) -> None:
    with at(moment(31, 21, month=3)):
        opened(mailed)
        for measure in mailed.measures:
            send(mailed, measure, moment(31, 21, month=3))
    assert look(moment(1)) == {("to_confirm", "head-road"): 1}
    assert Notice.objects.get(kind="opened").outcome == "dropped"


@pytest.mark.parametrize(("sent", "words"), [(4, "4项待你确认"), (1, "尚未报送3项；1项待你确认"), (0, "尚未报送4项")])
def test_a_head_is_told_apart_what_is_owed_and_what_waits(mailed: Ledger, sent: int, words: str) -> None:
    opened(mailed)
    for measure in mailed.measures[:sent]:
        send(mailed, measure)
    owed, week = f"尚未报送{4 - sent}项", "第13周，星期五12:00截止"
    for kind, when in (("cutoff", moment(1, 12)), ("missed", moment(2, 12))):
        look(when)
        # Before the cut-off a head for whom nothing waits is left in peace.
        expected = {
            "liaison-road": owed if sent < 4 else None,
            "head-road": words if sent or kind == "missed" else None,
        }
        for who, said in expected.items():
            told = said_to(mailed, who, kind)
            assert (told is None) == (said is None)
            if told:
                row, text = told
                assert row["detail"] == f"{week}，{said}"
                assert row["count"] == (4 if who == "head-road" else 4 - sent)
                assert f"  {row['kind_label']}：{said}，{week}\n" in text


def test_an_old_notice_that_does_not_tell_them_apart_claims_nothing(ledger: Ledger) -> None:
    opened(ledger)
    look(moment(2, 12))
    notice = Notice.objects.get(kind="missed", recipient=ledger.people["head-road"])
    del notice.facts["to_confirm"]
    assert notice_rows([notice], date(2021, 4, 2))[0]["detail"] == "第13周，星期五12:00截止，4条"


def test_who_is_liaison_and_head_of_a_department_hears_each_count_once(mailed: Ledger) -> None:
    post_of_head = mailed.people["head-road"].assignments.get()
    post_of_head.user = mailed.people["liaison-road"]
    post_of_head.save()
    opened(mailed)
    look(moment(2, 12))
    assert said_to(mailed, "liaison-road", "missed")[0]["detail"].endswith("，尚未报送4项")


def test_posts_in_two_departments_are_told_of_side_by_side(mailed: Ledger) -> None:
    Measure.objects.filter(pk=mailed.measure.pk).update(lead_department=mailed.place.departments["plan"])
    mailed.people["liaison-plan"].assignments.update(user=mailed.people["liaison-road"])
    opened(mailed)
    notice = Notice.objects.get(kind="opened")
    assert sorted(notice.facts["departments"].values()) == [1, 3]
    assert notice_rows([notice], date(2021, 3, 31))[0]["detail"].endswith("，4条")
    look(moment(2, 12))
    assert said_to(mailed, "liaison-road", "missed")[0]["detail"].endswith("，尚未报送4项")


def test_what_was_sent_meanwhile_is_no_longer_called_owed(mailed: Ledger) -> None:
    """After the cut-off had been told of, and before the messages went."""
    opened(mailed)
    send(mailed, mailed.measure)
    near = moment(1, 12)
    with clock.stopped_at(near):
        plan(near)
        for measure in mailed.measures[1:]:
            send(mailed, measure, near)
        notices = list(Notice.objects.filter(kind="cutoff"))
        assert {each.recipient.username for each in notices} == {"liaison-road", "head-road"}
        assert still_true(notices, near) == set()
        plan(near)
        assert {each.kind for each in Notice.objects.filter(pk__in=still_true(Notice.objects.all(), near))} == {
            "to_confirm"
        }


def test_the_day_itself_is_no_day_left() -> None:
    day = date(2021, 4, 24)
    said = [days_until(day, day + timedelta(days=days)) for days in (-1, 0, 1)]
    assert said == ["2021-04-24 到期，还有1天", "今日到期", "2021-04-24 到期，已逾期1天"]
    with translation.override("en"):
        assert days_until(day, day) == "due today"
