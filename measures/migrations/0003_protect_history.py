from django.db import migrations

from rectify.workflow.triggers import ProtectTables


class Migration(migrations.Migration):
    dependencies = [("measures", "0002_initial")]
    operations = [ProtectTables("measures_measurehistory")]
