"""Measures the speed of what people do beside the floor: `make bench`, `make bench SIZE=full`."""

import json
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rectify.demonstration.bench.databases import connected, prepare, url_of, vacuum
from rectify.demonstration.bench.floor import Floor
from rectify.demonstration.bench.ground import survey
from rectify.demonstration.bench.measuring import Measured, SignIns, measure
from rectify.demonstration.bench.operations import operations
from rectify.demonstration.bench.plans import Plan
from rectify.demonstration.bench.report import as_json, conclusion, machine, plans_in_words, table
from rectify.demonstration.bench.server import manage, running
from rectify.web import clock

SIZES = {"": "116,100000", "full": "116,100000,1160000"}


class Command(BaseCommand):
    """`manage.py bench [--sizes 116,100000] [--repetitions 150] [--only WORD] [--output FILE]`; SIZE=full for more."""

    help = "Measures on PostgreSQL and the production server; BENCH_DATABASE_URL names the server if not the local one."
    # The databases that are measured are not the one that the settings name.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sizes", help="how many measures, separated by commas")
        parser.add_argument("--repetitions", type=int, default=150)
        parser.add_argument("--only", default="", help="only operations with this word in their name")
        parser.add_argument("--output", type=Path, help="a file for the numbers as JSON")

    def handle(self, *args: Any, repetitions: int, only: str, output: Path | None, **options: Any) -> None:
        numbers = _sizes(options["sizes"])
        if repetitions < 2:
            raise CommandError("Give repetitions from 2 on.")
        results: list[Measured] = []
        plans: list[Plan] = []
        unvacuumed: list[str] = []
        for size in numbers:
            prepare(size, self.stdout.write)
            with connected(url_of(size)) as link:
                unvacuumed += vacuum(link)
                about = machine(link)
                for measured, slow in self.at_size(size, link, repetitions, only):
                    results.append(measured)
                    plans += slow
        self.stdout.write("\n".join([*plans_in_words(plans), "", *table(results), ""]))
        self.stdout.write(", ".join(f"{name} {value}" for name, value in about.items()))
        self.stdout.write(f"not vacuumed: {', '.join(unvacuumed)}" if unvacuumed else "all large tables were vacuumed")
        self.stdout.write("every timed answer held the rows that it should")
        self.stdout.write("\n".join(conclusion(results)))
        if output is not None:
            found = as_json(about, unvacuumed, results, plans)
            output.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")

    def at_size(self, size: int, link: Any, repetitions: int, only: str) -> list[tuple[Measured, list[Plan]]]:
        """Every operation on one database."""
        url = url_of(size)
        # Pages name their static files by what was collected.
        manage(url, "start", "--only", "assets")
        ground = survey(url, clock.today())
        with running(url) as server:
            signs = SignIns(url, ground, server)
            chosen = [o for o in operations(ground, Floor(link), link) if only in o.name]
            found = []
            for operation in chosen:
                measured, plans = measure(signs, operation, size, repetitions, link)
                # Said as it is found: somebody who waits for minutes may stop before the table.
                self.stdout.write(f"{measured.name} at {size:,}: {measured.median:.1f} ms, {measured.ratio:.2f} floors")
                found.append((measured, plans))
            return found


def _sizes(text: str | None) -> list[int]:
    """The sizes that are asked for: by the option, else by SIZE in the environment."""
    named = os.environ.get("SIZE", "")
    if text is None and named not in SIZES:
        raise CommandError("SIZE: full, or nothing.")
    try:
        numbers = [int(size) for size in (text or SIZES[named]).split(",")]
    except ValueError as error:
        raise CommandError("--sizes: write whole numbers, separated by commas.") from error
    if min(numbers) < 1:
        raise CommandError("Give sizes from 1 on.")
    return numbers
