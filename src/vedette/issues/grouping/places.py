"""Where something happened: a frame of a stack trace as far as it tells one place in the source from another."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from vedette.issues.grouping.families import JAVASCRIPT, NATIVE, SOURCE, is_url
from vedette.issues.grouping.generated import FUNCTIONS, java_class, java_file
from vedette.issues.grouping.ownership import Judgement, judged
from vedette.issues.grouping.symbols import symbol
from vedette.wire.values import Mapping, dict_of, text_of

_LONGEST_LINE = 120
"""A longer line is minified or generated: it tells of the build, not of the place."""
_LONGEST_KEPT = 1000
"""What is longer is not remembered: a sender could fill the memory with it."""
_NO_PLACE = frozenset({"[native code]", "native code", "eval code", "<anonymous>"})
_SAME = ("lineno", "function", "filename", "module", "abs_path", "colno", "package")


class Place(NamedTuple):
    """A frame: where it is, whether the code is the site's own, and whether it counts.

    `where` is the module, or the file's name where there is none; `line` the line of source.  Each is ``""`` where it is
    not known or would not tell.  Line numbers are no part of a place: they change with each edit above.
    """

    where: str
    function: str
    line: str
    is_own: bool
    counts: bool

    @property
    def texts(self) -> tuple[str, str, str]:
        """Return what is hashed."""
        return self.where, self.function, self.line


def frames_of(stacktrace: object) -> list[Mapping]:
    """Return the frames of *stacktrace*, the oldest call first; none where it has another shape."""
    frames = stacktrace.get("frames") if isinstance(stacktrace, dict) else stacktrace
    return [frame for frame in frames if isinstance(frame, dict)] if isinstance(frames, list) else []


def places_of(
    frames: Sequence[Mapping], *, platform: str, judgements: Sequence[Judgement] | None = None
) -> list[Place]:
    """Return the place of each of *frames*; *platform* is the event's, for frames that have none of their own.

    *judgements* are what `judged` says of them, where it was asked before.
    """
    if judgements is None:
        judgements = judged(frames, platform=platform)
    places = []
    before: Mapping = {}
    for frame, (is_own, tells) in zip(frames, judgements, strict=True):
        where, function, line, is_place = _place(frame, platform)
        counts = tells and is_place and bool(where or function or line) and not _is_recursion(frame, before)
        places.append(Place(where, function, line, is_own, counts))
        before = frame
    if len(places) == 1 and _is_loose(frames[0], platform):
        places[0] = places[0]._replace(counts=False)
    return places


def _place(frame: Mapping, platform: str) -> tuple[str, str, str, bool]:
    own = frame.get("platform")
    platform = text_of(own) if own else platform
    path, name = _text(frame, "abs_path"), _text(frame, "filename")
    function = _function(frame, platform)
    where = _where(path or name, name or _name_of(path), _text(frame, "module"), platform)
    line = _line(frame, path or name, function, platform) if platform in SOURCE else ""
    is_place = True
    if platform in JAVASCRIPT:
        is_place = function.rpartition(".")[2] != "eval" and (path or name) not in _NO_PLACE
        if line and _has_sourcemap(frame):
            function = ""  # names in source maps are guesses; the line is better
    if function and (clean := FUNCTIONS.get(platform)):
        function = clean(function)
    return where, function, line, is_place


def _function(frame: Mapping, platform: str) -> str:
    function, whole = _text(frame, "function"), frame.get("raw_function")
    if not whole:
        return "" if function == "?" else symbol(function) if platform in NATIVE else function
    if platform == "csharp" or not function:  # whose SDKs send the short name beside the whole one
        return _text(frame, "raw_function")
    return "" if function == "?" else function


def _text(frame: Mapping, key: str) -> str:
    value = frame.get(key)
    return value if type(value) is str else text_of(value)


def _where(path: str, name: str, module: str, platform: str) -> str:
    is_short = len(path) + len(name) + len(module) < _LONGEST_KEPT
    return (_short_where if is_short else _where_of)(path, name, module, platform)


def _where_of(path: str, name: str, module: str, platform: str) -> str:
    if module:
        if platform == "java":
            module = java_class(module)
        elif platform == "javascript" and "/" in module and path.endswith(module):
            module = ""  # no module's name, but the path of a URL
        if module:
            return module
    name = name.replace("\\", "/").rpartition("/")[2].lower()
    if is_url(path) or name in {"<anonymous>", "[native code]"}:
        return ""
    return java_file(name) if platform == "java" else name


_short_where = functools.lru_cache(maxsize=8192)(_where_of)


def _name_of(path: str) -> str:
    if "://" not in path:
        return path
    try:
        return urlsplit(path).path
    except ValueError:
        return path


def _line(frame: Mapping, path: str, function: str, platform: str) -> str:
    line = _text(frame, "context_line")
    if not line or len(line) > _LONGEST_LINE:
        return ""
    if platform in JAVASCRIPT and not function and is_url(path, with_files=True):
        return ""
    return " ".join(line.split())


def _has_sourcemap(frame: Mapping) -> bool:
    return dict_of(frame.get("data")).get("sourcemap") is not None


def _is_recursion(frame: Mapping, before: Mapping) -> bool:
    # Most frames differ in the first of these.
    return (
        bool(before)
        and frame.get("lineno") == before.get("lineno")
        and all(frame.get(key) == before.get(key) for key in _SAME)
    )


def _is_loose(frame: Mapping, platform: str) -> bool:
    """Return whether *frame*, alone in its stack trace, is no more than the page that a script ran on."""
    platform = _text(frame, "platform") or platform
    function = _text(frame, "function")
    path = _text(frame, "abs_path") or _text(frame, "filename")
    return platform in JAVASCRIPT and function in {"", "?"} and is_url(path, with_files=True)
