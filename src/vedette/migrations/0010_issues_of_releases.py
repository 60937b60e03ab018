from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("vedette", "0009_limits_and_uses"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="issuerow",
            index=models.Index(fields=["service", "first_release"], name="vedette_issue_first_release"),
        ),
    ]
