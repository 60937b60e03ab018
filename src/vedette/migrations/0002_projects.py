from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("vedette", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProjectRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("service", models.CharField(max_length=200, unique=True)),
                ("created_us", models.BigIntegerField()),
            ],
            options={
                "db_table": "vedette_project",
            },
        ),
        migrations.CreateModel(
            name="KeyRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public", models.CharField(max_length=100, unique=True)),
                ("created_us", models.BigIntegerField()),
                ("disabled_us", models.BigIntegerField(null=True)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="keys",
                        to="vedette.projectrow",
                    ),
                ),
            ],
            options={
                "db_table": "vedette_key",
            },
        ),
    ]
