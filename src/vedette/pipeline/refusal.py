"""Lines that decode as records and that the engine nevertheless cannot take: found, rewritten or given up.

Two JSON parsers never agree on everything: on broken UTF-8 in a member that nobody reads, on a lower-case ``t`` in a
time.  A line is taken as it is where both accept it, and is written anew where only ours does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from vedette.pipeline.lines import encode, rewritten
from vedette.record.signals import SIGNALS
from vedette.store.catalogue import Part, RefusedLinesError


class PartWriter(Protocol):
    """What the drain asks of an engine."""

    def write_lines(
        self, table: str, lines: Sequence[bytes], *, min_time: dt.datetime, max_time: dt.datetime, rows: int
    ) -> Part:
        """Write valid lines as a part of level 0.

        Raises:
            RefusedLinesError: If the engine cannot take all of them.
        """
        ...

    def discard(self, parts: Sequence[Part]) -> None:
        """Remove the files of *parts*."""
        ...


@dataclass(frozen=True, slots=True)
class Refusal:
    """The search for the lines of `table` that `writer` refuses."""

    writer: PartWriter
    table: str
    now: dt.datetime

    def replacements(self, error: RefusedLinesError) -> dict[bytes, bytes | None]:
        """Return what to write instead of each refused line; None where nothing will do.

        Raises:
            RefusedLinesError: If the engine refuses even a plain record: then the lines are not at fault.
        """
        if not self._is_taken([encode(SIGNALS[self.table](time=self.now))]):
            raise error
        found: dict[bytes, bytes | None] = {}
        for line in self._refused(error.lines):
            plain = rewritten(self.table, line)
            found[line] = plain if plain is not None and self._is_taken([plain]) else None
        return found

    def _refused(self, lines: Sequence[bytes]) -> Iterator[bytes]:
        if self._is_taken(lines):
            return
        if len(lines) == 1:
            yield lines[0]
            return
        middle = len(lines) // 2
        yield from self._refused(lines[:middle])
        yield from self._refused(lines[middle:])

    def _is_taken(self, lines: Sequence[bytes]) -> bool:
        try:
            part = self.writer.write_lines(
                self.table, lines, min_time=self.now, max_time=self.now, rows=len(lines)
            )
        except RefusedLinesError:
            return False
        self.writer.discard([part])
        return True
