"""The calendar of working days: read by everybody with a role, kept by the system administrator, every change told."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from rectify.dispatch.calendar import missing_years, published, seed, working_days
from rectify.dispatch.models import CalendarChange, CalendarDay

from .building import Place
from .forms_sent import at
from .sending import api
from .test_bad_input import problem

pytestmark = [pytest.mark.once, pytest.mark.django_db]

API = "/api/v1/working-days/"
YEAR = "日期,安排,名称\n2031-01-01,休,元旦\n2031-01-04,上班,元旦\n"


def file(text: str | bytes, encoding: str = "utf-8") -> SimpleUploadedFile:
    content = text if isinstance(text, bytes) else text.encode(encoding)
    return SimpleUploadedFile("国务院办公厅通知.csv", content, "text/csv")


def send(place: Place, data: dict[str, Any], who: str = "system-admin") -> Any:
    return at(place.people[who]).post(f"{reverse('working-days')}?year=2031", data)


def shown(place: Place, year: int, who: str = "office") -> str:
    return at(place.people[who]).get(reverse("working-days"), {"year": year}).content.decode()


def test_a_year_is_shown_with_its_holidays_by_word_and_name(place: Place) -> None:
    html = shown(place, 2026)
    assert "2026年工作日历" in html and "248个工作日" in html and "国务院办公厅节假日安排" in html
    assert "02-15–02-23</span> 春节" in html and html.count("班</span>") > 5
    assert 'act" value="day' not in html and "只有系统管理员可以修改" in html
    missing = shown(place, 2031)
    assert "2031" in missing and "notice-warning" in missing and "班</span></span>" in missing
    for year in ("1999", "2101", "x", "20311"):
        assert at(place.people["office"]).get(reverse("working-days"), {"year": year}).status_code == 400, year


def test_one_day_is_set_told_and_left_alone_by_seeding(place: Place) -> None:
    assert send(place, {"act": "day", "day": "2026-10-01", "kind": "weekday", "name": ""}).status_code == 302
    assert date(2026, 10, 1) in working_days(date(2026, 10, 1), date(2026, 10, 1))
    change = CalendarChange.objects.get()
    assert (change.day, change.old["working"], change.new["working"]) == (date(2026, 10, 1), False, True)
    html = shown(place, 2026)
    assert "休息 国庆节" in html and "按星期" in html and place.people["system-admin"].name in html
    CalendarDay.objects.filter(day=date(2026, 10, 2)).delete()
    assert send(place, {"act": "seed"}).status_code == 302
    assert (
        CalendarDay.objects.get(pk=date(2026, 10, 1)).working and CalendarDay.objects.filter(pk="2026-10-02").exists()
    )
    assert CalendarChange.objects.count() == 2 and seed() == 0
    # A day that is set by hand does not make a year known.
    assert send(place, {"act": "day", "day": "2031-05-02", "kind": "holiday", "name": "劳动节"}).status_code == 302
    assert missing_years(date(2031, 1, 1), date(2031, 12, 31)) == [2031]


def test_a_year_is_imported_after_a_look_at_what_changes(place: Place) -> None:
    look = send(place, {"act": "preview", "year": "2031", "file": file(YEAR, "gb18030")})
    html = look.content.decode()
    assert (
        look.status_code == 200
        and "新增2天，变更0天，删除0天" in html
        and not CalendarDay.objects.filter(year=2031).exists()
    )
    form = {"act": "import", "year": "2031", "lines": YEAR, "source": "国办通知", "seen": look.context["plan"].digest}
    assert send(place, form).status_code == 302
    assert missing_years(date(2031, 1, 1), date(2031, 12, 31)) == []
    assert CalendarDay.objects.get(pk="2031-01-01").source == "国办通知"
    # Somebody else was quicker: what was looked at is not what would change.
    assert send(place, form).status_code == 409
    again = send(place, {"act": "preview", "year": "2031", "file": file("2031-01-01,上班\n2031-10-01,休,国庆节")})
    assert "新增1天，变更1天，删除1天" in again.content.decode()
    assert "导入 2031" in shown(place, 2031)


@pytest.mark.parametrize(
    ("data", "status", "said"),
    [
        ({"act": "day", "day": "2101-01-01", "kind": "holiday"}, 400, "2000年至2100年"),
        ({"act": "day", "day": "2026-02-30", "kind": "holiday"}, 400, "日期"),
        ({"act": "day", "day": "2026-02-03", "kind": "perhaps"}, 400, "perhaps"),
        ({"act": "preview", "year": "1999", "file": YEAR}, 400, "2000"),
        ({"act": "preview", "year": "2031"}, 400, "请选择"),
        ({"act": "preview", "year": "2031", "file": YEAR + "2031-01-01,休\n"}, 400, "每天只能出现一次"),
        ({"act": "preview", "year": "2031", "file": "2031-01-01,休\n2031-13-01,休\n"}, 400, "第2行"),
        ({"act": "preview", "year": "2031", "file": b"PK\x03\x04\x00\x00"}, 400, "不是文本"),
        ({"act": "preview", "year": "2031", "file": b"2031-01-01,x\n" * 9000}, 413, "100 kB"),
        ({"act": "import", "year": "2031", "lines": "乱码"}, 400, "第1行"),
        ({"act": "nonsense"}, 404, ""),
    ],
)
def test_what_cannot_be_is_told_and_nothing_changes(place: Place, data: dict[str, Any], status: int, said: str) -> None:
    before = list(CalendarDay.objects.values_list())
    fields = {**data, "file": file(data["file"])} if "file" in data else data
    answer = send(place, fields)
    assert answer.status_code == status and said in answer.content.decode()
    assert list(CalendarDay.objects.values_list()) == before and not CalendarChange.objects.exists()


@pytest.mark.parametrize("who", ["office", "security-admin", "liaison-road"])
def test_only_a_system_administrator_changes_it(place: Place, who: str) -> None:
    for data in ({"act": "day", "day": "2026-10-01", "kind": "weekday"}, {"act": "seed"}, {"act": "preview"}):
        assert send(place, data, who).status_code == 403
    client = api(place.people[who])
    problem(client.post(API, {"day": "x"}, format="json"), 403)
    problem(client.post(f"{API}import/", {"year": "x"}, format="multipart"), 403)
    assert not CalendarChange.objects.exists()


def test_over_the_api(place: Place) -> None:
    admin, liaison = api(place.people["system-admin"]), api(place.people["liaison-road"])
    listed = liaison.get(API, {"year": 2026, "page_size": 100}).json()
    assert listed["count"] == sum(row["year"] == 2026 for row in published())
    assert listed["results"][0]["day"] == "2026-01-01" and listed["results"][0]["working"] is False
    problem(liaison.get(API, {"year": 1999}), 400)
    problem(liaison.get(API, {"month": 2}), 400)
    problem(api(place.people["nobody"]).get(API), 403)
    assert admin.post(API, {"day": "2026-03-07", "kind": "working", "name": "调休"}, format="json").json()["working"]
    look = admin.post(f"{API}import/", {"year": 2031, "preview": "true", "file": file(YEAR)}, format="multipart").json()
    assert (look["added"], CalendarDay.objects.filter(year=2031).count()) == (2, 0)
    done = admin.post(f"{API}import/", {"year": 2031, "seen": look["seen"], "file": file(YEAR)}, format="multipart")
    assert done.json()["days"] == 2 and missing_years(date(2031, 1, 1), date(2031, 1, 1)) == []
    problem(admin.post(f"{API}import/", {"year": 2031, "seen": "x", "file": file(YEAR)}, format="multipart"), 409)
    assert admin.post(f"{API}seed/").json() == {"added": 0}


def test_changes_are_never_changed(place: Place) -> None:
    send(place, {"act": "day", "day": "2026-10-01", "kind": "weekday"})
    for statement in ("UPDATE dispatch_calendarchange SET actor_name = 'x'", "DELETE FROM dispatch_calendarchange"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
