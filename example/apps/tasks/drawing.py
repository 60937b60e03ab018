"""Where the boxes and lines of the tasks' graph go: geometry, without a database."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from apps.tasks.graph import Edge, Row, components, layer


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A size of drawing: how many boxes stand side by side, and how large they are."""

    name: str
    columns: int
    box_width: int
    box_height: int = 62
    gutter: int = 26
    gap: int = 44
    letters: int

    @property
    def width(self) -> int:
        """Return the full width."""
        return self.columns * (self.box_width + self.gutter) + self.gutter


WIDE = Paper(name="wide", columns=4, box_width=208, letters=26)
NARROW = Paper(name="narrow", columns=2, box_width=146, gutter=18, letters=16)


@dataclass(frozen=True, kw_only=True)
class Card:
    """A task, as far as a drawing is concerned."""

    pk: int
    title: str
    note: str
    state: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Box:
    """A card with its place on the paper and its title in lines."""

    card: Card
    x: int
    y: int
    lines: list[str]


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Boxes and lines, and the size of the paper they need."""

    paper: Paper
    height: int
    boxes: list[Box]
    paths: list[str]


def draw(cards: Sequence[Card], edges: Iterable[Edge], *, paper: Paper) -> Drawing:
    """Lay cards out in rows, each below all that it waits for, with lines between them.

    Cards that have nothing to do with each other stand in blocks of their own.
    """
    edges = sorted(edges)
    by_pk = {card.pk: card for card in cards}
    blocks = [layer(group, edges, width=paper.columns) for group in components(by_pk, edges)]
    places, rows = _arrange(blocks, paper.columns)
    boxes = {pk: _box(by_pk[pk], place, paper) for pk, place in places.items()}
    paths = [
        _path(boxes[first], boxes[then], places[then].row - places[first].row, lane, paper)
        for lane, (first, then) in enumerate(edges)
        if first in boxes and then in boxes
    ]
    height = rows * (paper.box_height + paper.gap)
    return Drawing(paper=paper, height=height, boxes=list(boxes.values()), paths=paths)


class _Place(NamedTuple):
    row: int
    column: int


def _arrange(blocks: Iterable[list[Row]], columns: int) -> tuple[dict[int, _Place], int]:
    """Set blocks side by side while there is room, else below; return each node's place, and the rows needed."""
    places: dict[int, _Place] = {}
    top = bottom = left = 0
    for block in blocks:
        used = {column for row in block for column in row.values()}
        first, width = min(used), max(used) - min(used) + 1
        if left + width > columns:
            top, left = bottom, 0
        for number, row in enumerate(block, start=top):
            places |= {node: _Place(number, left + column - first) for node, column in row.items()}
        left += width
        bottom = max(bottom, top + len(block))
    return places, bottom


def _box(card: Card, place: _Place, paper: Paper) -> Box:
    lines = textwrap.wrap(card.title, paper.letters, max_lines=2, placeholder="…") or ["…"]
    return Box(
        card=card,
        x=paper.gutter + place.column * (paper.box_width + paper.gutter),
        y=paper.gap // 2 + place.row * (paper.box_height + paper.gap),
        lines=lines,
    )


def _path(start: Box, end: Box, rows: int, lane: int, paper: Paper) -> str:
    x1, y1 = start.x + paper.box_width // 2, start.y + paper.box_height
    x2, y2 = end.x + paper.box_width // 2, end.y - 5
    half = paper.gap // 2
    if rows == 1:
        return f"M{x1} {y1}C{x1} {y1 + half} {x2} {y2 - half} {x2} {y2}"
    # A line past other rows runs in the gutter beside its first box, on the side of its goal:
    # behind a box, nobody could tell it from a line of that box.
    nudge = lane % 3 * 5 - 5
    right = x2 > x1 or (x2 == x1 and start.x > paper.width // 2)
    side = start.x + paper.box_width + paper.gutter // 2 if right else start.x - paper.gutter // 2
    x = side + nudge
    bottom = y2 - half - 14
    return (
        f"M{x1} {y1}C{x1} {y1 + half} {x} {y1} {x} {y1 + half + 14}"
        f"L{x} {bottom}C{x} {bottom + half + 8} {x2} {y2 - half} {x2} {y2}"
    )
