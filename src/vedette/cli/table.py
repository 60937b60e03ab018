"""Tables for people: columns as wide as their values, the flexible ones cut where the line is too short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from vedette.cli.text import cut, visible, width_of

GAP = "  "
LEAST_FLEXIBLE = 12


@dataclass(frozen=True, slots=True)
class Column:
    """A column; a flexible one gives way where the table is wider than the line."""

    title: str
    align: Literal["left", "right"] = "left"
    is_flexible: bool = False


def render(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, width: int | None) -> Iterator[str]:
    """Yield the lines of the table, the titles first; *width* None means as wide as it comes."""
    cells = [[visible(cell) for cell in row] for row in rows]
    titles = [visible(column.title) for column in columns]
    widths = [max(width_of(row[place]) for row in (titles, *cells)) for place in range(len(columns))]
    if width is not None:
        _fit(columns, widths, width)
    for row in (titles, *cells):
        padded = [
            _padded(cell, column, size) for cell, column, size in zip(row, columns, widths, strict=True)
        ]
        yield GAP.join(padded).rstrip()


def _fit(columns: Sequence[Column], widths: list[int], width: int) -> None:
    flexible = [place for place, column in enumerate(columns) if column.is_flexible]
    excess = sum(widths) + len(GAP) * (len(widths) - 1) - width
    while excess > 0 and flexible:
        widest = max(flexible, key=lambda place: widths[place])
        if widths[widest] <= LEAST_FLEXIBLE:
            return
        others = [widths[place] for place in flexible if place != widest]
        floor = max([LEAST_FLEXIBLE, *(size for size in others if size < widths[widest])])
        taken = min(excess, max(1, widths[widest] - floor))
        widths[widest] -= taken
        excess -= taken


def _padded(cell: str, column: Column, size: int) -> str:
    text = cut(cell, size)
    padding = " " * (size - width_of(text))
    return padding + text if column.align == "right" else text + padding
