"""Rebuilds the present from history alone: `manage.py rebuild --check`. Exit status 1 where they differ."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from measures.checking import rebuild_differences


class Command(BaseCommand):
    help = "Compares every tracked field with what history makes it; changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="compare; the only thing this command does")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            raise CommandError("Say --check: the present is compared with history, and nothing is written.")
        found = 0
        for difference in rebuild_differences():
            found += 1
            self.stdout.write(self.style.ERROR(str(difference)))
        if found:
            self.stdout.write(self.style.ERROR(f"{found} difference(s) between the present and history."))
            sys.exit(1)
        self.stdout.write("The present is what history makes it.")
