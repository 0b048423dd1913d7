"""Makes rounds for measuring and for trying things at size: `manage.py generate --rounds 862` is 100,000 measures."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_date

from rectify.demonstration.generate import UNTIL, generate


class Command(BaseCommand):
    help = "Adds rounds in the shape of the demonstration's, each with 116 measures and ten rows of history for each."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rounds", type=int, required=True)
        parser.add_argument("--organizations", type=int, help="one for each ten rounds unless given")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--until", type=parse_date, default=UNTIL, help=f"the day on which they stand ({UNTIL})")

    def handle(self, *args: Any, rounds: int, organizations: int | None, **options: Any) -> None:
        if rounds < 1 or (organizations is not None and organizations < 1):
            raise CommandError("Give numbers from 1 on.")
        if options["until"] is None:
            raise CommandError("--until: write the day as 2025-06-30.")
        generate(rounds, organizations, options["seed"], options["until"], self.stdout.write)
