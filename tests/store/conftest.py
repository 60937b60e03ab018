"""Fixtures of the tests of the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ground import Ground


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """Give a journal, a drain and a store over one directory."""
    made = Ground(tmp_path)
    yield made
    made.recorder.journal.close()
