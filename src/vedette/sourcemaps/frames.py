"""The frames of an event that a map can tell of, and an event with what was written in their place.

What was sent stays beside it as `raw_stacktrace`, as in Sentry's own events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vedette.sourcemaps import paths
from vedette.sourcemaps.bundle import debug_id_of
from vedette.wire.values import dict_of, list_of, text_of

Event = dict[str, Any]
Frame = dict[str, Any]
MOST_MAPPED = 100
"""Frames of one stack trace, the innermost; what is further out stays as it was sent."""
MOST_CONTEXT_CHARS = 96 * 1024
"""What an event may grow by lines of source."""
_PLATFORMS = frozenset({"javascript", "node"})
_SCHEMES = (
    "http://",
    "https://",
    "app:",
    "file://",
    "capacitor://",
    "ionic://",
    "webpack-internal://",
    "chrome-extension://",
)
ERROR, DEBUG_ID = "sourcemap_error", "debug_id"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a script, as a frame names it: line and column count from 1. `function` is the minified one."""

    script: str
    debug_id: str
    line: int
    column: int
    function: str


@dataclass(frozen=True, slots=True)
class Original:
    """What was written there: lines and columns count from 1; `map` is the address of the map that tells it."""

    path: str
    absolute: str
    function: str
    line: int
    column: int
    is_library: bool
    map: str
    resolved_by: str
    before: tuple[str, ...] = ()
    code: str | None = None
    after: tuple[str, ...] = ()

    @property
    def chars(self) -> int:
        """How much its lines of source take."""
        return len(self.code or "") + sum(map(len, (*self.before, *self.after)))


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Why there is nothing in a frame's place, in one word."""

    reason: str


Locate = Callable[[Place], "Original | Unmapped | None"]
"""Tells what was written at a place; None where nothing is to be said of it."""


def is_javascript(event: Mapping[str, Any]) -> bool:
    """Tell whether *event* may have frames that a map can tell of."""
    return text_of(event.get("platform")) in _PLATFORMS


def debug_ids_of(event: Mapping[str, Any]) -> dict[str, str]:
    """Return the debug ids of the scripts of *event* by their addresses without a query."""
    images = dict_of(event.get("debug_meta")).get("images")
    found = {}
    for image in images if isinstance(images, list) else ():
        if isinstance(image, dict) and image.get("type") == "sourcemap":
            id = debug_id_of(text_of(image.get("debug_id")))
            if id:
                found[paths.without_query(text_of(image.get("code_file")))] = id
    return found


def places_of(event: Mapping[str, Any]) -> Iterator[Place]:
    """Yield the places that the frames of *event* name."""
    ids = debug_ids_of(event)
    for trace in _traces(event):
        for frame in trace["frames"][-MOST_MAPPED:]:
            if (place := _place(frame, ids)) is not None:
                yield place


def mapped(event: Event, locate: Locate) -> bool:
    """Put into the frames of *event* what was written there; tell whether anything changed."""
    ids, room, is_changed = debug_ids_of(event), MOST_CONTEXT_CHARS, False
    for owner in _owners(event):
        frames = owner["stacktrace"]["frames"]
        made = list(frames)
        is_any = False
        # The innermost first: where the room for lines of source is short, theirs tell most.
        for number in reversed(range(max(0, len(frames) - MOST_MAPPED), len(frames))):
            place = _place(frames[number], ids)
            told = None if place is None else locate(place)
            if place is None or told is None:
                continue
            is_changed = True
            if isinstance(told, Unmapped):
                made[number] = _noted(frames[number], told, place)
                continue
            is_any = True
            made[number] = _put(frames[number], told, place, has_room=told.chars <= room)
            room -= told.chars
        if is_any:
            owner["raw_stacktrace"] = {"frames": frames}
        owner["stacktrace"] = {**owner["stacktrace"], "frames": made}
    return is_changed


def _traces(event: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    return (owner["stacktrace"] for owner in _owners(event))


def _owners(event: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what has a stack trace with frames: exceptions, threads, the event itself."""
    for part in ("exception", "threads"):
        yield from (each for each in list_of(event.get(part)) if isinstance(each, dict) and _has_frames(each))
    if isinstance(event, dict) and _has_frames(event):
        yield event


def _has_frames(owner: Mapping[str, Any]) -> bool:
    trace = owner.get("stacktrace")
    # A trace that has been mapped is not mapped again.
    return isinstance(trace, dict) and isinstance(trace.get("frames"), list) and "raw_stacktrace" not in owner


def _place(frame: object, ids: Mapping[str, str]) -> Place | None:
    if not isinstance(frame, dict) or text_of(frame.get("platform") or "javascript") not in _PLATFORMS:
        return None
    script = text_of(frame.get("abs_path") or frame.get("filename"))
    line, column = frame.get("lineno"), frame.get("colno")
    id = ids.get(paths.without_query(script), "")
    if type(line) is not int or line < 1 or not (id or script.startswith(_SCHEMES)):
        return None
    known = column if isinstance(column, int) and column >= 1 else 0
    return Place(script, id, line, int(known), text_of(frame.get("function")))


def _noted(frame: Frame, told: Unmapped, place: Place) -> Frame:
    data = {**dict_of(frame.get("data")), ERROR: told.reason}
    if place.debug_id:
        data[DEBUG_ID] = place.debug_id
    return {**frame, "data": data}


def _put(frame: Frame, told: Original, place: Place, *, has_room: bool) -> Frame:
    made = {
        **frame,
        "filename": told.path,
        "abs_path": told.absolute,
        "module": paths.module_of(told.path),
        "function": told.function,
        "lineno": told.line,
        "colno": told.column,
        "data": {
            **dict_of(frame.get("data")),
            "sourcemap": told.map,
            "symbolicated": True,
            "resolved_with": told.resolved_by,
        },
    }
    if told.is_library:
        made["in_app"] = False
    for key in ("pre_context", "context_line", "post_context", "raw_function"):
        made.pop(key, None)
    if told.code is not None and has_room:
        made |= {
            "pre_context": list(told.before),
            "context_line": told.code,
            "post_context": list(told.after),
        }
    return made
