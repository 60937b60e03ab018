"""What an issue is called, and where it happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vedette.issues.grouping.exceptions import Chain
from vedette.issues.grouping.places import frames_of
from vedette.issues.grouping.reports import blocked_by
from vedette.issues.grouping.strategies import crashed_thread, messages_of
from vedette.issues.grouping.traces import traced
from vedette.wire.values import Mapping, dict_of, integer_of, short, text_of

TITLE_CHARS = 250
_UNTITLED = "<no message>"
_UNKNOWN = ("?", "<unknown>")


class MainFrame(NamedTuple):
    """The frame that tells most of where something happened: the innermost of the site's own, else the innermost."""

    module: str
    path: str
    function: str
    line: int | None
    is_own: bool

    @property
    def place(self) -> str:
        """Return module or path, and function, as a culprit: ``shop.views in checkout``."""
        return " in ".join(part for part in (self.module or self.path, self.function) if part)


class Heading(NamedTuple):
    """How an event is called: a title of one line, what it consists of, and where it happened."""

    title: str
    culprit: str
    type: str
    value: str
    main_frame: MainFrame | None


def heading_of(event: Mapping, *, chain: Chain, platform: str) -> Heading:
    """Return how *event*, whose exceptions are in *chain*, is called."""
    main = main_frame_of(event, chain=chain, platform=platform)
    kind, value = _named(event, chain.main, main)
    culprit = _culprit(event, main)
    first = _first_line(value)
    title = f"{kind}: {first}" if kind and first else kind or first or culprit or _UNTITLED
    return Heading(
        short(title, TITLE_CHARS), short(culprit, TITLE_CHARS), short(kind, 500), short(value), main
    )


def main_frame_of(event: Mapping, *, chain: Chain, platform: str) -> MainFrame | None:
    """Return the frame of *event* that tells most of where it happened; None where it has no stack trace."""
    candidates = (
        chain.main.get("stacktrace"),
        event.get("stacktrace"),
        crashed_thread(event).get("stacktrace"),
    )
    for stacktrace in candidates:
        if frames := frames_of(stacktrace):
            return _innermost(frames, platform)
    return None


def _innermost(frames: Sequence[Mapping], platform: str) -> MainFrame:
    trace = traced(frames, platform=platform)
    frame = frames[trace.main]
    return MainFrame(
        module=short(frame.get("module") or "", 200),
        path=short(frame.get("filename") or frame.get("abs_path") or "", 200),
        function=short("" if frame.get("function") in _UNKNOWN else frame.get("function") or "", 200),
        line=integer_of(frame.get("lineno")),
        is_own=trace.places[trace.main].is_own,
    )


def _named(event: Mapping, main: Mapping, frame: MainFrame | None) -> tuple[str, str]:
    kind, value = text_of(main.get("type")), text_of(main.get("value"))
    if kind and dict_of(main.get("mechanism")).get("synthetic") and frame and frame.function:
        kind = frame.function  # the type is the SDK's own and the same for all
    if kind or value:
        return kind, value
    messages = list(messages_of(event))
    if messages:
        return "", messages[-1]
    if isinstance(event.get("csp"), dict):
        report = event["csp"]
        return (
            "",
            f"Blocked '{text_of(report.get('effective_directive')) or 'policy'}' from {blocked_by(report)}",
        )
    template = text_of(dict_of(event.get("template")).get("filename"))
    return "", f"Error in template {template}" if template else ""


def _culprit(event: Mapping, main: MainFrame | None) -> str:
    return text_of(event.get("culprit") or event.get("transaction")) or (main.place if main else "")


def _first_line(value: str) -> str:
    return next((line.strip() for line in value[:8192].splitlines() if line.strip()), "")
