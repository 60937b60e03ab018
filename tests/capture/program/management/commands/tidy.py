"""A command that does some of everything."""

from __future__ import annotations

import logging
import sys
from typing import Any

from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection


class Untidy(Exception):
    """An error of the site's own."""


class Command(BaseCommand):
    """Tidy up, and end in the way that is asked for."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add how it ends, and how many queries it makes."""
        parser.add_argument("--end", default="")
        parser.add_argument("--queries", type=int, default=1)
        parser.add_argument("--calls", default="")
        parser.add_argument("--password", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """Query, look into the cache, log, and end."""
        with connection.cursor() as cursor:
            for number in range(options["queries"]):
                cursor.execute("SELECT %s", [number])
        cache.get("dust")
        logging.getLogger("tidy").info("tidied")
        if options["calls"]:
            call_command(options["calls"])
        _end(options["end"])


def _end(way: str) -> None:
    if way == "exception":
        raise Untidy("too much dust")
    if way == "command error":
        raise CommandError("no such room", returncode=3)
    if way == "exit":
        sys.exit(4)
    if way == "interrupt":
        raise KeyboardInterrupt
