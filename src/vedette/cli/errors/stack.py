"""An event's stack trace as lines of text, the way Python writes its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vedette.cli.text import visible
from vedette.wire.values import dict_of, list_of, text_of

MOST_CHARS = 2000
MOST_FRAMES = 60


def lines_of(payload: Mapping[str, Any]) -> Iterator[str]:
    """Yield the exceptions of the event in *payload*, the cause first; its message where it has none."""
    thrown = [each for each in list_of(payload.get("exception")) if isinstance(each, dict)]
    for number, each in enumerate(thrown):
        if number:
            yield from ("", "which led to", "")
        yield from _frames(dict_of(each.get("stacktrace")))
        yield _named(each)
    if not thrown:
        yield from _frames(dict_of(payload.get("stacktrace")))
        entry = dict_of(payload.get("logentry"))
        if message := text_of(entry.get("formatted") or entry.get("message")):
            yield visible(message[:MOST_CHARS])


def _frames(stacktrace: Mapping[str, Any]) -> Iterator[str]:
    frames = [frame for frame in list_of(stacktrace.get("frames")) if isinstance(frame, dict)]
    if frames:
        yield "Traceback (most recent call last):"
    if len(frames) > MOST_FRAMES:
        yield f"  … {len(frames) - MOST_FRAMES} more"
    for frame in frames[-MOST_FRAMES:]:
        path = text_of(frame.get("abs_path") or frame.get("filename") or frame.get("module") or "?")
        line, function = text_of(frame.get("lineno")) or "?", text_of(frame.get("function")) or "?"
        mark = ">" if frame.get("in_app") else " "
        yield visible(f"{mark} File {path[:500]}, line {line}, in {function[:200]}")
        if source := text_of(frame.get("context_line")).strip():
            yield visible(f"      {source[:500]}")


def _named(thrown: Mapping[str, Any]) -> str:
    name = ".".join(text_of(thrown[key]) for key in ("module", "type") if thrown.get(key))
    value = text_of(thrown.get("value"))
    return visible(": ".join(text for text in (name, value[:MOST_CHARS]) if text) or "?")
