"""A command that is named as a server is."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection


class Command(BaseCommand):
    """Serve for a moment."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Query once."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if args or options["verbosity"] > 1:
            raise ValueError("the server fell over")
