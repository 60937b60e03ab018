"""The state database of the first release, made at once: a reader sees all of it or none."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from vedette.catalogue import fields


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
                "permissions": (
                    ("view_telemetry", "Can view telemetry"),
                    ("manage_telemetry", "Can manage telemetry"),
                ),
                "managed": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="BundleRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("checksum", models.CharField(max_length=40, unique=True)),
                ("bytes", models.BigIntegerField()),
                ("files", models.IntegerField()),
                ("maps", models.IntegerField()),
                ("created_us", models.BigIntegerField()),
                ("used_us", models.BigIntegerField()),
                ("actor", models.CharField(default="", max_length=150)),
            ],
            options={
                "db_table": "vedette_bundle",
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
            name="TokenRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("scopes", fields.JSONColumn(default=list)),
                ("service", models.CharField(default="", max_length=200)),
                ("made_by", models.CharField(default="", max_length=150)),
                ("created_us", models.BigIntegerField()),
                ("expires_us", models.BigIntegerField(null=True)),
                ("disabled_us", models.BigIntegerField(null=True)),
                ("last_used_day", models.IntegerField(null=True)),
            ],
            options={
                "db_table": "vedette_token",
            },
        ),
        migrations.CreateModel(
            name="ChangeRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at_us", models.BigIntegerField()),
                ("service", models.CharField(max_length=200)),
                ("subject", models.CharField(max_length=32)),
                ("subject_id", models.CharField(max_length=64)),
                ("title", models.CharField(max_length=250)),
                ("before", models.CharField(max_length=32)),
                ("after", models.CharField(max_length=32)),
                ("reason", models.CharField(max_length=500)),
                ("actor", models.CharField(max_length=150)),
                ("details", fields.JSONColumn(default=dict)),
            ],
            options={
                "db_table": "vedette_change",
                "indexes": [
                    models.Index(fields=["subject", "subject_id", "id"], name="vedette_change_subject")
                ],
            },
        ),
        migrations.CreateModel(
            name="IssueRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("service", models.CharField(max_length=200)),
                ("title", models.CharField(max_length=250)),
                ("culprit", models.CharField(max_length=250)),
                ("type", models.CharField(max_length=500)),
                ("value", models.CharField(max_length=4096)),
                ("level", models.CharField(max_length=16)),
                ("platform", models.CharField(max_length=64)),
                ("is_handled", models.BooleanField(default=True)),
                ("status", models.CharField(default="unresolved", max_length=16)),
                ("is_regressed", models.BooleanField(default=False)),
                ("assignee", models.CharField(default="", max_length=150)),
                ("first_us", models.BigIntegerField()),
                ("last_us", models.BigIntegerField()),
                ("first_release", models.CharField(default="", max_length=250)),
                ("last_release", models.CharField(default="", max_length=250)),
                ("events", models.BigIntegerField(default=0)),
                ("last_event_id", models.CharField(default="", max_length=32)),
                ("grouping_version", models.CharField(max_length=20)),
                ("status_us", models.BigIntegerField(null=True)),
                ("resolved_in", models.CharField(default="", max_length=250)),
                ("resolved_after", models.CharField(default="", max_length=250)),
                ("resolved_commit", models.CharField(default="", max_length=64)),
                ("ignored_until_us", models.BigIntegerField(null=True)),
                ("ignored_until_events", models.BigIntegerField(null=True)),
                ("ignored_until_users", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "vedette_issue",
                "indexes": [
                    models.Index(fields=["service", "status", "last_us"], name="vedette_issue_listed"),
                    models.Index(fields=["last_us"], name="vedette_issue_last"),
                    models.Index(fields=["service", "first_release"], name="vedette_issue_first_release"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CommentRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at_us", models.BigIntegerField()),
                ("author", models.CharField(max_length=150)),
                ("text", models.TextField()),
                (
                    "issue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="vedette.issuerow",
                    ),
                ),
            ],
            options={
                "db_table": "vedette_issue_comment",
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
                ("edition", models.SmallIntegerField(null=True)),
                ("removed_us", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "vedette_part",
                "indexes": [models.Index(fields=["removed_us", "table"], name="vedette_part_served")],
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
                ("last_used_us", models.BigIntegerField(null=True)),
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
        migrations.CreateModel(
            name="ReleaseRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("service", models.CharField(max_length=200)),
                ("version", models.CharField(max_length=250)),
                ("ref", models.CharField(default="", max_length=250)),
                ("url", models.CharField(default="", max_length=2000)),
                ("created_us", models.BigIntegerField()),
                ("announced_us", models.BigIntegerField(null=True)),
                ("finalized_us", models.BigIntegerField(null=True)),
                ("archived_us", models.BigIntegerField(null=True)),
                ("first_us", models.BigIntegerField(null=True)),
                ("last_us", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "vedette_release",
                "indexes": [models.Index(fields=["service", "created_us"], name="vedette_release_listed")],
                "constraints": [
                    models.UniqueConstraint(fields=("service", "version"), name="vedette_release_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="BundleReleaseRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("service", models.CharField(max_length=200)),
                ("release", models.CharField(default="", max_length=250)),
                ("dist", models.CharField(default="", max_length=64)),
                (
                    "bundle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="releases",
                        to="vedette.bundlerow",
                    ),
                ),
            ],
            options={
                "db_table": "vedette_bundle_release",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("service", "release", "dist", "bundle"), name="vedette_bundle_release_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BundleFileRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entry", models.CharField(max_length=1000)),
                ("kind", models.CharField(max_length=20)),
                ("url", models.CharField(max_length=1000)),
                ("debug_id", models.CharField(default="", max_length=32)),
                ("reference", models.CharField(default="", max_length=1000)),
                ("size", models.BigIntegerField()),
                (
                    "bundle",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="vedette.bundlerow",
                    ),
                ),
            ],
            options={
                "db_table": "vedette_bundle_file",
                "indexes": [
                    models.Index(fields=["debug_id", "kind"], name="vedette_bundle_file_debug"),
                    models.Index(fields=["bundle", "url"], name="vedette_bundle_file_url"),
                ],
            },
        ),
        migrations.CreateModel(
            name="IssueHashRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("service", models.CharField(max_length=200)),
                ("hash", models.CharField(max_length=32)),
                ("reason", models.CharField(max_length=500)),
                ("title", models.CharField(max_length=250)),
                ("culprit", models.CharField(default="", max_length=250)),
                ("type", models.CharField(default="", max_length=500)),
                ("value", models.CharField(default="", max_length=4096)),
                ("level", models.CharField(default="error", max_length=16)),
                ("platform", models.CharField(default="", max_length=64)),
                ("is_handled", models.BooleanField(default=True)),
                ("events", models.BigIntegerField(default=0)),
                ("first_us", models.BigIntegerField()),
                ("last_us", models.BigIntegerField()),
                ("first_release", models.CharField(default="", max_length=250)),
                ("last_release", models.CharField(default="", max_length=250)),
                ("last_event_id", models.CharField(default="", max_length=32)),
                (
                    "issue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hashes",
                        to="vedette.issuerow",
                    ),
                ),
            ],
            options={
                "db_table": "vedette_issue_hash",
                "constraints": [
                    models.UniqueConstraint(fields=("service", "hash"), name="vedette_issue_hash_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="IssueUserRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("user", models.CharField(max_length=200)),
                (
                    "issue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="users",
                        to="vedette.issuerow",
                    ),
                ),
            ],
            options={
                "db_table": "vedette_issue_user",
                "constraints": [
                    models.UniqueConstraint(fields=("issue", "user"), name="vedette_issue_user_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="DeployRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("environment", models.CharField(max_length=200)),
                ("name", models.CharField(default="", max_length=250)),
                ("url", models.CharField(default="", max_length=2000)),
                ("started_us", models.BigIntegerField(null=True)),
                ("finished_us", models.BigIntegerField()),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deploys",
                        to="vedette.releaserow",
                    ),
                ),
            ],
            options={
                "db_table": "vedette_deploy",
                "indexes": [models.Index(fields=["finished_us"], name="vedette_deploy_finished")],
            },
        ),
        migrations.CreateModel(
            name="CommitRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("repository", models.CharField(default="", max_length=250)),
                ("sha", models.CharField(max_length=64)),
                ("author", models.CharField(default="", max_length=250)),
                ("message", models.TextField(default="")),
                ("at_us", models.BigIntegerField(null=True)),
                ("files", fields.JSONColumn(default=list)),
                ("place", models.IntegerField()),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="commits",
                        to="vedette.releaserow",
                    ),
                ),
            ],
            options={
                "db_table": "vedette_commit",
                "indexes": [models.Index(fields=["sha"], name="vedette_commit_sha")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("release", "repository", "sha"), name="vedette_commit_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReleaseSeenRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("environment", models.CharField(max_length=200)),
                ("first_us", models.BigIntegerField()),
                ("last_us", models.BigIntegerField()),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seen",
                        to="vedette.releaserow",
                    ),
                ),
            ],
            options={
                "db_table": "vedette_release_seen",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("release", "environment"), name="vedette_release_seen_once"
                    )
                ],
            },
        ),
    ]
