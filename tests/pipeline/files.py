"""Looking at the journal's files from outside."""

from __future__ import annotations

from pathlib import Path


def lines_in(directory: Path) -> list[bytes]:
    """Return all complete lines of all segments."""
    found: list[bytes] = []
    for path in sorted(directory.glob("*.jsonl")):
        found += path.read_bytes().split(b"\n")[:-1]
    return found


def names_in(directory: Path) -> list[str]:
    """Return the names of all files, sorted."""
    return sorted(path.name for path in directory.iterdir()) if directory.exists() else []
