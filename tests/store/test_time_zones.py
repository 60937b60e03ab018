"""Times are UTC whatever zone the process lives in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import datetime as dt, pathlib, sys
from tests.ground import NOON, Ground, a_request
ground = Ground(pathlib.Path(sys.argv[1]))
at = NOON.replace(hour=23, minute=30)
ground.record([a_request(1, time=at), a_request(2, time=at.astimezone(dt.timezone(dt.timedelta(hours=9))))])
for _ in range(2):
    rows = ground.ask("SELECT time, date_trunc('hour', time) FROM requests")
    assert rows == [(at, at.replace(minute=0))] * 2, rows
    assert ground.ask("SELECT DISTINCT time FROM requests_daily") == [(at.replace(hour=0, minute=0),)]
    ground.drain_all()
[part] = [part for part in ground.catalogue.snapshot().parts]
assert part.min_time == part.max_time == at, part
ground.clock.advance(2 * 86400)
ground.merge_all()
assert {str(part.period) for part in ground.catalogue.snapshot(["requests", "requests_hourly"]).parts} == {"2026-01-15"}
assert ground.ask("SELECT time FROM requests") == [(at,)] * 2
print("right")
"""


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata", "Pacific/Kiritimati"])
def test_a_process_in_another_zone_stores_and_reads_utc(tmp_path: Path, zone: str) -> None:
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "TZ": zone, "PYTHONPATH": f"{root}{os.pathsep}{root / 'src'}"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "right", done.stderr
