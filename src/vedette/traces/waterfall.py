"""The rows of a waterfall: the tree laid out from top to bottom, repeats taken together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from vedette.traces import paths, tree
from vedette.traces.paths import Section
from vedette.traces.tree import Interval, Node

FEWEST_REPEATS = 5
"""From so many spans of one name below one parent on, they are one row that can be opened."""
Kind = Literal["span", "missing", "repeats"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `parent` is the number of another row, `place` that of the interval (of the first one, of repeats).

    A row of `repeats` stands for the `count` rows below it: it lasts from the first until the last, `busy_us` is what
    they took together.  `critical` are the stretches in which the trace waited for it alone.
    """

    kind: Kind
    place: int | None
    parent: int | None
    depth: int
    start_us: int
    duration_us: int
    busy_us: int
    self_us: int
    critical: tuple[Section, ...] = ()
    is_on_path: bool = False
    count: int = 1
    shift_us: int = 0
    has_lost_parent: bool = False
    missing_id: str = ""

    @property
    def critical_us(self) -> int:
        """How much of the critical path it is itself."""
        return sum(end - start for start, end in self.critical)


def lay_out(intervals: Sequence[Interval]) -> list[Row]:
    """Return the rows of *intervals*, each span before those below it."""
    roots = tree.build(intervals)
    main = paths.longest(roots)
    sections = paths.critical_sections(main) if main is not None else {}
    on_path = _on_path(roots, sections)
    rows: list[Row] = []
    # What waits: a node with its parent's row and depth, or a whole set of repeats.
    waiting: list[tuple[list[Node], int | None, int]] = [([root], None, 0) for root in reversed(roots)]
    while waiting:
        nodes, parent, depth = waiting.pop()
        own = [_row(node, parent, depth, sections, on_path) for node in nodes]
        number = len(rows)
        if len(own) > 1:
            rows.append(_together(own, parent, depth))
            rows += [replace(row, parent=number, depth=depth + 1) for row in own]
            continue
        rows += own
        waiting += [(group, number, depth + 1) for group in reversed(_grouped(nodes[0].children, intervals))]
    return rows


def _on_path(roots: Sequence[Node], sections: dict[int, list[Section]]) -> set[int]:
    """Return the ids of the nodes on the critical path, those that only waited for a child among them."""
    found: set[int] = set()
    for node in reversed(list(tree.walk(roots))):
        if id(node) in sections or any(id(child) in found for child in node.children):
            found.add(id(node))
    return found


def _row(
    node: Node, parent: int | None, depth: int, sections: dict[int, list[Section]], on_path: set[int]
) -> Row:
    return Row(
        kind="missing" if node.place is None else "span",
        place=node.place,
        parent=parent,
        depth=depth,
        start_us=node.start_us,
        duration_us=node.duration_us,
        busy_us=node.duration_us,
        self_us=paths.self_us(node),
        critical=tuple(sections.get(id(node), ())),
        is_on_path=id(node) in on_path,
        shift_us=node.shift_us,
        has_lost_parent=node.has_lost_parent,
        missing_id=node.id if node.place is None else "",
    )


def _grouped(children: Sequence[Node], intervals: Sequence[Interval]) -> list[list[Node]]:
    """Return *children* in order, those without children of their own and of one label in one place."""
    by_label: dict[str, list[Node]] = {}
    for child in children:
        if child.place is not None and not child.children:
            by_label.setdefault(intervals[child.place].label, []).append(child)
    groups: list[list[Node]] = []
    taken: set[int] = set()
    for child in children:
        alike = by_label.get(intervals[child.place].label, []) if child.place is not None else []
        if child.children or len(alike) < FEWEST_REPEATS:
            groups.append([child])
        elif id(alike[0]) not in taken:
            taken.add(id(alike[0]))
            groups.append(alike)
    return groups


def _together(rows: Sequence[Row], parent: int | None, depth: int) -> Row:
    start = min(row.start_us for row in rows)
    end = max(row.start_us + row.duration_us for row in rows)
    return Row(
        kind="repeats",
        place=rows[0].place,
        parent=parent,
        depth=depth,
        start_us=start,
        duration_us=end - start,
        busy_us=sum(row.busy_us for row in rows),
        self_us=sum(row.self_us for row in rows),
        critical=tuple(section for row in rows for section in row.critical),
        is_on_path=any(row.is_on_path for row in rows),
        count=len(rows),
        shift_us=rows[0].shift_us,
    )
