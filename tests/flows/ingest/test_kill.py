"""Each event that was answered with 200 is stored once and in one issue once, whatever is killed (``VEDETTE_KILLS=100``: that often)."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.flows.ingest.kill import is_right, kill_and_count

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("VEDETTE_KILLS", "8"))


@pytest.mark.parametrize("options", [(), ("--preload",)], ids=["", "preloaded"])
def test_every_event_that_was_answered_is_in_one_issue_once(tmp_path: Path, options: tuple[str, ...]) -> None:
    seed = random.randrange(1 << 30)
    seen = kill_and_count(tmp_path, kills=KILLS, options=options, seed=seed)
    assert is_right(seen), f"seed {seed}: {seen}"
    assert seen["answered"] > 20
