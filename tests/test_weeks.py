"""When weeks open, are cut off and freeze, and which days are working days."""

import io
from collections.abc import Collection
from datetime import date, time
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from rectify.dispatch.calendar import missing_years, warning, working_days
from rectify.dispatch.models import CalendarDay, LongItems, Schedule
from rectify.dispatch.schedules import reports_long_items
from rectify.dispatch.weeks import Rhythm, Week, moments_of, working_days_after

pytestmark = pytest.mark.once
USUAL = Rhythm(1, time(8, 30), 5, time(12), 6)
# The week after the Spring Festival of 2026, of National Day 2026, and an ordinary one.
ORDINARY, GOLDEN, SPRING = Week(2026, 47), Week(2026, 40), Week(2026, 8)


def told(week: Week, rhythm: Rhythm = USUAL, working: Collection[date] | None = None) -> tuple[str, ...] | None:
    days = working if working is not None else working_days(week.days[0], week.days[-1])
    moments = moments_of(week, rhythm, days)
    if moments is None:
        return None
    return tuple(f"{at:%a %m-%d %H:%M}" for at in (moments.opens_at, moments.cutoff_at, moments.freezes_at))


@pytest.mark.django_db
class TestMoments:
    def test_an_ordinary_week(self) -> None:
        assert told(ORDINARY) == ("Mon 11-16 08:30", "Fri 11-20 12:00", "Fri 11-20 18:00")

    def test_a_cut_off_on_a_holiday_moves_to_the_working_day_before(self) -> None:
        """National Day 2026: from Thursday, 1 October on."""
        assert told(GOLDEN) == ("Mon 09-28 08:30", "Wed 09-30 12:00", "Wed 09-30 18:00")

    def test_a_week_without_working_days_is_left_out(self) -> None:
        assert told(SPRING) is None

    def test_make_up_working_days_count(self) -> None:
        """10 October 2026 is a Saturday on which one works."""
        saturday = Rhythm(1, time(8, 30), 6, time(12), 0)
        assert told(Week(2026, 41), saturday) == ("Thu 10-08 08:30", "Sat 10-10 12:00", "Sat 10-10 12:00")

    def test_opening_on_a_holiday_moves_to_the_first_working_day(self) -> None:
        """Labour Day 2026 ends on Tuesday, 5 May."""
        assert told(Week(2026, 19)) == ("Wed 05-06 08:30", "Fri 05-08 12:00", "Fri 05-08 18:00")

    def test_what_works_only_after_the_cut_off_takes_its_first_day(self) -> None:
        assert told(ORDINARY, working={date(2026, 11, 21)}) == ("Sat 11-21 08:30", "Sat 11-21 12:00", "Sat 11-21 18:00")

    def test_never_cut_off_before_it_opens(self) -> None:
        late = Rhythm(1, time(15), 5, time(12), 0)
        assert told(ORDINARY, late, {date(2026, 11, 18)}) == ("Wed 11-18 00:00", "Wed 11-18 12:00", "Wed 11-18 12:00")

    def test_the_last_week_of_a_year(self) -> None:
        assert Week.of(date(2026, 12, 31)) == Week(2026, 53) == Week.of(date(2027, 1, 1))
        assert str(Week(2026, 53).plus(1)) == "2027-W01"


@pytest.mark.django_db
class TestCalendar:
    def test_a_year_that_is_not_known_is_said(self) -> None:
        assert missing_years(date(2026, 12, 1), date(2026, 12, 31)) == []
        assert missing_years(date(2026, 12, 1), date(2031, 1, 1)) == [2027, 2028, 2029, 2030, 2031]
        assert "2031" in warning(date(2031, 1, 1), date(2031, 1, 2))
        # Without a calendar every weekday counts.
        assert working_days(date(2031, 10, 1), date(2031, 10, 5)) == {date(2031, 10, day) for day in (1, 2, 3)}

    def test_the_table_is_what_counts(self) -> None:
        CalendarDay.objects.filter(day=date(2026, 10, 1)).update(working=True)
        assert date(2026, 10, 1) in working_days(date(2026, 10, 1), date(2026, 10, 1))

    def test_a_day_so_many_working_days_later(self) -> None:
        days = working_days(date(2026, 9, 28), date(2026, 10, 20))
        assert working_days_after(date(2026, 9, 30), 1, days) == date(2026, 10, 8)
        with pytest.raises(ValueError, match="fewer than"):
            working_days_after(date(2026, 10, 19), 5, days)


@pytest.mark.django_db
class TestImport:
    def load(self, folder: Path, text: str, year: int = 2031) -> None:
        file = folder / "日历.csv"
        file.write_text(text, encoding="utf-8-sig")
        call_command("import_calendar", str(file), year=year, stdout=io.StringIO())

    def test_another_year_becomes_known_and_may_be_replaced(self, tmp_path: Path) -> None:
        self.load(tmp_path, "日期,安排,名称\n2031-10-01,休,国庆节\n2031/10/04,上班,\n\n")
        assert missing_years(date(2031, 1, 1), date(2031, 12, 31)) == []
        assert working_days(date(2031, 10, 1), date(2031, 10, 5)) == {date(2031, 10, day) for day in (2, 3, 4)}
        self.load(tmp_path, "2031-10-02,休,国庆节")
        assert date(2031, 10, 1) in working_days(date(2031, 10, 1), date(2031, 10, 1))

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("2031-10-01,休\n2031-13-01,休", "第2行"),
            ("2031-10-01,也许", "第1行"),
            ("2030-10-01,休", "2031"),
            ("2031-10-01", "第1行"),
            ("2031-10-01,休\n2031-10-01,上班", "每天只能出现一次"),
            ("", "至少应有一天"),
        ],
    )
    def test_what_is_wrong_is_named_by_its_row_and_nothing_changes(self, tmp_path: Path, text: str, said: str) -> None:
        with pytest.raises(CommandError, match=said):
            self.load(tmp_path, text)
        assert not CalendarDay.objects.filter(year__in=(2030, 2031)).exists()

    def test_a_file_that_cannot_be_read(self, tmp_path: Path) -> None:
        (tmp_path / "日历.csv").write_bytes(b"\xff\xfe\x00")
        for name, said in (("日历.csv", "不是文本"), ("没有.csv", "cannot be read")):
            with pytest.raises(CommandError, match=said):
                call_command("import_calendar", str(tmp_path / name), year=2031)


@pytest.mark.parametrize(
    ("rhythm", "monday", "reports"),
    [
        (LongItems.QUARTERLY, date(2026, 3, 2), True),  # within the intensive period
        (LongItems.QUARTERLY, date(2026, 10, 5), True),
        (LongItems.QUARTERLY, date(2026, 10, 12), False),
        (LongItems.QUARTERLY, date(2026, 11, 2), False),
        (LongItems.MONTHLY, date(2026, 11, 2), True),
        (LongItems.MONTHLY, date(2026, 11, 9), False),
        (LongItems.WEEKLY, date(2026, 11, 9), True),
    ],
)
def test_long_items_report_rarely_after_the_intensive_period(rhythm: str, monday: date, reports: bool) -> None:
    schedule = Schedule(long_items=rhythm)
    assert reports_long_items(schedule, Week.of(monday), date(2026, 6, 30)) is reports
