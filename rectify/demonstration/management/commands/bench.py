"""Measures the speed of lists, details, reports and dashboards beside the floor: `make bench`."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rectify.demonstration.bench.databases import connected, prepare, url_of, vacuum
from rectify.demonstration.bench.floors import Floor
from rectify.demonstration.bench.measuring import Measured, measure
from rectify.demonstration.bench.operations import operations, survey
from rectify.demonstration.bench.report import as_json, machine, table
from rectify.demonstration.bench.server import Client, manage, running
from rectify.web import clock


class Command(BaseCommand):
    """`manage.py bench [--sizes 116,100000] [--repetitions 150] [--only WORD] [--output FILE]`."""

    help = "Measures on PostgreSQL and the production server; BENCH_DATABASE_URL names the server if not the local one."
    # The databases that are measured are not the one that the settings name.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sizes", default="116,100000", help="how many measures, separated by commas")
        parser.add_argument("--repetitions", type=int, default=150)
        parser.add_argument("--only", default="", help="only operations with this word in their name")
        parser.add_argument("--output", type=Path, help="a file for the numbers as JSON")

    def handle(self, *args: Any, sizes: str, repetitions: int, only: str, output: Path | None, **options: Any) -> None:
        try:
            numbers = [int(size) for size in sizes.split(",")]
        except ValueError as error:
            raise CommandError("--sizes: write whole numbers, separated by commas.") from error
        if min(numbers) < 1 or repetitions < 2:
            raise CommandError("Give sizes from 1 and repetitions from 2 on.")
        results: list[Measured] = []
        unvacuumed: list[str] = []
        for size in numbers:
            prepare(size, self.stdout.write)
            with connected(url_of(size)) as link:
                unvacuumed += vacuum(link)
                about = machine(link)
                results += self.at_size(size, link, repetitions, only)
        found = as_json(about, unvacuumed, results)
        self.stdout.write("\n".join(["", *table(results), ""]))
        self.stdout.write(", ".join(f"{name} {value}" for name, value in about.items()))
        self.stdout.write(f"not vacuumed: {', '.join(unvacuumed)}" if unvacuumed else "all large tables were vacuumed")
        self.stdout.write("every timed answer held the rows that it should")
        if output is not None:
            output.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")

    def at_size(self, size: int, link: Any, repetitions: int, only: str) -> list[Measured]:
        """Every operation on one database."""
        url = url_of(size)
        ground = survey(url, clock.today())
        token = manage(url, "api_token", ground.username).strip()
        with running(url) as port:
            client = Client(port, token)
            chosen = [o for o in operations(ground, Floor(link), link) if only in o.name]
            return [measure(client, operation, size, repetitions) for operation in chosen]
