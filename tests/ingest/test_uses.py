"""When keys are used is noted in the journal, and seldom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ingest.conftest import KEY, NOW, OTHER_KEY, Posting, an_event, receiving
from vedette.ingest.uses import METRIC, Uses

NOTES = f"SELECT service, attributes['key'], time FROM metrics WHERE name = '{METRIC}' ORDER BY ALL"


@pytest.fixture
def posting(tmp_path: Path) -> Iterator[Posting]:
    """Give a client of a receiver that notes uses."""
    with receiving(tmp_path) as found:
        found.set(uses=Uses(lambda: found.recorded.recorder, found.clock.now, found.clock.monotonic))
        yield found


def test_a_use_is_noted_once_a_minute_for_each_key(posting: Posting) -> None:
    for number in range(3):
        assert posting.envelope(("event", an_event(number))).status_code == 200
    posting.clock.advance(59)
    posting.envelope(("event", an_event(4)))
    posting.clock.advance(1)
    posting.envelope(("event", an_event(5)))
    posting.post("api/2/store/", "{}", key=OTHER_KEY, type="application/json")

    minute = dt.timedelta(minutes=1)
    assert posting.ask(NOTES) == [
        ("mail", OTHER_KEY, NOW + minute),
        ("shop", KEY, NOW),
        ("shop", KEY, NOW + minute),
    ]


def test_what_is_not_let_in_is_no_use(posting: Posting) -> None:
    for key, path in (("f" * 32, "api/1/envelope/"), (KEY, "api/2/envelope/")):
        assert posting.post(path, b"{}\n", key=key).status_code == 403
    assert posting.ask(NOTES) == []


def test_otlp_uses_a_key_too(posting: Posting) -> None:
    posting.post("v1/logs", "{}", type="application/json")
    assert [row[1] for row in posting.ask(NOTES)] == [KEY]
