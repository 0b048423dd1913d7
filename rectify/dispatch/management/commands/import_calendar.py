"""`manage.py import_calendar FILE --year YEAR`: the calendar of working days of another year."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rectify.dispatch.calendar_acts import import_calendar
from rectify.organization.models import User
from rectify.web import clock
from rectify.workflow.refusals import Refusal


class Command(BaseCommand):
    """`manage.py import_calendar FILE --year YEAR`."""

    help = "Replace a year's calendar by a CSV file of day, working (上班 or 休), name: the days unlike their weekday."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--year", type=int, required=True)

    def handle(self, *args: Any, file: Path, year: int, **options: Any) -> None:
        """Import it, or name every row that is wrong."""
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"无法读取 / cannot be read: {file}: {error}") from error
        try:
            plan = import_calendar(
                clock.act_of(User.objects.system()), {"year": year, "source": file.name[:60]}, content
            )
        except Refusal as refusal:
            told = [str(text) for texts in refusal.errors.values() for text in texts] or [str(refusal.detail)]
            raise CommandError("\n".join(told)) from refusal
        self.stdout.write(f"{year}: {len(plan.rows)}")
