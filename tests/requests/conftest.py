"""The same requests as they rest at each stage of their life."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.requests.kept import Kept
from tests.requests.traffic import NOW, random_requests

REQUESTS = random_requests(4000, seed=1, over=dt.timedelta(days=45))


@pytest.fixture(scope="package", params=["from the journal", "from parts", "from merged parts and rollups"])
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Give a store that holds `REQUESTS`."""
    found = Kept(tmp_path_factory.mktemp("kept"), now=NOW)
    if request.param == "from merged parts and rollups":
        # The last ones come in after the merge, as they do in life.
        for start in range(0, 3500, 250):
            found.record(REQUESTS[start : start + 250])
            found.drain()
        found.merge()
        assert max(found.levels("requests_hourly")) >= 1
        found.record(REQUESTS[3500:])
        return found
    found.record(REQUESTS)
    if request.param == "from parts":
        found.drain()
    return found
