"""Orders between tasks: plain functions over edges, without a database."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping

Edge = tuple[int, int]
"""(first, then): the second task waits for the first."""

Row = dict[int, int]
"""A row of a drawing: which node stands in which column."""


def path_between(edges: Iterable[Edge], *, start: int, goal: int) -> list[int]:
    """Return the shortest path along the edges, both ends included; empty where there is none."""
    followers = _followers(edges)
    came_from: dict[int, int] = {}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        if node == goal:
            return _walk_back(came_from, start, goal)
        for following in followers[node]:
            if following not in came_from and following != start:
                came_from[following] = node
                waiting.append(following)
    return []


def reduce_edges(edges: Iterable[Edge]) -> set[Edge]:
    """Leave out the edges that others imply: with a → b → c, a → c says nothing new."""
    all_edges = set(edges)
    return {
        (first, then)
        for first, then in all_edges
        if not path_between(all_edges - {(first, then)}, start=first, goal=then)
    }


def components(nodes: Iterable[int], edges: Iterable[Edge]) -> list[list[int]]:
    """Part nodes into groups that no edge links with each other, in the order of their first nodes."""
    neighbours: dict[int, set[int]] = {node: set() for node in nodes}
    for first, then in edges:
        if first in neighbours and then in neighbours:
            neighbours[first].add(then)
            neighbours[then].add(first)
    group_of: dict[int, int] = {}
    for node in neighbours:
        waiting = [] if node in group_of else [node]
        while waiting:
            member = waiting.pop()
            group_of[member] = node
            waiting += neighbours[member] - group_of.keys()
    groups: dict[int, list[int]] = {}
    for node in neighbours:
        groups.setdefault(group_of[node], []).append(node)
    return list(groups.values())


def layer(nodes: Iterable[int], edges: Iterable[Edge], *, width: int) -> list[Row]:
    """Place each node in a row below all it waits for, in one of `width` columns.

    1. Give each node its height: the longest chain that waits for it.
    2. Fill row after row with nodes whose predecessors all stand above, the highest first, so
       that long chains start early and the drawing stays short.
    3. Put each node into the free column nearest to the mean of its predecessors, which keeps
       lines short.

    Nodes on a cycle, which `operations` never stores, would go into rows of their own at the end.
    """
    remaining = list(dict.fromkeys(nodes))
    waits_for: dict[int, set[int]] = {node: set() for node in remaining}
    for first, then in edges:
        if first in waits_for and then in waits_for:
            waits_for[then].add(first)
    heights = _heights(waits_for)
    rows: list[Row] = []
    columns: dict[int, int] = {}
    while remaining:
        ready = [node for node in remaining if waits_for[node] <= columns.keys()] or remaining
        ready.sort(key=lambda node: -heights[node])
        wishes = {node: _wish(waits_for[node], columns, width) for node in ready[:width]}
        row = _seat(wishes, width)
        columns |= row
        rows.append(row)
        remaining = [node for node in remaining if node not in columns]
    return rows


def _followers(edges: Iterable[Edge]) -> Mapping[int, list[int]]:
    followers: dict[int, list[int]] = defaultdict(list)
    for first, then in sorted(edges):
        followers[first].append(then)
    return followers


def _walk_back(came_from: Mapping[int, int], start: int, goal: int) -> list[int]:
    path = [goal]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return path[::-1]


def _heights(waits_for: Mapping[int, set[int]]) -> dict[int, int]:
    heights = dict.fromkeys(waits_for, 0)
    # A chain is never longer than the number of nodes, which also ends this on a cycle.
    for _ in heights:
        changed = False
        for then, predecessors in waits_for.items():
            for first in predecessors:
                if heights[first] <= heights[then] < len(heights):
                    heights[first] = heights[then] + 1
                    changed = True
        if not changed:
            break
    return heights


def _wish(predecessors: set[int], columns: Mapping[int, int], width: int) -> float:
    above = [columns[node] for node in predecessors if node in columns]
    return sum(above) / len(above) if above else (width - 1) / 2


def _seat(wishes: Mapping[int, float], width: int) -> Row:
    row: Row = {}
    free_from = 0
    for seated, node in enumerate(sorted(wishes, key=lambda node: wishes[node])):
        still_to_come = len(wishes) - seated
        row[node] = max(free_from, min(int(wishes[node]), width - still_to_come))
        free_from = row[node] + 1
    return row
