"""Small events, as SDKs send them."""

from __future__ import annotations

from typing import Any

Event = dict[str, Any]


def raised(*exceptions: Event, platform: str = "python", **more: Any) -> Event:
    """Return an event with *exceptions*, in the order in which they were raised."""
    return {"platform": platform, "exception": {"values": list(exceptions)}, **more}


def error(kind: str = "", value: str = "", *frames: Event, **more: Any) -> Event:
    """Return an exception, raised through *frames*."""
    thrown: Event = {**({"type": kind} if kind else {}), **({"value": value} if value else {}), **more}
    if frames:
        thrown["stacktrace"] = {"frames": list(frames)}
    return thrown


def own(module: str, function: str = "", line: str = "", **more: Any) -> Event:
    """Return a frame of the site's own code."""
    return {"module": module, "function": function, "context_line": line, "in_app": True, **more}


def library(module: str, function: str = "", line: str = "", **more: Any) -> Event:
    """Return a frame of a library."""
    return own(module, function, line, **{"in_app": False, **more})


def traced(platform: str, *frames: Event) -> Event:
    """Return an event that is no more than a stack trace."""
    return {"platform": platform, "stacktrace": {"frames": list(frames)}}


def grouped(number: int, parent: int | None = None, *, is_group: bool = False) -> Event:
    """Return the mechanism of the exception *number* below *parent*."""
    mechanism: Event = {"exception_id": number, "is_exception_group": is_group}
    return {"mechanism": mechanism if parent is None else {**mechanism, "parent_id": parent}}
