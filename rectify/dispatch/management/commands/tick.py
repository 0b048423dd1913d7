"""`manage.py tick`: does what the scheduler would have done by now."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from rectify.dispatch.notices.delivering import deliver
from rectify.dispatch.scheduling import tick
from rectify.dispatch.weeks import CHINA
from rectify.web import clock


class Command(BaseCommand):
    """`manage.py tick [--at TIME]`."""

    help = "Do what the scheduler would have done by now, or by the given moment: open weeks, freeze them, tell people."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--at", help="a moment as 2026-11-23T08:30, Beijing time; the present one where left out")

    def handle(self, *args: Any, at: str | None, **options: Any) -> None:
        """Do it, and name each thing that was done."""
        moment = self.moment_of(at)
        now = clock.now if moment is None else lambda: moment
        for line in tick(now):
            self.stdout.write(line)
        for end, count in deliver(now).items():
            self.stdout.write(f"{count} messages {end}")

    def moment_of(self, text: str | None) -> datetime | None:
        """The moment that is named. Raises CommandError for what is none."""
        if text is None:
            return None
        try:
            moment = parse_datetime(text)
        except ValueError:
            moment = None
        if moment is None:
            raise CommandError(f"不是时间 / not a moment: {text} (2026-11-23T08:30)")
        return moment if timezone.is_aware(moment) else moment.replace(tzinfo=CHINA)
