"""The command, run on a store of this test's own."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.requests.kept import Kept
from vedette.background.worker import Worker
from vedette.cli.site import Site
from vedette.management.commands.vedette import Command

NOW = dt.datetime(2026, 3, 18, 14, 0, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command wrote, and how it ended."""

    out: str
    error: str
    code: int

    @property
    def lines(self) -> list[str]:
        """The lines that were written."""
        return self.out.splitlines()

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The objects that were written, one a line."""
        return [json.loads(line) for line in self.lines]


Run = Callable[..., Ran]


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """Give an empty store."""
    return Kept(tmp_path, now=NOW)


@pytest.fixture
def vedette(kept: Kept) -> Run:
    """Give a function that runs ``manage.py vedette`` with some arguments."""

    def no_worker() -> Worker:
        raise AssertionError("this command does no background work")

    site = Site(
        store=lambda: kept.store,
        catalogue=lambda: kept.catalogue,
        worker=no_worker,
        behind_s=lambda: 0.0,
        now=lambda: NOW,
    )

    def run(*arguments: str | Sequence[str]) -> Ran:
        out = io.StringIO()
        try:
            call_command(Command(site=site), *arguments, stdout=out)
        except CommandError as error:
            return Ran(out.getvalue(), str(error), error.returncode)
        return Ran(out.getvalue(), "", 0)

    return run
