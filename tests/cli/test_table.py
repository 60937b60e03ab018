"""Tables, text and figures on a terminal."""

from __future__ import annotations

import datetime as dt
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.cli import words
from vedette.cli.output import Output, plain
from vedette.cli.table import Column, render
from vedette.cli.text import cut, visible, width_of


class Terminal(io.StringIO):
    """A stream that a person reads."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_columns_are_as_wide_as_their_values() -> None:
    columns = [Column("name"), Column("count", "right")]

    assert list(render(columns, [("a", "1"), ("longer", "1,000")], width=None)) == [
        "name    count",
        "a           1",
        "longer  1,000",
    ]


def test_only_flexible_columns_are_cut_and_the_widest_first() -> None:
    columns = [Column("id"), Column("path", is_flexible=True), Column("text", is_flexible=True)]
    row = ("0123456789", "/a/path/of/20/letters", "x" * 60)

    lines = list(render(columns, [row], width=60))

    assert lines[1] == f"0123456789  /a/path/of/20/letters  {'x' * 24}…"
    assert width_of(lines[1]) == 60


@given(st.lists(st.tuples(st.text(), st.text(), st.text()), max_size=5), st.integers(40, 120))
def test_no_line_is_wider_than_the_terminal(rows: list[tuple[str, str, str]], width: int) -> None:
    columns = [Column(title, is_flexible=True) for title in "abc"]

    for line in render(columns, rows, width=width):
        assert width_of(line) <= width
        assert "\n" not in line
        assert "\x1b" not in line


def test_wide_characters_take_two_columns() -> None:
    assert (width_of("日本"), width_of("é"), width_of("e\u0301")) == (4, 1, 1)
    assert cut("日本語", 5) == "日本…"


def test_what_would_act_on_the_terminal_is_shown_instead() -> None:
    assert visible("a\x1b[31mb\r\nc\td\x9be") == "a\\x1b[31mb␍⏎c d\\x9be"


def test_json_holds_nothing_that_would_act_on_the_terminal() -> None:
    terminal, value = Terminal(), {"a": "\x1b[2J\x9b1m\u202e\x7f"}
    Output.to(terminal).document(value)
    text = terminal.getvalue().rstrip("\n")
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(text) == value


@pytest.mark.parametrize(
    ("environ", "is_coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colours_are_for_terminals_that_want_them(environ: dict[str, str], is_coloured: bool) -> None:
    assert Output.to(Terminal(), environ=environ).is_coloured is is_coloured
    assert Output.to(io.StringIO(), environ=environ).is_coloured is False


def test_what_the_streams_encoding_lacks_is_escaped() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", newline="")
    Output.to(stream).line("naïve …")
    stream.flush()

    assert stream.buffer.getvalue() == b"na\\xefve \\u2026\n"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (float("nan"), None),
        (float("inf"), None),
        (1 << 60, str(1 << 60)),
        (dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "2026-01-01T00:00:00Z"),
        (dt.datetime(2026, 1, 1), "2026-01-01T00:00:00"),
        (dt.timedelta(milliseconds=1500), 1.5),
        ({"a": (1, [2.5, None, True])}, {"a": [1, [2.5, None, True]]}),
        (b"\x01\xff", "01ff"),
        ("\ud800", "?"),
    ],
)
def test_values_become_plain_json(value: object, expected: object) -> None:
    assert plain(value) == expected


@pytest.mark.parametrize(
    ("ms", "expected"),
    [
        (None, "-"),
        (0.0, "0.00 ms"),
        (0.456, "0.46 ms"),
        (12.34, "12.3 ms"),
        (123.4, "123 ms"),
        (999.7, "1.00 s"),
        (2500.0, "2.50 s"),
        (600_000.0, "10.0 min"),
        (7_200_000.0, "2.0 h"),
    ],
)
def test_durations_have_three_digits_that_matter(ms: float | None, expected: str) -> None:
    assert words.duration(ms) == expected


def test_sizes_shares_and_ages_are_short() -> None:
    now = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)

    assert [words.size(number) for number in (0, 999, 1500, 2_500_000, 10**13)] == [
        "0 B",
        "999 B",
        "1.5 kB",
        "2.5 MB",
        "10.0 TB",
    ]
    assert (words.share(None), words.share(0.1234)) == ("-", "12.3 %")
    ages = [
        words.ago(now - dt.timedelta(seconds=seconds), now=now) for seconds in (5, 300, 7200, 200_000, -5)
    ]
    assert ages == ["5 s ago", "5 minutes ago", "2 hours ago", "2 days ago", "in the future"]
