from typing import Any

from django.db import migrations

from rectify.dispatch.calendar import published
from rectify.workflow.triggers import ProtectTables


def seed(apps: Any, schema_editor: Any) -> None:
    """The published calendars, as far as the package knows them."""
    day_of = apps.get_model("dispatch", "CalendarDay")
    day_of.objects.bulk_create([day_of(**row) for row in published()], ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0001_initial")]
    operations = [
        migrations.RunPython(seed, migrations.RunPython.noop),
        ProtectTables("dispatch_frozenline"),
    ]
