from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("issues", "0007_milestones")]

    operations = [
        migrations.AddField(
            model_name="subissue",
            name="superior_finding",
            field=models.CharField(
                blank=True,
                choices=[("accepted", "Accepted by the superior"), ("sent_back", "Sent back by the superior")],
                default="",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="subissue",
            name="superior_found_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="subissue",
            name="superior_paper",
            field=models.CharField(blank=True, default="", max_length=100),
        ),
    ]
