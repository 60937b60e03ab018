"""The catalogue's tables.

Times are microseconds since 1970-01-01 UTC: a site may have ``USE_TZ`` off, and then Django refuses aware times.
"""

from __future__ import annotations

from django.db import models


class PartRow(models.Model):
    """A part of the store; see `vedette.store.catalogue.Part`."""

    path = models.CharField(max_length=255, unique=True)
    table = models.CharField(max_length=32)
    level = models.SmallIntegerField()
    min_us = models.BigIntegerField()
    max_us = models.BigIntegerField()
    rows = models.BigIntegerField()
    bytes = models.BigIntegerField()
    crc32 = models.BigIntegerField()
    edition = models.SmallIntegerField(null=True)
    removed_us = models.BigIntegerField(null=True)

    class Meta:
        app_label = "vedette"
        db_table = "vedette_part"
        indexes = (models.Index(fields=["removed_us", "table"], name="vedette_part_served"),)

    def __str__(self) -> str:
        return self.path


class SegmentRow(models.Model):
    """How far a journal segment was consumed; see `vedette.store.catalogue.Progress`."""

    name = models.CharField(max_length=160, unique=True)
    offset = models.BigIntegerField()
    lines = models.BigIntegerField()
    finished_us = models.BigIntegerField(null=True)

    class Meta:
        app_label = "vedette"
        db_table = "vedette_segment"

    def __str__(self) -> str:
        return self.name


class Telemetry(models.Model):
    """No table: it carries the permissions to see the pages and to change something on them."""

    class Meta:
        app_label = "vedette"
        managed = False
        default_permissions = ()
        permissions = (
            ("view_telemetry", "Can view telemetry"),
            ("manage_telemetry", "Can manage telemetry"),
        )

    def __str__(self) -> str:
        return "telemetry"
