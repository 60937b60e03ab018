"""The documentation names every verb and every option of it."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from vedette.cli.verbs import VERBS, Verb

PAGE = Path(__file__).resolve().parents[2] / "docs" / "command-line.md"


def section_of(verb: str) -> str:
    """Return what the page says of *verb*."""
    _, found, rest = PAGE.read_text().partition(f"\n## {verb}\n")
    assert found, f"there is no heading {verb}"
    return rest.partition("\n## ")[0]


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_verb_has_a_heading_and_every_option_is_named(verb: Verb) -> None:
    section = section_of(verb.name)
    if verb.name == "demo":
        # Not for a site in production; its help is its documentation.
        return
    parser = argparse.ArgumentParser(add_help=False)
    verb.load().add_arguments(parser)

    for action in parser._actions:
        names = action.option_strings or [str(action.metavar)]
        assert any(name in section for name in names), names


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_verb_says_what_it_is_for(verb: Verb) -> None:
    assert verb.help
    assert (verb.load().__doc__ or "").strip()
