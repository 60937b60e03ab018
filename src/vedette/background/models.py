"""The lease's table."""

from __future__ import annotations

from django.db import models


class LeaseRow(models.Model):
    """Who leads; `renewals` grows with every renewal, which is how others see that the holder lives."""

    name = models.CharField(max_length=100, unique=True)
    holder = models.CharField(max_length=200)
    expires_us = models.BigIntegerField()
    renewals = models.BigIntegerField(default=0)

    class Meta:
        app_label = "vedette"
        db_table = "vedette_lease"

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}"
