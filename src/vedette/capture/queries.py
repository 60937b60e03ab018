"""The SQL queries of one request, counted while it is served."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass

from vedette.capture.callsite import CallSite

MOST_SPANS = 1_000
"""How many queries of a sampled request are kept one by one; the rest is only counted."""
MOST_STATEMENTS = 1_000
"""How many different statements of a request are told apart."""
MOST_SUSPECTS = 20


@dataclass(slots=True)
class Statement:
    """A statement of this request, as often as it was issued."""

    text: str
    vendor: str
    alias: str
    first_at: dt.datetime
    count: int = 0
    ms: float = 0.0
    call_site: CallSite | None = None


class Queries:
    """The queries of one request so far."""

    __slots__ = ("_lock", "count", "ms", "slow_count", "span_count", "statements", "suspects")

    def __init__(self) -> None:
        self._lock: threading.RLock | None = None
        self.count = 0
        self.ms = 0.0
        self.slow_count = 0
        self.span_count = 0
        self.statements: dict[str, Statement] | None = None
        self.suspects: list[Statement] | None = None

    def add(
        self, text: str, ms: float, *, vendor: str, alias: str, is_slow: bool, suspect_at: int
    ) -> Statement | None:
        """Count a query; return its statement at the moment at which it becomes a suspect, to be completed."""
        # Requests without a query are the most frequent: they pay for no lock and no dict.  Only the very first query can
        # race with another for making them, and a request has one thread at work until it has started others.
        lock = self._lock
        if lock is None:
            lock = self._lock = threading.RLock()
            self.statements = {}
            self.suspects = []
        with lock:
            self.count += 1
            self.ms += ms
            self.slow_count += is_slow
            return self._repeated(text, ms, vendor, alias, suspect_at)

    def _repeated(self, text: str, ms: float, vendor: str, alias: str, suspect_at: int) -> Statement | None:
        statements, suspects = self.statements, self.suspects
        assert statements is not None
        assert suspects is not None
        statement = statements.get(text)
        if statement is None:
            if len(statements) >= MOST_STATEMENTS:
                return None
            statement = statements[text] = Statement(text, vendor, alias, dt.datetime.now(dt.UTC))
        statement.count += 1
        statement.ms += ms
        if statement.count != suspect_at or len(suspects) >= MOST_SUSPECTS or not _can_be_suspect(text):
            return None
        suspects.append(statement)
        return statement

    @property
    def repeated_count(self) -> int:
        """How many queries repeat a suspect statement: all but the first of each."""
        return sum(statement.count - 1 for statement in self.suspects) if self.suspects else 0


def _can_be_suspect(text: str) -> bool:
    # What else there is belongs to transactions and migrations, and is repeated for good reasons.
    return text.startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "("))
