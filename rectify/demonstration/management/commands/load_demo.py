"""Loads the demonstration: `manage.py load_demo`. Loading again changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.dateparse import parse_date

from rectify.demonstration.loader import load_demo
from rectify.web import clock


class Command(BaseCommand):
    help = "Loads one real round as it was, and a twin of it that is under way today."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--today", type=parse_date, help="the day on which the twin stands in its sixth week")

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load_demo(options["today"] or clock.today(), clock.now())
        self.stdout.write("loaded" if loaded else "there are rounds already; nothing was changed")
