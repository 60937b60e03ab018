"""Nothing is lost and nothing counted twice, whatever is killed (``VEDETTE_KILLS=100`` kills that often)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.flows.kill.processes import ROOT, environment

KILLS = int(os.environ.get("VEDETTE_KILLS", "10"))


def kill(directory: Path, *options: str, kills: int) -> dict[str, Any]:
    """Run the whole of it in processes of its own; the seed is in what it prints."""
    command = [
        sys.executable,
        "-m",
        "tests.flows.kill.run",
        "--kills",
        str(kills),
        "--directory",
        str(directory),
    ]
    done = subprocess.run(
        [*command, *options],
        cwd=ROOT,
        env=environment(directory),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr[-4000:]}"
    return seen


def test_every_answered_request_is_stored_exactly_once_whoever_is_killed(tmp_path: Path) -> None:
    seen = kill(tmp_path, kills=KILLS)
    assert (seen["lost"], seen["doubled"]) == (0, 0)
    assert sum(seen["kills"].values()) == KILLS


@pytest.mark.slow
@pytest.mark.parametrize(
    "options", [("--preload",), ("--background", "tick"), ("--preload", "--background", "tick")]
)
def test_the_same_holds_across_fork_and_with_ticks_alone(tmp_path: Path, options: tuple[str, ...]) -> None:
    seen = kill(tmp_path, *options, kills=KILLS)
    assert (seen["lost"], seen["doubled"]) == (0, 0)


@pytest.mark.slow
def test_the_same_holds_at_a_hundred_kills(tmp_path: Path) -> None:
    seen = kill(tmp_path, "--preload", kills=max(KILLS, 100))
    assert (seen["lost"], seen["doubled"]) == (0, 0)
