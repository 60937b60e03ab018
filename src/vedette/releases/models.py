"""The releases' tables.

Times are microseconds since 1970-01-01 UTC, as in the catalogue.
"""

from __future__ import annotations

from django.db import models

from vedette.catalogue.fields import JSONColumn


class ReleaseRow(models.Model):
    """A version of a service: seen in what was recorded, or announced; see `vedette.releases.queries.Release`.

    `first_us` and `last_us` are when records of it were first and last seen, None where none was; `announced_us` when it was
    announced, `finalized_us` when it was said to be released, `archived_us` when it was put out of sight.
    """

    service = models.CharField(max_length=200)
    version = models.CharField(max_length=250)
    ref = models.CharField(max_length=250, default="")
    url = models.CharField(max_length=2000, default="")
    created_us = models.BigIntegerField()
    announced_us = models.BigIntegerField(null=True)
    finalized_us = models.BigIntegerField(null=True)
    archived_us = models.BigIntegerField(null=True)
    first_us = models.BigIntegerField(null=True)
    last_us = models.BigIntegerField(null=True)

    class Meta:
        app_label = "vedette"
        db_table = "vedette_release"
        constraints = (models.UniqueConstraint(fields=["service", "version"], name="vedette_release_once"),)
        indexes = (models.Index(fields=["service", "created_us"], name="vedette_release_listed"),)

    def __str__(self) -> str:
        return f"{self.service} {self.version}"


class ReleaseSeenRow(models.Model):
    """When a release was first and last seen in an environment."""

    release = models.ForeignKey(ReleaseRow, on_delete=models.CASCADE, related_name="seen")
    environment = models.CharField(max_length=200)
    first_us = models.BigIntegerField()
    last_us = models.BigIntegerField()

    class Meta:
        app_label = "vedette"
        db_table = "vedette_release_seen"
        constraints = (
            models.UniqueConstraint(fields=["release", "environment"], name="vedette_release_seen_once"),
        )

    def __str__(self) -> str:
        return self.environment


class DeployRow(models.Model):
    """A release went to an environment."""

    release = models.ForeignKey(ReleaseRow, on_delete=models.CASCADE, related_name="deploys")
    environment = models.CharField(max_length=200)
    name = models.CharField(max_length=250, default="")
    url = models.CharField(max_length=2000, default="")
    started_us = models.BigIntegerField(null=True)
    finished_us = models.BigIntegerField()

    class Meta:
        app_label = "vedette"
        db_table = "vedette_deploy"
        indexes = (models.Index(fields=["finished_us"], name="vedette_deploy_finished"),)

    def __str__(self) -> str:
        return f"{self.environment} at {self.finished_us}"


class CommitRow(models.Model):
    """A commit that a release brought; `place` counts from the newest. `files` are the paths that it changed."""

    release = models.ForeignKey(ReleaseRow, on_delete=models.CASCADE, related_name="commits")
    repository = models.CharField(max_length=250, default="")
    sha = models.CharField(max_length=64)
    author = models.CharField(max_length=250, default="")
    message = models.TextField(default="")
    at_us = models.BigIntegerField(null=True)
    files = JSONColumn(default=list)
    place = models.IntegerField()

    class Meta:
        app_label = "vedette"
        db_table = "vedette_commit"
        constraints = (
            models.UniqueConstraint(fields=["release", "repository", "sha"], name="vedette_commit_once"),
        )
        indexes = (models.Index(fields=["sha"], name="vedette_commit_sha"),)

    def __str__(self) -> str:
        return self.sha[:12]
