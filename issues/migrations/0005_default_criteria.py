"""Gives rounds of the first release the acceptance criteria that new rounds begin with."""

from typing import Any

from django.db import migrations

CRITERIA = (
    ("solved", "问题已解决"),
    ("cause", "根源已整治"),
    ("mechanism", "长效机制已建立"),
    ("evidence", "佐证材料齐全"),
)


def give_criteria(apps: Any, schema_editor: Any) -> None:
    criterion = apps.get_model("issues", "AcceptanceCriterion")
    for round_ in apps.get_model("issues", "Round").objects.filter(acceptance_criteria=None):
        criterion.objects.bulk_create(
            criterion(round=round_, key=key, title=title, position=position)
            for position, (key, title) in enumerate(CRITERIA)
        )


class Migration(migrations.Migration):
    dependencies = [("issues", "0004_acceptance")]

    operations = [migrations.RunPython(give_criteria, migrations.RunPython.noop)]
