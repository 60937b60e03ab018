"""A frame of a minified script says why no source map told what was written, and what was sent stays to be seen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.events import raised, thrown
from vedette.web.event.exceptions import Thrown
from vedette.web.event.minified import note_of
from vedette.web.event.view import view_of

SCRIPT = "https://shop.example/static/app.min.js?v=3"


def at(column: int = 7, **data: Any) -> dict[str, Any]:
    """Return a frame of the script."""
    return {"abs_path": SCRIPT, "function": "i", "lineno": 1, "colno": column, "in_app": True, "data": data}


@pytest.mark.parametrize(
    ("frame", "note"),
    [
        (at(sourcemap_error="unknown_id", debug_id="a1"), "No source map for app.min.js: debug id a1 was not uploaded."),
        (at(sourcemap_error="no_map"), "No source map for app.min.js was uploaded for this release."),
        (at(5000), "This looks minified, and there was no source map for it when it came: `sentry-cli sourcemaps upload` brings one."),
        (at(5000, sourcemap="~/app.min.js.map"), ""),
        (at(), ""),
        (at(sourcemap_error="<script>"), ""),
        (at(sourcemap_error={"a": 1}), ""),
        ({"abs_path": "/srv/shop/views.py", "colno": 5000}, ""),
        ({"data": {"sourcemap_error": "damaged"}}, "The source map of the script cannot be read: it is damaged, too large, or none of version 3."),
    ],
)  # fmt: skip
def test_a_frame_says_why_it_is_minified(frame: dict[str, Any], note: str) -> None:
    assert note_of(frame) == note


def test_every_reason_that_the_drain_gives_has_words() -> None:
    from vedette.sourcemaps.locating import REASONS

    assert [reason for reason in REASONS if not note_of(at(sourcemap_error=reason))] == []


def shown(platform: str) -> Thrown:
    """Return an exception with both stack traces, as the page shows it."""
    item = {
        **thrown("E", "v", at(5000, sourcemap="a.map")),
        "raw_stacktrace": {"frames": [at(5000), at(6000)]},
    }
    return view_of({**raised(item), "platform": platform}).exceptions[0]


def test_what_was_sent_is_shown_beside_what_was_written() -> None:
    minified = shown("javascript").minified
    assert minified is not None
    assert minified.frames == 2
    assert [call.note for run in minified.runs for call in run.frames] == ["", ""]


@pytest.mark.parametrize("is_newest_first", [True, False])
def test_the_same_note_is_said_once_on_the_frame_that_is_shown_first(is_newest_first: bool) -> None:
    frames = [{**at(column, sourcemap_error="no_map"), "function": f"f{column}"} for column in range(3)]
    trace = view_of(raised(thrown("E", "v", *frames)), is_newest_first=is_newest_first).exceptions[0].trace
    assert trace is not None
    notes = [bool(call.note) for run in trace.runs for call in run.frames]
    assert notes == [True, False, False]


def test_what_other_platforms_mean_by_it_is_not_shown() -> None:
    assert shown("native").minified is None
