from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("vedette", "0003_issues_and_releases"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="telemetry",
            options={
                "default_permissions": (),
                "managed": False,
                "permissions": (
                    ("view_telemetry", "Can view telemetry"),
                    ("manage_telemetry", "Can manage telemetry"),
                ),
            },
        ),
    ]
