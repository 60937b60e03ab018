"""The exceptions of an event: what was raised, by what, and in which group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vedette.web.event.frames import Trace, trace_of
from vedette.web.event.texts import Pair, Text, sorted_pairs, text
from vedette.wire.values import Mapping, dict_of, integer_of, list_of, text_of

_UNNAMED = "Exception"
_DEEPEST = 6
MOST_OPEN = 4
OPEN_AT_FIRST = 2
"""Of a longer chain the outermost exceptions are open at first, and the innermost, which began it."""


@dataclass(frozen=True, slots=True)
class Thrown:
    """An exception that was raised.

    `depth` is how far below the outermost it stands; `relation` says what it was to the one above it: ``cause of ValueError``.
    `minified` is the trace as it was sent, where `trace` says what was written.  `is_handled` is None where the SDK did not say;
    `is_open` tells whether its stack trace is shown at first.
    """

    type: str
    module: str
    value: Text
    depth: int
    relation: str
    is_handled: bool | None
    is_open: bool
    mechanism: str
    details: tuple[Pair, ...]
    trace: Trace | None
    minified: Trace | None


def exceptions_of(event: Mapping, *, is_newest_first: bool) -> tuple[Thrown, ...]:
    """Return what was raised, the outermost first, or last where the newest is not to be first."""
    found = [item for item in list_of(event.get("exception")) if isinstance(item, dict)]
    platform = text_of(event.get("platform")) or "other"
    walked = list(_walked(found))
    closed = range(OPEN_AT_FIRST, len(walked) - 1) if len(walked) > MOST_OPEN else range(0)
    thrown = [
        _thrown(
            item,
            depth=depth,
            parent=parent,
            platform=platform,
            is_open=place not in closed or not item.get("stacktrace"),
            is_newest_first=is_newest_first,
        )
        for place, (item, depth, parent) in enumerate(walked)
    ]
    return tuple(thrown if is_newest_first else thrown[::-1])


def _thrown(
    item: Mapping,
    *,
    depth: int,
    parent: Mapping | None,
    platform: str,
    is_open: bool,
    is_newest_first: bool,
) -> Thrown:
    mechanism = dict_of(item.get("mechanism"))
    handled = mechanism.get("handled")
    return Thrown(
        type=_name(item),
        module=text_of(item.get("module")),
        value=text(text_of(item.get("value"))),
        depth=min(depth, _DEEPEST),
        relation=_relation(mechanism, parent) if parent is not None else "",
        is_handled=handled if isinstance(handled, bool) else None,
        is_open=is_open,
        mechanism=text_of(mechanism.get("type")),
        details=sorted_pairs({**dict_of(mechanism.get("meta")), **dict_of(mechanism.get("data"))}),
        trace=trace_of(item.get("stacktrace"), platform=platform, is_newest_first=is_newest_first),
        minified=_minified(item, platform, is_newest_first),
    )


def _minified(item: Mapping, platform: str, is_newest_first: bool) -> Trace | None:
    # Other platforms' SDKs mean something else by it.
    if platform not in {"javascript", "node"}:
        return None
    raw = item.get("raw_stacktrace")
    return trace_of(raw, platform=platform, is_newest_first=is_newest_first, has_notes=False)


def _name(item: Mapping) -> str:
    return text_of(item.get("type")) or text_of(item.get("module")) or _UNNAMED


def _relation(mechanism: Mapping, parent: Mapping) -> str:
    source, name = text_of(mechanism.get("source")), _name(parent)
    if source == "__context__":
        return f"was being handled when {name} was raised"
    if source in {"__cause__", "cause", "InnerException"}:
        return f"cause of {name}"
    if dict_of(parent.get("mechanism")).get("is_exception_group"):
        return f"in the group {name}"
    return f"led to {name}"


def _walked(found: Sequence[Mapping]) -> Iterator[tuple[Mapping, int, Mapping | None]]:
    """Yield each exception with its depth and its parent, the outermost first.

    Ids tell of a tree; where they make none, each exception led to the one after it.
    """
    children = _children(found)
    if children is None:
        for depth, item in enumerate(reversed(found)):
            yield item, depth and 1, found[len(found) - depth] if depth else None
        return
    waiting: list[tuple[Mapping, int, Mapping | None]] = [(found[-1], 0, None)]
    while waiting:
        item, depth, parent = waiting.pop()
        yield item, depth, parent
        below = children.get(_id_of(item, "exception_id"), [])
        waiting.extend((child, depth + 1, item) for child in below)


_Children = dict[int | None, list[Mapping]]


def _children(found: Sequence[Mapping]) -> _Children | None:
    """Return the exceptions below each; None where their ids do not make one tree whose root comes last."""
    ids = [_id_of(item, "exception_id") for item in found]
    if len(found) < 2 or None in ids or len(set(ids)) != len(ids):
        return None
    children: _Children = {}
    for item in found[:-1]:
        parent = _id_of(item, "parent_id")
        if parent not in ids or parent == _id_of(item, "exception_id"):
            return None
        children.setdefault(parent, []).append(item)
    return children if _reached(ids[-1], children) == len(found) else None


def _reached(root: int | None, children: _Children) -> int:
    """Return how many exceptions hang together with the root: a circle is reached from nowhere."""
    count, waiting = 0, [root]
    while waiting:
        count += 1
        waiting.extend(_id_of(child, "exception_id") for child in children.get(waiting.pop(), ()))
    return count


def _id_of(item: Mapping, key: str) -> int | None:
    return integer_of(dict_of(item.get("mechanism")).get(key))
