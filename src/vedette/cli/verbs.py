"""The verbs of ``manage.py vedette``; each is a module that is imported when its verb is used.

A verb's module has `add_arguments(parser)` and `run(options, output) -> int`, which returns the exit code; its docstring is
what ``--help`` says.
"""

from __future__ import annotations

import argparse
import importlib
from dataclasses import dataclass
from typing import Protocol, cast

from vedette.cli.output import Output


class Module(Protocol):
    """What a verb's module has."""

    __doc__: str | None

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the verb's own arguments."""
        ...

    def run(self, options: argparse.Namespace, output: Output) -> int:
        """Do it, and return the exit code."""
        ...


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb, where it lives, and what it is for."""

    name: str
    module: str
    help: str

    def load(self) -> Module:
        """Import the verb's module."""
        return cast(Module, importlib.import_module(self.module))


VERBS = (
    Verb("run", "vedette.cli.run", "do the background work until told to stop (production: one per host)"),
    Verb("tick", "vedette.cli.tick", "do the background work that is due, once (from cron)"),
    Verb(
        "doctor",
        "vedette.cli.doctor",
        "look for what is not wired, not running or lost, and say how to mend it",
    ),
    Verb(
        "status",
        "vedette.cli.status",
        "show what is stored, how far behind the drain is, who leads, what was lost",
    ),
    Verb("logs", "vedette.cli.logs", "search, follow and count log records"),
    Verb("requests", "vedette.cli.requests", "search and rank requests"),
    Verb("errors", "vedette.cli.errors", "list issues, look at one, and resolve, ignore or assign them"),
    Verb(
        "dsn", "vedette.cli.dsn", "show, make, replace or switch off the key with which a service sends here"
    ),
    Verb("release", "vedette.cli.release", "announce releases, say what they bring and where they went"),
    Verb(
        "token", "vedette.cli.token", "make, list or switch off the tokens with which programs call the API"
    ),
    Verb("sourcemaps", "vedette.cli.sourcemaps", "list or remove uploaded source maps"),
    Verb("sql", "vedette.cli.sql", "answer one read-only SQL statement"),
    Verb("prune", "vedette.cli.prune", "remove records past their time, now"),
    Verb("demo", "vedette.cli.demo.command", "drive the todo site, or make up a past for it"),
)
