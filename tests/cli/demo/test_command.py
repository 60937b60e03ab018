"""The options of `vedette demo`."""

from __future__ import annotations

import argparse
import datetime as dt

import pytest

from vedette.cli.demo import command
from vedette.cli.demo.people import make_people
from vedette.cli.options import UsageError
from vedette.cli.output import Output
from vedette.cli.site import Site


class _Stream:
    """Takes whatever is written."""

    def write(self, text: str, /) -> None:
        """Drop it."""

    def flush(self) -> None:
        """Do nothing."""

    def isatty(self) -> bool:
        """Tell that nobody reads."""
        return False


def _unused() -> object:
    raise AssertionError("not to be asked for")


def _options(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(exit_on_error=False)
    command.add_arguments(parser)
    options = parser.parse_args(arguments)
    options.site = Site(
        store=_unused,  # type: ignore[arg-type]
        catalogue=_unused,  # type: ignore[arg-type]
        worker=_unused,  # type: ignore[arg-type]
        behind_s=lambda: 0.0,
        now=lambda: dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )
    return options


@pytest.mark.parametrize(
    "arguments",
    [
        ("--url", "nonsense"),
        ("--url", "ftp://127.0.0.1"),
        ("--url", "http://127.0.0.1:99999"),
        ("--url", "http://127.0.0.1/somewhere"),
        ("--rate", "0"),
        ("--people", "many"),
        ("--backfill", "soon"),
        ("--seed", "x"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(arguments: tuple[str, str]) -> None:
    with pytest.raises(argparse.ArgumentError):
        _options(*arguments)


@pytest.mark.parametrize("url", ["https://todo.example", "http://192.0.2.1:8000", "http://localhost.example"])
def test_another_machine_is_left_alone_unless_that_is_meant(url: str) -> None:
    with pytest.raises(UsageError, match="--allow-remote"):
        command.run(_options("--url", url), Output(_Stream()))


@pytest.mark.parametrize("length", ["1s", "500d"])
def test_a_past_that_is_too_short_or_too_long_is_refused(length: str) -> None:
    with pytest.raises(UsageError, match="--backfill"):
        command.run(_options("--backfill", length), Output(_Stream()))


def test_people_are_different_and_the_same_for_the_same_seed() -> None:
    people = make_people(100, seed=3)
    assert len({person.username for person in people}) == 100
    assert people == make_people(100, seed=3)
    assert people != make_people(100, seed=4)
