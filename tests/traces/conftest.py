"""The same traces as they rest at each stage of their life."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.requests.kept import Kept
from tests.requests.traffic import NOW
from tests.traces.spans import random_traces
from vedette.record.signals import Request, Span

SIGNALS = random_traces(1200, seed=3, over=dt.timedelta(days=6))
SPANS = [each for each in SIGNALS if isinstance(each, Span) and each.op != "db.repeated"]
REPEATED = [each for each in SIGNALS if isinstance(each, Span) and each.op == "db.repeated"]
REQUESTS = [each for each in SIGNALS if isinstance(each, Request)]


@pytest.fixture(scope="package", params=["from the journal", "from merged parts"])
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Give a store that holds `SIGNALS`."""
    found = Kept(tmp_path_factory.mktemp("kept"), now=NOW)
    if request.param == "from merged parts":
        # The last ones come in after the merge, as they do in life.
        for start in range(0, len(SIGNALS) - 500, 500):
            found.record(SIGNALS[start : start + 500])
            found.drain()
        found.merge()
        found.record(SIGNALS[start + 500 :])
        return found
    found.record(SIGNALS)
    return found
