"""An event's JSON, read only as far as grouping looks at it.

Most of an event is local variables, the lines around each frame, breadcrumbs and contexts: none of it says which issue the
event belongs to, and it takes longer to make objects of than all the rest.
"""

from __future__ import annotations

from typing import Any, TypedDict

import msgspec

from vedette.wire.values import Mapping, dict_of


class _Frame(TypedDict, total=False):
    abs_path: Any
    colno: Any
    context_line: Any
    data: Any
    filename: Any
    function: Any
    in_app: Any
    lineno: Any
    module: Any
    package: Any
    platform: Any
    raw_function: Any


class _Trace(TypedDict, total=False):
    frames: list[_Frame]


class _Thrown(TypedDict, total=False):
    mechanism: Any
    module: Any
    stacktrace: _Trace | None
    type: Any
    value: Any


class _Chain(TypedDict, total=False):
    values: list[_Thrown]


class _Thread(TypedDict, total=False):
    crashed: Any
    current: Any
    stacktrace: _Trace | None


class _Threads(TypedDict, total=False):
    values: list[_Thread]


class _Event(TypedDict, total=False):
    checksum: Any
    csp: Any
    culprit: Any
    environment: Any
    exception: _Chain | None
    expectct: Any
    expectstaple: Any
    fingerprint: Any
    hpkp: Any
    level: Any
    logentry: Any
    logger: Any
    main_exception_id: Any
    message: Any
    nel: Any
    platform: Any
    release: Any
    sdk: Any
    stacktrace: _Trace | None
    tags: Any
    template: Any
    threads: _Threads | None
    transaction: Any


_decode = msgspec.json.Decoder(_Event).decode


def read_event(payload: bytes | msgspec.Raw) -> Mapping:
    """Return what `group` looks at of the event in *payload*.

    Raises:
        msgspec.DecodeError: If it is no JSON.
    """
    try:
        return dict(_decode(payload))
    except msgspec.ValidationError:
        # In one of the shapes that events had before they were brought into one.
        return dict_of(msgspec.json.decode(payload))


def reduced(event: Mapping) -> Mapping:
    """Return what `group` looks at of *event*."""
    try:
        return dict(msgspec.convert(event, _Event))
    except msgspec.ValidationError:
        return event
