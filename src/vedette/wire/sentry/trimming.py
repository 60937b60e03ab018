"""Events that are too large for a line of the journal, cut to what tells most."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vedette.wire import documents
from vedette.wire.values import Mapping

MOST_CHARS = 192 * 1024
"""A journal's line is at most 256 KiB, with the other fields beside the event."""
_LONGEST = 8192
_ESSENTIAL = (
    "event_id",
    "timestamp",
    "platform",
    "level",
    "release",
    "environment",
    "transaction",
    "sdk",
    "user",
)
_FIRST = (*_ESSENTIAL, "exception", "logentry", "contexts", "tags", "request")


def trimmed(event: Mapping, *, size: int) -> Mapping:
    """Return *event*, sent as *size* bytes of JSON, cut where it is larger than `MOST_CHARS`.

    Parts go in the order of what they tell: long values, package lists, variables of frames that are not the site's, old
    breadcrumbs, all variables, source, extra data.
    """
    if size <= MOST_CHARS // 2:  # a message without arguments is kept twice, so an event may grow
        return event
    for step in _STEPS:
        if len(documents.encode(event)) <= MOST_CHARS:
            return event
        event = step(event)
    if len(documents.encode(event)) <= MOST_CHARS:
        return event
    return {key: _clipped(event[key], 200, 20) for key in _ESSENTIAL if key in event}


def _clipped(value: Any, chars: int, items: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= chars else value[: chars - 1] + "…"
    if isinstance(value, dict):
        return {key[:200]: _clipped(item, chars, items) for key, item in list(value.items())[:items]}
    if isinstance(value, list):
        return [_clipped(item, chars, items) for item in value[:items]]
    return value


def _without(*keys: str) -> Callable[[Mapping], Mapping]:
    return lambda event: {key: value for key, value in event.items() if key not in keys}


def _fewer_breadcrumbs(event: Mapping) -> Mapping:
    crumbs = event.get("breadcrumbs", {}).get("values", [])[-20:]
    return {**event, "breadcrumbs": {"values": _clipped(crumbs, 500, 20)}} if crumbs else event


def _is_mapped(event: Mapping) -> bool:
    # By the ids in `debug_meta` the source maps of an event's scripts are found.
    return event.get("platform") in ("javascript", "node")


def _frames(change: Callable[[Mapping], Mapping]) -> Callable[[Mapping], Mapping]:
    def step(event: Mapping) -> Mapping:
        changed = dict(event)
        for part in ("exception", "threads"):
            if part in event:
                changed[part] = {"values": [_changed(item, change) for item in event[part]["values"]]}
        return changed

    return step


def _changed(thrown: Mapping, change: Callable[[Mapping], Mapping]) -> Mapping:
    trace = thrown.get("stacktrace")
    if not isinstance(trace, dict) or not isinstance(trace.get("frames"), list):
        return thrown
    return {**thrown, "stacktrace": {**trace, "frames": [change(frame) for frame in trace["frames"]]}}


def _library_frame(frame: Mapping) -> Mapping:
    return frame if frame.get("in_app") else _bare_frame(frame)


def _bare_frame(frame: Mapping) -> Mapping:
    return {key: value for key, value in frame.items() if key != "vars"}


def _located_frame(frame: Mapping) -> Mapping:
    return {key: frame[key] for key in ("filename", "module", "function", "lineno", "in_app") if key in frame}


def _few_frames(thrown: Mapping) -> Mapping:
    trace = thrown.get("stacktrace")
    frames = trace.get("frames") if isinstance(trace, dict) else None
    if not isinstance(frames, list):
        return thrown
    return {**thrown, "stacktrace": {"frames": _clipped(frames[:15] + frames[15:][-15:], 300, 30)}}


def _few_thrown(event: Mapping) -> Mapping:
    changed = {key: event[key] for key in _FIRST if key in event}
    changed |= {key: value for key, value in event.items() if key != "threads"}
    if "exception" in event:
        changed["exception"] = {"values": [_few_frames(item) for item in event["exception"]["values"][-10:]]}
    return _clipped(changed, 1000, 50)  # type: ignore[no-any-return]


_STEPS: tuple[Callable[[Mapping], Mapping], ...] = (
    lambda event: {key: _clipped(value, _LONGEST, 300) for key, value in event.items()},
    lambda event: (_without("modules") if _is_mapped(event) else _without("modules", "debug_meta"))(event),
    _frames(_library_frame),
    _fewer_breadcrumbs,
    _frames(_bare_frame),
    _without("modules", "debug_meta", "extra"),
    _frames(_located_frame),
    _few_thrown,
)
