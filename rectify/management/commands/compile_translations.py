"""Compiles the catalogues of translations with Babel: a fresh machine has no msgfmt."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser


def compile_catalogue(source: Path) -> Path:
    """Compile one .po file into the .mo file beside it, in one step for whoever reads it meanwhile."""
    target = source.with_suffix(".mo")
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parent.parent.name, abort_invalid=True)
    handle, temporary = tempfile.mkstemp(dir=source.parent, suffix=".mo.part")
    with os.fdopen(handle, "wb") as output:
        write_mo(output, catalogue)
    Path(temporary).replace(target)
    return target


def compile_translations(folders: Iterable[str | Path], force: bool = False) -> list[Path]:
    """Compile the catalogues below the locale folders that are newer than their compiled form; return what was made."""
    made = []
    for source in sorted(po for folder in folders for po in Path(folder).glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if force or not target.exists() or target.stat().st_mtime_ns <= source.stat().st_mtime_ns:
            made.append(compile_catalogue(source))
    return made


class Command(BaseCommand):
    """`manage.py compile_translations [--force]`."""

    help = "Compile rectify/locale/*/LC_MESSAGES/*.po where the compiled form is missing or older."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--force", action="store_true", help="compile all, stale or not")

    def handle(self, *args: Any, force: bool, **options: Any) -> None:
        """Compile, and name each file made."""
        for path in compile_translations(settings.LOCALE_PATHS, force):
            self.stdout.write(str(path))
