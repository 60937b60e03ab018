"""Values of an event as people read them: text, cut where it is long, with all of it at hand."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from vedette.wire.values import Mapping, text_of

SHORT_CHARS = 300
SHORT_LINES = 4
ONE_LINE_CHARS = 100
MOST_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Text:
    """A value: `whole`, and `short`, which is what is read at once."""

    whole: str
    short: str

    @property
    def is_cut(self) -> bool:
        """Tell whether there is more than is read at once."""
        return self.short != self.whole

    def __str__(self) -> str:
        return self.short

    def __bool__(self) -> bool:
        return bool(self.whole)


@dataclass(frozen=True, slots=True)
class Pair:
    """A value under its name."""

    name: str
    value: Text


def text(value: object) -> Text:
    """Return *value*, which came from JSON, as text; what holds other values is indented where it is long."""
    whole = value if isinstance(value, str) else _written(value)
    lines = whole.splitlines()
    short = "\n".join(lines[:SHORT_LINES]) if len(lines) > SHORT_LINES else whole
    if len(short) > SHORT_CHARS:
        short = short[:SHORT_CHARS]
    return Text(whole, whole if short == whole else short.rstrip() + " …")


def pairs(values: Mapping) -> tuple[Pair, ...]:
    """Return each of *values* under its name, in their order."""
    return tuple(Pair(text_of(name), text(value)) for name, value in values.items())


def sorted_pairs(values: Mapping) -> tuple[Pair, ...]:
    """Return each of *values* under its name, in the order of the names."""
    return tuple(sorted(pairs(values), key=lambda pair: pair.name.lower()))


def variables(values: Mapping) -> tuple[Pair, ...]:
    """Return the variables of a frame; where an SDK wrote values as its language does, so do we."""
    return tuple(
        Pair(text_of(name), text(_bare(value) if isinstance(value, dict | list) else value))
        for name, value in values.items()
    )


def first_line(value: str) -> str:
    """Return the first line of *value* that is not empty."""
    return next((line.strip() for line in value[:8192].splitlines() if line.strip()), "")


def _written(value: object) -> str:
    if not isinstance(value, dict | list):
        return "null" if value is None else text_of(value)
    compact = text_of(value)
    if len(compact) <= ONE_LINE_CHARS:
        return compact
    return json.dumps(value, indent=2, ensure_ascii=False)


def _bare(value: object, depth: int = 0) -> str:
    """Return *value* with its texts as they are, since they are written out already: ``{name: 'Ada', prices: [1, 2]}``."""
    if depth > MOST_DEPTH or not isinstance(value, dict | list):
        return value if isinstance(value, str) else text_of(value) if value is not None else "null"
    if isinstance(value, list):
        return _enclosed("[", "]", (_bare(item, depth + 1) for item in value), depth)
    items = (f"{text_of(name)}: {_bare(item, depth + 1)}" for name, item in value.items())
    return _enclosed("{", "}", items, depth)


def _enclosed(opening: str, closing: str, items: Iterable[str], depth: int) -> str:
    found = list(items)
    line = opening + ", ".join(found) + closing
    if len(line) <= ONE_LINE_CHARS and "\n" not in line:
        return line
    margin = "  " * depth
    inner = ",\n".join(f"{margin}  {item}" for item in found)
    return f"{opening}\n{inner}\n{margin}{closing}"
