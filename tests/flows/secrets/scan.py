"""Everything that lies below a directory, in every form in which it could be read."""

from __future__ import annotations

import gzip
import re
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import duckdb

_WORDS = re.compile(rb"(?=(Zq7[A-Za-z0-9]{12}))").findall
_IS_WORD = re.compile(rb"Zq7[A-Za-z0-9]{12}").fullmatch
"""Passwords as `corpus` makes them."""


def everything(directory: Path) -> bytes:
    """Return the bytes of every file below *directory*; what is packed or in pages is unpacked as well."""
    return b"\n".join(
        piece for path in sorted(directory.rglob("*")) if path.is_file() for piece in _read(path)
    )


def found(planted: Mapping[bytes, str], stored: bytes) -> list[str]:
    """Return where what is *stored* was planted, with the text around it."""
    leaks = []
    words = set(_WORDS(stored))
    for secret, where in planted.items():
        if _IS_WORD(secret) and secret not in words:
            continue  # most are words, and to look for each by itself would take minutes
        place = _place(secret, stored)
        if place >= 0:
            leaks.append(f"{where}: {stored[max(0, place - 150) : place + len(secret) + 50]!r}")
    return leaks


def _place(secret: bytes, stored: bytes) -> int:
    place = stored.find(secret)
    if place < 0 or not secret.isdigit():
        return place
    # Among so many random ids some digits come again by chance.
    whole = re.search(rb"(?<![0-9A-Za-z])" + secret + rb"(?![0-9A-Za-z])", stored)
    return whole.start() if whole else -1


def _read(path: Path) -> Iterator[bytes]:
    data = path.read_bytes()
    yield data
    if path.suffix == ".parquet":
        with duckdb.connect() as engine:
            rows = engine.execute(f"SELECT * FROM read_parquet('{path}')").fetchall()
        yield "\n".join(str(value) for row in rows for value in row).encode()
    elif data.startswith(b"SQLite format 3"):
        with closing(sqlite3.connect(path)) as database:
            yield "\n".join(database.iterdump()).encode()
    elif data.startswith(b"\x1f\x8b"):
        yield gzip.decompress(data)
    else:
        # A file that was kept: a line of JSON, then bytes that may be packed.
        _, _, rest = data.partition(b"\n")
        for packed in (data, rest):
            try:
                yield zlib.decompress(packed)
            except zlib.error:
                continue
