"""The embedded engine's reading side: parts and journal tail, joined by DuckDB.

Any process may read at any time, whether or not a drain runs.  A session takes the catalogue's snapshot first and looks
at the journal after that: what was consumed in between is read from the journal, since the snapshot does not know it yet,
and what the snapshot knows is not read again, since it says how far each segment was consumed.  Files that the catalogue
has given up stay for a while (`vedette.store.cleanup`); a session that outlives them is run again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from vedette.store import private
from vedette.store.catalogue import Catalogue, Part, Snapshot
from vedette.store.engines.embedded import columns, forks
from vedette.store.engines.embedded.dialect import DuckDBDialect
from vedette.store.engines.embedded.tail import tail_files
from vedette.store.engines.embedded.writer import checksum
from vedette.store.maintenance import SUSPECTS
from vedette.store.query import (
    Query,
    QueryError,
    QueryMemoryError,
    QueryTimeoutError,
    Result,
    StoreUnavailableError,
    TimeRange,
)
from vedette.store.rollups import ROLLUPS, rollups_of

logger = logging.getLogger("vedette.store")

ATTEMPTS = 3
LOOK_FOR_DAMAGE_S = 10.0
CHUNK_ROWS = 4096
MOST_FRESH_ROWS = 1_000_000
MIB = 1 << 20
_session_numbers = itertools.count(1)
_Answer = TypeVar("_Answer")


@dataclass(slots=True, weakref_slot=True, eq=False)
class EmbeddedStore:
    """`vedette.store.query.Store` over Parquet parts and journal segments.

    Args:
        catalogue: which parts there are.
        parts_dir, journal_dir, scratch_dir: where parts and segments lie, and where DuckDB may spill.
        quarantine_dir: where a part that cannot be read is reported to the background work.
        memory_bytes, threads, timeout_s: what all queries of this process together, and one at most, may use.
    """

    catalogue: Catalogue
    parts_dir: Path
    journal_dir: Path
    scratch_dir: Path
    quarantine_dir: Path
    memory_bytes: int = 512 * MIB
    threads: int = 2
    timeout_s: float = 20.0
    dialect: DuckDBDialect = field(default_factory=DuckDBDialect)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _database: duckdb.DuckDBPyConnection | None = field(default=None, init=False)
    _damaged: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        forks.watch(self)

    def after_fork(self) -> None:
        """Give up the parent's DuckDB (gunicorn's preload): this process opens its own."""
        self._lock = threading.Lock()
        if self._database is not None:
            forks.abandon(self._database)
            self._database = None

    def close(self) -> None:
        """Close DuckDB; the next query opens it again.  DuckDB complains where it is open when the interpreter ends."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def run(self, *queries: Query, timeout_s: float | None = None) -> list[Result]:
        """Answer *queries* side by side, all from the same state of the store.

        Raises:
            QueryTimeoutError, QueryMemoryError, StoreUnavailableError, QueryError: See there.
        """
        tables = sorted({table for query in queries for table in query.tables})
        hull = _hull([query.range for query in queries])
        limit = timeout_s or self.timeout_s

        def answer_all(session: _Session) -> list[Result]:
            if len(queries) == 1:
                return [session.answer(queries[0].sql, queries[0].params, limit)]
            with ThreadPoolExecutor(min(len(queries), 2 * self.threads), "vedette-query") as pool:
                return list(pool.map(lambda query: session.answer(query.sql, query.params, limit), queries))

        return self._in_session(answer_all, tables, hull)

    def sql(self, text: str, *, timeout_s: float | None = None, max_rows: int | None = None) -> Result:
        """Answer one read-only statement that a person wrote; it can read the store's tables and nothing else.

        Raises:
            QueryTimeoutError, QueryMemoryError, StoreUnavailableError, QueryError: See there.
        """
        from vedette.store.engines.embedded import sandbox

        reading = sandbox.refuse_unless_reading(text)
        limit = timeout_s or self.timeout_s
        return self._in_session(
            lambda session: session.answer(
                text,
                {},
                limit,
                max_rows=max_rows,
                check=lambda cursor: sandbox.refuse_what_writes(cursor, reading),
            ),
            sandbox.tables_in(text),
            None,
            is_sandboxed=True,
        )

    def _in_session(
        self,
        answer: Callable[[_Session], _Answer],
        tables: Sequence[str],
        hull: TimeRange | None,
        *,
        is_sandboxed: bool = False,
    ) -> _Answer:
        for attempt in range(1, ATTEMPTS + 1):
            with self._session(tables, hull, is_sandboxed=is_sandboxed) as session:
                try:
                    session.open()
                    return answer(session)
                except (duckdb.Error, OSError) as error:
                    # A file that is gone was merged meanwhile: the next snapshot names its successor.  A part that is
                    # damaged is left out from now on, so that everything else is served.
                    is_damage = _may_be_damage(error) and self._leave_out_damaged(session.parts, str(error))
                    is_gone = any(not (self.parts_dir / part.path).exists() for part in session.parts)
                    if attempt == ATTEMPTS or not (is_damage or is_gone):
                        raise _translated(error, self) from error
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _leave_out_damaged(self, parts: Sequence[Part], message: str) -> bool:
        named = [part for part in parts if Path(part.path).name in message]
        until = time.monotonic() + LOOK_FOR_DAMAGE_S
        is_any = False
        for part in named or parts:
            if (
                time.monotonic() < until
                and part.path not in self._damaged
                and _is_damaged(self.parts_dir, part)
            ):
                is_any = True
                self._damaged.add(part.path)
                logger.error("A part of the store cannot be read and is left out: %s", part.path)
                with contextlib.suppress(OSError):
                    folder = self.quarantine_dir / SUSPECTS
                    private.make_directory(folder, root=self.quarantine_dir.parent)
                    (folder / part.path.replace("/", "|")).touch()
        return is_any

    def _connect(self) -> duckdb.DuckDBPyConnection:
        with self._lock:
            if self._database is None:
                self._database = self._new_database()
            return self._database.cursor()

    def _new_database(self) -> duckdb.DuckDBPyConnection:
        private.make_directory(self.scratch_dir, root=self.scratch_dir.parent)
        database = duckdb.connect(
            ":memory:",
            config={
                "threads": self.threads,
                "memory_limit": f"{self.memory_bytes // MIB}MB",
                "temp_directory": str(self.scratch_dir / "spill"),
                "max_temp_directory_size": f"{4 * self.memory_bytes // MIB}MB",
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "preserve_insertion_order": "false",
            },
        )
        # Settings of built-in extensions, which `config` does not know yet.
        database.execute("SET GLOBAL TimeZone = 'UTC'")
        database.execute("SET GLOBAL parquet_metadata_cache = true")
        return database

    @contextlib.contextmanager
    def _session(
        self, tables: Sequence[str], hull: TimeRange | None, *, is_sandboxed: bool = False
    ) -> Iterator[_Session]:
        try:
            private.make_directory(self.scratch_dir, root=self.scratch_dir.parent)
            connection = self._new_database() if is_sandboxed else self._connect()
        except (OSError, duckdb.Error) as error:
            raise StoreUnavailableError(f"The store cannot be opened: {error}") from error
        session = _Session(self, connection, tables, hull, is_sandboxed=is_sandboxed)
        try:
            yield session
        finally:
            session.close()


@dataclass(slots=True)
class _Session:
    """One schema with a view per table, all from one snapshot."""

    store: EmbeddedStore
    connection: duckdb.DuckDBPyConnection
    tables: Sequence[str]
    hull: TimeRange | None
    is_sandboxed: bool
    schema: str = field(init=False)
    parts: list[Part] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.schema = f"s{next(_session_numbers)}"

    def open(self) -> None:
        """Make the views."""
        self._make_views(self.store.catalogue.snapshot(range=self.hull))
        if self.is_sandboxed:
            self._lock_down()

    def answer(
        self,
        sql: str,
        params: Mapping[str, Any],
        timeout_s: float,
        *,
        max_rows: int | None = None,
        check: Callable[[duckdb.DuckDBPyConnection], None] | None = None,
    ) -> Result:
        """Run one statement in a cursor of its own, after *check* has let it pass.

        Raises:
            QueryTimeoutError: If it took too long.
            duckdb.Error: If DuckDB refuses it.
        """
        cursor = self.connection.cursor()
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            # It may have ended, and been closed, at this very moment.
            with contextlib.suppress(duckdb.Error):
                cursor.interrupt()

        timer = threading.Timer(timeout_s, expire)
        timer.daemon = True
        timer.start()
        started = time.perf_counter()
        try:
            cursor.execute(f"SET schema = '{self.schema}'")
            if check is not None:
                check(cursor)
            cursor.execute(sql, {name: _bound(value) for name, value in params.items()})
            description = cursor.description or []
            rows = self._fetched(cursor, max_rows)
        except duckdb.Error as error:
            if expired.is_set():
                raise QueryTimeoutError(
                    f"The query took longer than {timeout_s:g} s and was stopped."
                ) from error
            raise
        finally:
            timer.cancel()
            # A thread that still holds the cursor when the process ends makes DuckDB complain of leaks on standard error.
            timer.join()
            cursor.close()
        names = tuple(str(column[0]) for column in description)
        times = [place for place, column in enumerate(description) if str(column[1]) == "TIMESTAMP"]
        return Result(names, _aware(rows, times), (time.perf_counter() - started) * 1000)

    def _fetched(self, cursor: duckdb.DuckDBPyConnection, max_rows: int | None) -> list[tuple[Any, ...]]:
        # DuckDB's own limit does not hold for what it has handed over.
        rows: list[tuple[Any, ...]] = []
        size = 0
        while max_rows is None or len(rows) < max_rows:
            chunk = cursor.fetchmany(
                CHUNK_ROWS if max_rows is None else min(CHUNK_ROWS, max_rows - len(rows))
            )
            if not chunk:
                break
            rows += chunk
            size += _size_of(chunk)
            if size > self.store.memory_bytes:
                raise QueryMemoryError(_memory_message(self.store))
        return rows

    def close(self) -> None:
        """Give the session's memory back."""
        with contextlib.suppress(duckdb.Error):
            if not self.is_sandboxed:
                self._drop()
            self.connection.close()
        for path in self.store.scratch_dir.glob(f"{self._scratch_name('*')}"):
            path.unlink(missing_ok=True)

    def _make_views(self, snapshot: Snapshot) -> None:
        self.connection.execute(f"CREATE SCHEMA {self.schema}")
        bases = {ROLLUPS[table].source if table in ROLLUPS else table for table in self.tables}
        for base in sorted(bases):
            self._make_base_views(base, snapshot)
        for table in self.tables:
            if table in ROLLUPS:
                self._make_rollup_view(table, snapshot)

    def _make_base_views(self, table: str, snapshot: Snapshot) -> None:
        files, _ = tail_files(
            self.store.journal_dir,
            table,
            snapshot.progress,
            scratch=self.store.scratch_dir / self._scratch_name(table),
        )
        source = columns.from_lines(table, files) if files else columns.empty(table)
        self._execute(f"CREATE TABLE {self.schema}.tail_{table} AS {source}")
        tail = f"SELECT {columns.as_read(table)} FROM {self.schema}.tail_{table}"
        self._execute(
            f"CREATE VIEW {self.schema}.{table} AS {_union([self._parts(table, snapshot.parts), tail])}"
        )
        for edition in sorted({each.edition for each in rollups_of(table) if each.name in self.tables}):
            self._make_fresh_rows(table, snapshot, tail, edition)

    def _make_fresh_rows(self, table: str, snapshot: Snapshot, tail: str, edition: int) -> None:
        """Make the relation of the rows that are in none of the rollups of *edition* yet, with the columns those ask for."""
        needed: dict[str, str] = {}
        for rollup in rollups_of(table):
            if rollup.edition == edition and rollup.name in self.tables:
                needed |= rollup.prepared(self.store.dialect)
        parts = [part for part in snapshot.parts if part.table == table and part.edition < edition]
        # A table: each of a page's queries would read the same rows again.  Not of more rows than memory has room for.
        kind = "TABLE" if sum(part.rows for part in parts) <= MOST_FRESH_ROWS else "VIEW"
        fresh = _union([self._parts(table, parts), tail])
        selected = ", ".join(f"{expression} AS {name}" for name, expression in sorted(needed.items()))
        self._execute(
            f"CREATE {kind} {self.schema}.fresh_{table}_{edition} AS SELECT {selected} FROM ({fresh})"
        )

    def _make_rollup_view(self, name: str, snapshot: Snapshot) -> None:
        rollup = ROLLUPS[name]
        # People who ask for a rollup see sums; pages add up whatever they find, and adding up here first would cost more.
        fresh = rollup.from_source(
            self.store.dialect,
            f"{self.schema}.fresh_{rollup.source}_{rollup.edition}",
            is_summed=self.is_sandboxed,
        )
        stored = self._parts(name, snapshot.parts)
        self._execute(f"CREATE VIEW {self.schema}.{name} AS {_union([stored, fresh])}")

    def _parts(self, table: str, parts: Sequence[Part]) -> str | None:
        # The newest first: a query for the latest rows then soon knows that older parts hold none of them.
        parts = [
            part
            for part in sorted(parts, key=lambda part: part.max_time, reverse=True)
            if part.table == table and part.path not in self.store._damaged
        ]
        if not parts:
            return None
        self.parts += parts
        paths = [str(self.store.parts_dir / part.path) for part in parts]
        return f"SELECT {columns.as_read(table)} FROM read_parquet({columns.literal_list(paths)})"

    def _execute(self, sql: str) -> None:
        self.connection.execute(sql)

    def _drop(self) -> None:
        with contextlib.suppress(duckdb.Error):
            self.connection.execute(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE")

    def _lock_down(self) -> None:
        parts = columns.literal(str(self.store.parts_dir) + os.sep)
        self.connection.execute(f"SET allowed_directories = [{parts}]")
        self.connection.execute("SET enable_external_access = false")
        self.connection.execute("SET lock_configuration = true")

    def _scratch_name(self, table: str) -> str:
        return f"tail-{os.getpid()}-{self.schema}-{table}.jsonl"


def _union(selects: Sequence[str | None]) -> str:
    return " UNION ALL BY NAME ".join(select for select in selects if select)


def _hull(ranges: Sequence[TimeRange | None]) -> TimeRange | None:
    hull: TimeRange | None = None
    for range_ in ranges:
        if range_ is None:
            return None
        hull = range_ if hull is None else hull.covering(range_)
    return hull


def _bound(value: Any) -> Any:
    # Times are stored as UTC without a zone; a bound time must be of the same type for parts to be skipped by it.
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC).replace(tzinfo=None)
    return value


def _aware(rows: list[tuple[Any, ...]], places: Sequence[int]) -> list[tuple[Any, ...]]:
    if not places:
        return rows
    return [
        tuple(
            value.replace(tzinfo=dt.UTC) if place in places and value is not None else value
            for place, value in enumerate(row)
        )
        for row in rows
    ]


def _size_of(rows: Sequence[tuple[Any, ...]]) -> int:
    """Return about how many bytes *rows* take as Python objects."""
    width = len(rows[0])
    text = sum(len(value) for row in rows for value in row if isinstance(value, str | bytes | list | dict))
    return len(rows) * (56 + 40 * width) + text


def _may_be_damage(error: Exception) -> bool:
    # What DuckDB raises over a broken file depends on where it is broken; some of it is of no class of its own.
    named = (
        duckdb.IOException
        | duckdb.InvalidInputException
        | duckdb.SerializationException
        | duckdb.InternalException
    )
    return type(error) is duckdb.Error or isinstance(error, named)


def _is_damaged(parts_dir: Path, part: Part) -> bool:
    """Tell whether the part's file is there, can be read, and is not what was written."""
    try:
        with (parts_dir / part.path).open("rb") as file:
            return part.crc32 != 0 and checksum(file) != part.crc32
    except OSError:
        return False


def _translated(error: Exception, store: EmbeddedStore) -> QueryError:
    if isinstance(error, duckdb.OutOfMemoryException):
        return QueryMemoryError(_memory_message(store))
    if isinstance(error, duckdb.IOException | OSError):
        return StoreUnavailableError(f"The store cannot be read: {_first_line(error)}")
    return QueryError(_first_line(error))


def _memory_message(store: EmbeddedStore) -> str:
    return f"The query needed more than {store.memory_bytes // MIB} MB of memory and was stopped."


def _first_line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    text = lines[0] if lines else type(error).__name__
    # DuckDB names files by their whole path, which is nobody's business.
    return re.sub(r"\"?/\S*/([^/\s\"]+)\"?", r"\1", text)
