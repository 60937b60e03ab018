"""The tokens' table.

Times are microseconds since 1970-01-01 UTC, as in the catalogue.
"""

from __future__ import annotations

from django.db import models

from vedette.catalogue.fields import JSONColumn


class TokenRow(models.Model):
    """What lets a program call the API. The token itself is kept nowhere: `digest` is its SHA-256.

    `service` is the only one that it may tell of, ``""`` where that is any; past `expires_us` it lets nobody in.
    `last_used_day` counts days since 1970-01-01 UTC: finer would be a write for each call.
    """

    name = models.CharField(max_length=100, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    scopes = JSONColumn(default=list)
    service = models.CharField(max_length=200, default="")
    made_by = models.CharField(max_length=150, default="")
    created_us = models.BigIntegerField()
    expires_us = models.BigIntegerField(null=True)
    disabled_us = models.BigIntegerField(null=True)
    last_used_day = models.IntegerField(null=True)

    class Meta:
        app_label = "vedette"
        db_table = "vedette_token"

    def __str__(self) -> str:
        return self.name
