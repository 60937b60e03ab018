"""The same log records from the journal and from parts."""

from __future__ import annotations

import pytest

from tests.logs.records import NOW, random_logs
from tests.requests.kept import Kept

LOGS = random_logs(1500, seed=2)


@pytest.fixture(scope="package", params=["from the journal", "from parts and the journal"])
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Give a store that holds `LOGS`."""
    found = Kept(tmp_path_factory.mktemp("kept"), now=NOW)
    if request.param == "from the journal":
        found.record(LOGS)
        return found
    for start in range(0, 1200, 100):
        found.record(LOGS[start : start + 100])
        found.drain()
    found.merge()
    found.record(LOGS[1200:])
    return found
