"""Where the time of a trace went: each span's own time, and the path that made it take as long as it took."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.traces.tree import Node

Section = tuple[int, int]
"""A stretch of time, from a microsecond until before another."""


def self_us(node: Node) -> int:
    """Return how long *node* was not waiting for a child; of children that run side by side, time counts once."""
    if node.place is None:
        return 0
    covered, upto = 0, node.start_us
    for child in node.children:
        start, end = max(child.start_us, upto), min(child.end_us, node.end_us)
        if end > start:
            covered += end - start
            upto = end
    return node.duration_us - covered


def critical_sections(root: Node) -> dict[int, list[Section]]:
    """Return the sections of the critical path of *root* by the id of the `Node` object that each lies in.

    Walk back from the end of the root: whatever ended last before now is what was waited for, so the path goes through
    it, and on from where it began.  The sections follow each other and cover the root's time exactly.
    """
    found: dict[int, list[Section]] = {}
    waiting = [(root, root.start_us, root.end_us)]
    while waiting:
        node, start, now = waiting.pop()
        for child, child_start, child_end in _last_first(node, start, now):
            if child_end > now:
                continue
            if child_end < now:
                found.setdefault(id(node), []).append((child_end, now))
            waiting.append((child, child_start, child_end))
            now = child_start
        if start < now:
            found.setdefault(id(node), []).append((start, now))
    return {node: sorted(sections) for node, sections in found.items()}


def _last_first(node: Node, start: int, end: int) -> list[tuple[Node, int, int]]:
    clipped = [
        (child, max(start, child.start_us), min(end, child.end_us))
        for child in node.children
        if min(end, child.end_us) > max(start, child.start_us)
    ]
    return sorted(clipped, key=lambda part: (-part[2], part[1]))


def longest(roots: Sequence[Node]) -> Node | None:
    """Return the root that took the longest, the first of several; one that is not here only where there is no other."""
    return max(roots, key=lambda root: (root.place is not None, root.duration_us), default=None)
