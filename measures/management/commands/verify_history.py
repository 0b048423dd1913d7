"""Proves that history stands as it was written: `manage.py verify_history`. Exit status 1 where it does not."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from measures.checking import check_history
from rectify.web import clock


class Command(BaseCommand):
    help = "Checks every hash, number and count of history; names each row changed, removed or inserted."

    def handle(self, *args: Any, **options: Any) -> None:
        result = check_history(clock.now, lambda flaw: self.stdout.write(self.style.ERROR(str(flaw))))
        if result.flaws:
            self.stdout.write(self.style.ERROR(f"{result.flaws} flaw(s): history was changed behind the application."))
            sys.exit(1)
        self.stdout.write(f"{result.rows} rows of history stand as they were written.")
