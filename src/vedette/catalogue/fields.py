"""Columns of the state database that Django has not."""

from __future__ import annotations

from django.core.checks import CheckMessage
from django.db import models


class JSONColumn(models.JSONField):
    """Django's JSONField without its check.

    From Django 6.1 on, each ``manage.py check`` asks the database whether it knows JSON, and so opens it; a new site's state
    database is not there yet, and the site's own command would fail over it.  All that Vedette works with know JSON.
    """

    def _check_supported(self, databases: object) -> list[CheckMessage]:
        return []
