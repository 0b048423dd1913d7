"""`manage.py import_calendar FILE --year YEAR`: the calendar of working days of another year."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rectify.dispatch.calendar_import import import_calendar
from rectify.workflow.refusals import Invalid


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
            lines = file.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"无法读取 / cannot be read: {file}: {error}") from error
        try:
            count = import_calendar(year, lines, file.name[:60])
        except Invalid as refusal:
            raise CommandError("\n".join(str(text) for texts in refusal.errors.values() for text in texts)) from refusal
        self.stdout.write(f"{year}: {count}")
