"""The last state of cumulative series, shared by the processes of this host.

An exporter sends a series' total again and again, each time to whichever process answers.  What was added can only be
told by who has seen the total before, so the memory is a file per project, read and replaced under a lock.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vedette.ingest.keys import Grant
from vedette.ingest.refusal import RefusedError
from vedette.wire.errors import MalformedError
from vedette.wire.otlp.deltas import Deltas

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no such locks
    fcntl = None  # type: ignore[assignment]

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MOST_SERIES = 10_000
MOST_NUMBERS = 150_000


@dataclass(frozen=True, slots=True)
class Series:
    """The memories below `directory`."""

    directory: Path
    now_ns: Callable[[], int] = time.time_ns

    @contextlib.contextmanager
    def remembered(self, grant: Grant) -> Iterator[Deltas]:
        """Give the memory of a project; what was added to it is kept where the block does not raise.

        Raises:
            RefusedError: If it cannot be read or written now (503): counting without it would count twice.
        """
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(self._locked(grant.project))
                before = self._read(grant.project)
            except OSError as error:
                raise _unavailable(error) from error
            deltas = self._deltas(before, grant)
            yield deltas
            after = deltas.dump()
            if after == before:
                return
            try:
                self._write(grant.project, after)
            except OSError as error:
                raise _unavailable(error) from error

    def _deltas(self, data: bytes, grant: Grant) -> Deltas:
        if not data:
            # Nothing was ever counted: a series that began after the key was made is counted from its beginning.
            return Deltas(since=_ns(grant.since), series=MOST_SERIES, numbers=MOST_NUMBERS)
        try:
            return Deltas.load(data, series=MOST_SERIES, numbers=MOST_NUMBERS)
        except MalformedError:
            return Deltas(since=self.now_ns(), series=MOST_SERIES, numbers=MOST_NUMBERS)

    def _read(self, project: str) -> bytes:
        try:
            return self._path(project).read_bytes()
        except FileNotFoundError:
            return b""

    def _write(self, project: str, data: bytes) -> None:
        partial = self._path(project).with_suffix(".new")
        partial.write_bytes(data)
        partial.replace(self._path(project))

    def _path(self, project: str) -> Path:
        return self.directory / f"{project}.msgpack"

    @contextlib.contextmanager
    def _locked(self, project: str) -> Iterator[None]:
        self.directory.mkdir(mode=0o750, parents=True, exist_ok=True)
        descriptor = os.open(self.directory / f"{project}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        with os.fdopen(descriptor, "rb") as file:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _ns(time: dt.datetime) -> int:
    return (time - _EPOCH) // dt.timedelta(microseconds=1) * 1000


def _unavailable(error: OSError) -> RefusedError:
    return RefusedError.unavailable(f"what was counted before cannot be kept: {error.strerror}")
