"""Bodies that real SDKs sent, kept beside the project; tests that need them are skipped where they are not."""

from __future__ import annotations

import csv
import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from vedette.record.signals import Error, Profile
from vedette.wire import compression
from vedette.wire.arrival import Arrival
from vedette.wire.errors import UnsupportedEncodingError

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
RECEIVED_AT = dt.datetime(2026, 11, 23, 7, 34, 5, tzinfo=dt.UTC)
CANARIES = (
    b"hunter2",
    b"4111111111111111",
    b"token=abc",
    b"s3cr3t",
    b"bob@example.com",
    b"a@b.example",
    b"203.0.113.7",
)
"""What was planted in the envelopes, and may not be kept by default."""


def arrival(**changes: Any) -> Arrival:
    """Return how a body came, with *changes*."""
    fields: dict[str, Any] = {"received_at": RECEIVED_AT, "service": "shop", "address": "198.51.100.9"}
    return Arrival(**(fields | changes))


@dataclass(frozen=True)
class Case:
    """One envelope: its bytes, decompressed, and what the manifest says of it."""

    name: str
    body: bytes
    contents: str


def envelopes() -> list[Case]:
    """Return the envelopes; none where there are no cases, or no package for their encoding."""
    manifest = CASES / "envelopes" / "MANIFEST.tsv"
    if not manifest.exists():
        return []
    cases = []
    with manifest.open() as file:
        for row in csv.DictReader(file, delimiter="\t"):
            packed = (manifest.parent / row["file"]).read_bytes()
            try:
                body = compression.read([packed], encoding=row["encoding"], limit=10_000_000)
            except UnsupportedEncodingError:
                continue
            cases.append(Case(row["file"], bytes(body), row["contents"]))
    return cases


def events() -> list[Path]:
    """Return the files of single events."""
    return sorted((CASES / "events").glob("*/*.json"))


def event(name: str) -> dict[str, Any]:
    """Return one event by its path below ``events/``; skip the test where it is absent."""
    path = CASES / "events" / name
    if not path.exists():
        pytest.skip(f"{path} is absent")
    loaded: dict[str, Any] = json.loads(path.read_bytes())
    return loaded


needs_cases = pytest.mark.skipif(not CASES.exists(), reason=f"the cases in {CASES} are absent")


def payload_of(signal: Error | Profile) -> dict[str, Any]:
    """Return the payload that was decoded."""
    assert isinstance(signal.payload, dict)
    return signal.payload
