"""Gives rounds of the first release the closing rules and deadline chains that new rounds begin with."""

from typing import Any

from django.db import migrations

REASONS = [
    "佐证材料不完整，请补充。",
    "完成情况与措施内容不一致，请核实后说明。",
    "长效机制未建立，请补充制度文件。",
    "问题未彻底解决，请继续整改。",
]
CHAINS = {
    "extension": ("office", "leader"),
    "late_extension": ("office", "chair"),
    "long_term": ("office", "leader"),
}


def give_rules(apps: Any, schema_editor: Any) -> None:
    rules, step = apps.get_model("measures", "ClosingRules"), apps.get_model("measures", "DeadlineStep")
    with_rules = rules.objects.values("round")
    for round_ in apps.get_model("issues", "Round").objects.exclude(pk__in=with_rules):
        rules.objects.create(round=round_, return_reasons=REASONS)
        step.objects.bulk_create(
            step(round=round_, change=change, position=position, signer=signer)
            for change, chain in CHAINS.items()
            for position, signer in enumerate(chain)
        )


class Migration(migrations.Migration):
    dependencies = [("issues", "0005_default_criteria"), ("measures", "0004_closing")]

    operations = [migrations.RunPython(give_rules, migrations.RunPython.noop)]
