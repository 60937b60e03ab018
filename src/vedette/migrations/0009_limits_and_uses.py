"""When tokens end and what they are limited to, when keys were last used, and which releases are archived."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("vedette", "0008_source_maps"),
    ]

    operations = [
        migrations.AddField(
            model_name="keyrow",
            name="last_used_us",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="releaserow",
            name="archived_us",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="tokenrow",
            name="expires_us",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="tokenrow",
            name="made_by",
            field=models.CharField(default="", max_length=150),
        ),
        migrations.AddField(
            model_name="tokenrow",
            name="service",
            field=models.CharField(default="", max_length=200),
        ),
    ]
