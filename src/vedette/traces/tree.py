"""The spans of a trace as a tree: who called whom, over all services.

What comes in was written by many processes: parents may be missing, ids may repeat or go round in a circle, and clocks
differ.  What comes out is a tree all the same, and says where it had to be mended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Interval:
    """What the tree needs to know of a span; times are microseconds.

    `clock` names the machine whose clock told the times.  Where it `begins` a service's part, a parent that is not here
    was elsewhere and is not missed.
    """

    id: str
    parent_id: str
    start_us: int
    duration_us: int
    clock: str = ""
    label: str = ""
    begins: bool = False


@dataclass(slots=True)
class Node:
    """A span in its place; `start_us` is right by the clock of the root, `shift_us` is what was added for that.

    `place` is the interval's number, None for a parent that is not here, which takes the time of its children.
    """

    id: str
    place: int | None
    start_us: int
    duration_us: int
    shift_us: int = 0
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    has_lost_parent: bool = False

    @property
    def end_us(self) -> int:
        """When it ended."""
        return self.start_us + self.duration_us


def build(intervals: Sequence[Interval]) -> list[Node]:
    """Return the roots of the tree of *intervals*, the earliest first; each interval is in it exactly once.

    1. A parent is the first interval that has its id; where parents go round in a circle, the earliest of it has none.
    2. Those whose parent is not here stand together below a node that stands for it, unless they begin a part.
    3. From the roots down, a span on another machine that begins before its parent is moved: its clock is behind.
    """
    parents = _without_circles(intervals, _parents(intervals))
    nodes = [Node(each.id, place, each.start_us, each.duration_us) for place, each in enumerate(intervals)]
    ids = {each.id for each in intervals}
    roots: list[Node] = []
    missing: dict[str, Node] = {}
    for node, each, parent in zip(nodes, intervals, parents, strict=True):
        if parent is not None:
            _put(node, nodes[parent])
        elif not each.parent_id or each.parent_id in ids or each.begins:
            node.has_lost_parent = bool(each.parent_id) and each.parent_id not in ids
            roots.append(node)
        else:
            _put(node, missing.setdefault(each.parent_id, Node(each.parent_id, None, 0, 0)))
    for stand_in in missing.values():
        _span_over(stand_in)
        roots.append(stand_in)
    _settle(roots, intervals)
    return sorted(roots, key=_order)


def walk(roots: Sequence[Node]) -> Iterator[Node]:
    """Yield each node before those below it."""
    waiting = list(reversed(roots))
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(node.children)


def _parents(intervals: Sequence[Interval]) -> list[int | None]:
    first: dict[str, int] = {}
    for place, each in enumerate(intervals):
        first.setdefault(each.id, place)
    first.pop("", None)
    return [first.get(each.parent_id) if each.parent_id else None for each in intervals]


def _without_circles(intervals: Sequence[Interval], parents: list[int | None]) -> list[int | None]:
    found = list(parents)
    walked = [0] * len(intervals)  # by which walk a place was first come to
    for number, start in enumerate(range(len(intervals)), start=1):
        path: list[int] = []
        at: int | None = start
        while at is not None and not walked[at]:
            walked[at] = number
            path.append(at)
            at = found[at]
        if at is not None and walked[at] == number:
            circle = path[path.index(at) :]
            found[min(circle, key=lambda place: (intervals[place].start_us, place))] = None
    return found


def _put(node: Node, parent: Node) -> None:
    node.parent = parent
    parent.children.append(node)


def _span_over(stand_in: Node) -> None:
    stand_in.start_us = min(child.start_us for child in stand_in.children)
    stand_in.duration_us = max(child.end_us for child in stand_in.children) - stand_in.start_us


def _settle(roots: Sequence[Node], intervals: Sequence[Interval]) -> None:
    for node in walk(roots):
        for child in node.children:
            child.shift_us = _shift(child, node, intervals)
            child.start_us += child.shift_us
        node.children.sort(key=_order)


def _shift(child: Node, parent: Node, intervals: Sequence[Interval]) -> int:
    if child.place is None or parent.place is None:
        return 0
    if intervals[child.place].clock == intervals[parent.place].clock:
        return parent.shift_us
    early_us = parent.start_us - child.start_us
    if early_us <= 0:
        return 0
    # Nothing tells how long the call was on its way; as long as the answer is the best guess.
    return early_us + max(0, parent.duration_us - child.duration_us) // 2


def _order(node: Node) -> tuple[int, int]:
    return node.start_us, -1 if node.place is None else node.place
