"""The projects' tables.

Times are microseconds since 1970-01-01 UTC, as in the catalogue.
"""

from __future__ import annotations

from django.db import models


class ProjectRow(models.Model):
    """A project: where one service's records come in. Its id is the number in a DSN."""

    service = models.CharField(max_length=200, unique=True)
    created_us = models.BigIntegerField()

    class Meta:
        app_label = "vedette"
        db_table = "vedette_project"

    def __str__(self) -> str:
        return f"{self.id}: {self.service}"


class KeyRow(models.Model):
    """A DSN's key: public, since every browser that uses it knows it.

    `disabled_us` is when it was switched off, `last_used_us` when it last let something in, to a minute.
    """

    public = models.CharField(max_length=100, unique=True)
    project = models.ForeignKey(ProjectRow, on_delete=models.CASCADE, related_name="keys")
    created_us = models.BigIntegerField()
    disabled_us = models.BigIntegerField(null=True)
    last_used_us = models.BigIntegerField(null=True)

    class Meta:
        app_label = "vedette"
        db_table = "vedette_key"

    def __str__(self) -> str:
        return self.public
