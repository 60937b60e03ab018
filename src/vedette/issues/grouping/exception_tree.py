"""Groups of exceptions, such as Python's `ExceptionGroup`: which of them an event is about (Sentry's RFC 79)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from vedette.wire.values import Mapping, dict_of, text_of


def relevant(
    exceptions: Sequence[Mapping], *, key_of: Callable[[Mapping], Hashable]
) -> tuple[list[Mapping], Mapping | None]:
    """Return those of *exceptions* that count, and the one to name the event by where it is not the last.

    1. Build the tree that `exception_id` and `parent_id` tell of.  All of *exceptions* count where it is no tree: ids
       that are missing or given twice, a parent of itself, no root (id 0), a circle.
    2. Collect what is directly below groups and is no group itself, in the reverse order of types.
    3. Keep one of each *key_of*.  If one is left, it counts with what led to it, and the groups around it do not; if
       more are, they count with the outermost group.
    """
    whole = list(exceptions)
    tree = _tree(exceptions) if len(exceptions) > 1 else None
    if tree is None:
        return whole, None
    root, children = tree
    tops = _tops(root, children)
    if not tops:
        return whole, None
    tops.sort(key=lambda thrown: text_of(thrown.get("type")), reverse=True)
    distinct = list({key_of(thrown): thrown for thrown in reversed(tops)}.values())[::-1]
    if len(distinct) > 1:
        return [*distinct, root], None
    path = _first_path(distinct[0], children)
    return (path, distinct[0]) if path else (whole, None)


_Children = dict[int, list[Mapping]]


def _id_of(thrown: Mapping, key: str) -> int | None:
    number = dict_of(thrown.get("mechanism")).get(key)
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _tree(exceptions: Sequence[Mapping]) -> tuple[Mapping, _Children] | None:
    by_id: dict[int, Mapping] = {}
    children: _Children = {}
    for thrown in reversed(exceptions):
        number, parent = _id_of(thrown, "exception_id"), _id_of(thrown, "parent_id")
        if number is None or number == parent or number in by_id:
            return None
        by_id[number] = thrown
        if parent is not None:
            children.setdefault(parent, []).append(thrown)
    return (by_id[0], children) if 0 in by_id else None


def _children_of(thrown: Mapping, children: _Children) -> list[Mapping]:
    number = _id_of(thrown, "exception_id")
    return children.get(number, []) if number is not None else []


def _tops(root: Mapping, children: _Children) -> list[Mapping]:
    """Return what is below groups, in the order of the tree; none where the tree goes round in a circle."""
    found, waiting, seen = [], [root], set()
    while waiting:
        thrown = waiting.pop()
        if id(thrown) in seen:
            return []
        seen.add(id(thrown))
        if dict_of(thrown.get("mechanism")).get("is_exception_group"):
            waiting.extend(reversed(_children_of(thrown, children)))
        else:
            found.append(thrown)
    return found


def _first_path(thrown: Mapping, children: _Children) -> list[Mapping]:
    path, seen = [thrown], {id(thrown)}
    while below := _children_of(path[-1], children):
        if id(below[0]) in seen:
            return []
        seen.add(id(below[0]))
        path.append(below[0])
    return path
