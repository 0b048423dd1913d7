from django.db import migrations

from rectify.workflow.triggers import ProtectTables


class Migration(migrations.Migration):
    dependencies = [("issues", "0002_initial")]
    operations = [ProtectTables("issues_roundhistory", "issues_subissuehistory")]
