from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Telemetry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
            options={
                "permissions": (("view_telemetry", "Can view telemetry"),),
                "managed": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="LeaseRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True)),
                ("holder", models.CharField(max_length=200)),
                ("expires_us", models.BigIntegerField()),
                ("renewals", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "vedette_lease",
            },
        ),
        migrations.CreateModel(
            name="SegmentRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=160, unique=True)),
                ("offset", models.BigIntegerField()),
                ("lines", models.BigIntegerField()),
                ("finished_us", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "vedette_segment",
            },
        ),
        migrations.CreateModel(
            name="PartRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", models.CharField(max_length=255, unique=True)),
                ("table", models.CharField(max_length=32)),
                ("level", models.SmallIntegerField()),
                ("min_us", models.BigIntegerField()),
                ("max_us", models.BigIntegerField()),
                ("rows", models.BigIntegerField()),
                ("bytes", models.BigIntegerField()),
                ("crc32", models.BigIntegerField()),
                ("removed_us", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "vedette_part",
                "indexes": [models.Index(fields=["removed_us", "table"], name="vedette_part_served")],
            },
        ),
    ]
