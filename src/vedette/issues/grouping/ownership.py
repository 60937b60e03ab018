"""Whose code a frame is: the site's own or a library's, and whether it tells anything: `judged`.

What the SDK said of a frame (`in_app`) holds, unless a rule below knows better: SDKs do not know a `vendor` folder from
the site's own, and count what a compiler put in as the site's.  Where the SDK said nothing of any frame, each is the
site's that no rule takes for a library's.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import NamedTuple

from vedette.issues.grouping.families import family_of
from vedette.wire.values import Mapping, text_of

_LONGEST_KEPT = 1000
"""What is longer is cut before it is remembered: a sender could fill the memory with it."""
_LIBRARY_PATHS = re.compile(
    r"""
    /(?:site-packages|dist-packages|node_modules|vendor)/
    | \A/usr/local/(?:lib|cellar)/
    | /\.local/share/
    | /go/pkg/mod/
    | https://(?:unpkg\.com|cdnjs\.cloudflare\.com|cdn\.jsdelivr\.net|esm\.run)/
    | /[^/]*(?:newrelic|logrocket)[^/]*/
    """,
    re.VERBOSE,
).search
_LIKELY_LIBRARY_PATHS = re.compile(
    r"\A/(?:node:|<frozen |usr/lib/|usr/share/)|/lib/python[0-9.]+/|/gems/|/usr/local/go/src/"
).search
"""What is a library's where the SDK did not say."""
_TOLD_BY_PATH = "newrelic", "logrocket"
_FRAMEWORKS = re.compile(
    r"""
    (?: akka | com\.fasterxml | com\.microsoft | com\.sun | feign | io\.opentelemetry | io\.sentry | jdk | oauth
      | org\.apache | org\.glassfish | org\.jboss | org\.jdesktop | org\.postgresql | org\.springframework | org\.web3j
      | reactor\.core | scala | sun | kotlin | kotlinx | io\.ktor | io\.netty )\. | unpkg/
    """,
    re.VERBOSE,
).match
_STANDARD = re.compile(
    r"(?:java|javax\.crypto|com\.google\.crypto|com\.google\.android|android|androidx)\."
).match
_POLYFILLS = ("@babel/", "core-js/", "regenerator-runtime/", "tslib/")
_QUEUES = frozenset(
    {"runMicrotasks", "queueMicrotask", "processTicksAndRejections", "runNextTicks", "nextTick"}
)
_THREAD_POOL = "java.util.concurrent.ThreadPoolExecutor"

_LIBRARY, _NOISE, _LIKELY, _STD, _BASE, _SPAWN, _REPORT = (1 << bit for bit in range(7))


class Judgement(NamedTuple):
    """What is thought of a frame: whether it is the site's own, and whether it says where something happened."""

    is_own: bool
    tells: bool


def judged(frames: Sequence[Mapping], *, platform: str) -> list[Judgement]:
    """Return a judgement of each of *frames*, the oldest call first, as the event's *platform* has it."""
    flags = [_flags_of(frame, platform) for frame in frames]
    if any(flag & (_STD | _BASE | _SPAWN | _REPORT) for flag in flags):
        _mark_neighbours(frames, flags)
    said = [frame.get("in_app") for frame in frames]
    is_silent = not any(isinstance(word, bool) for word in said)
    return [
        Judgement(
            is_own=not flag & _LIBRARY and (word is True or (is_silent and not flag & (_LIKELY | _STD))),
            tells=not flag & _NOISE,
        )
        for flag, word in zip(flags, said, strict=True)
    ]


def _flags_of(frame: Mapping, platform: str) -> int:
    path = frame.get("abs_path") or frame.get("filename")
    module, function, own = frame.get("module"), frame.get("function"), frame.get("platform")
    if own or type(path) is not str or type(module) is not str or type(function) is not str:
        path, module, function = text_of(path), text_of(module), text_of(function)
        platform = text_of(own) or platform
    if len(path) + len(module) + len(function) > _LONGEST_KEPT:
        path, module, function = path[:300], module[:300], function[:300]
    return _flags(path, module, function, platform)


@functools.lru_cache(maxsize=8192)
def _flags(path: str, module: str, function: str, platform: str) -> int:
    path = "/" + path.replace("\\", "/").lower().lstrip("/")
    flags = _LIBRARY if _LIBRARY_PATHS(path) or _FRAMEWORKS(module) else 0
    if any(name in path for name in _TOLD_BY_PATH) and flags & _LIBRARY:
        flags |= _NOISE
    if module.startswith(_POLYFILLS) or function in _QUEUES or module == "newrelic":
        flags |= _LIBRARY | _NOISE
    if module.startswith("io.sentry.") or module.startswith("java.lang.reflect."):
        flags |= _NOISE
    if _LIKELY_LIBRARY_PATHS(path):
        flags |= _LIKELY
    if family_of(platform) == "javascript":
        flags |= _LIBRARY | _NOISE if function == "_callSuper" else 0
        flags |= _LIBRARY | _REPORT if function == "reportError" else 0
    return flags | _position_flags(module, function)


def _position_flags(module: str, function: str) -> int:
    if function == "spawn_main":
        return _SPAWN
    if not _STANDARD(module):
        return 0
    if module.startswith(_THREAD_POOL) and function == "runWorker":
        return _BASE | _NOISE | _LIKELY
    if module == "java.lang.Class" and function == "getMethod":
        return _NOISE | _LIKELY
    return _LIKELY if module.startswith("java.lang.reflect.") else _STD


def _mark_neighbours(frames: Sequence[Mapping], flags: list[int]) -> None:
    """Mark the frames that tell nothing because of the frames around them.

    1. What calls a pool's worker, or a worker process's start, tells nothing.
    2. Of calls from the standard library into itself the first tells enough.
    3. What is called to report an error is not where it happened.
    """
    before = list(flags)
    for place, flag in enumerate(before):
        if place and flag & _STD and before[place - 1] & _STD:
            flags[place] |= _LIBRARY | _NOISE
        if flag & _SPAWN and place and frames[place - 1].get("function") == "<module>":
            flags[place - 1] |= _LIBRARY | _NOISE
        if flag & _BASE:
            for caller in range(place):
                flags[caller] |= _NOISE
        if flag & _REPORT:
            for called in range(place, len(flags)):
                flags[called] |= _LIBRARY
