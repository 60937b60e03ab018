"""The changes' table.

Times are microseconds since 1970-01-01 UTC, as in the catalogue.
"""

from __future__ import annotations

from django.db import models

from vedette.catalogue.fields import JSONColumn


class ChangeRow(models.Model):
    """Something went from one state to another: "X went from A to B because R at T"; see `vedette.changes.queries.Change`."""

    at_us = models.BigIntegerField()
    service = models.CharField(max_length=200)
    subject = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=64)
    title = models.CharField(max_length=250)
    before = models.CharField(max_length=32)
    after = models.CharField(max_length=32)
    reason = models.CharField(max_length=500)
    actor = models.CharField(max_length=150)
    details = JSONColumn(default=dict)

    class Meta:
        app_label = "vedette"
        db_table = "vedette_change"
        indexes = (models.Index(fields=["subject", "subject_id", "id"], name="vedette_change_subject"),)

    def __str__(self) -> str:
        return f"{self.subject} {self.subject_id}: {self.before} → {self.after}"
