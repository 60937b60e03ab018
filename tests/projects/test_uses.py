"""From notes of uses to the keys."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tests.ground import NOON, Ground
from vedette.catalogue.catalogue import StateCatalogue
from vedette.catalogue.database import ALIAS
from vedette.ingest.uses import METRIC
from vedette.pipeline.lines import Batch, encode
from vedette.projects import operations
from vedette.projects.digest import KeyUseDigest
from vedette.projects.intake import get_intake
from vedette.projects.queries import Key, list_keys
from vedette.record.signals import Metric
from vedette.store.query import TimeRange

pytestmark = pytest.mark.usefixtures("state")
MINUTE = dt.timedelta(minutes=1)


def a_note(key: str, *, service: str = "shop", at: dt.datetime = NOON, name: str = METRIC) -> Metric:
    """Return a note of a use."""
    return Metric(
        time=at, service=service, name=name, kind="counter", sum=1.0, count=1, attributes={"key": key}
    )


def digested(*notes: Metric) -> dict[str, dt.datetime | None]:
    """Digest *notes*, and return when each key was last used."""
    batch = Batch("metrics")
    for note in notes:
        batch.add(encode(note))
    KeyUseDigest().digest({"metrics": batch})
    return {key.public: key.last_used_at for key in list_keys()}


@pytest.fixture
def key() -> Key:
    """Give a key of the service ``shop``."""
    return operations.open_project("shop", at=NOON - MINUTE)


def test_the_latest_note_counts_in_whatever_order_they_come(key: Key) -> None:
    assert list_keys()[0].last_used_at is None
    later = NOON + MINUTE
    assert digested(a_note(key.public, at=later), a_note(key.public)) == {key.public: later}
    assert digested(a_note(key.public)) == {key.public: later}


def test_keys_are_told_apart(key: Key) -> None:
    other = operations.make_key("shop", at=NOON)
    off = operations.open_project("mail", at=NOON)
    operations.switch_off(off.public, at=NOON)

    found = digested(a_note(key.public), a_note(off.public, service="mail", at=NOON + MINUTE))
    assert found == {key.public: NOON, other.public: None, off.public: NOON + MINUTE}


@pytest.mark.parametrize(
    "note",
    [
        a_note("0" * 32),
        a_note(""),
        a_note("a\0b"),
        a_note("x" * 10_000),
        a_note("'; DROP TABLE"),
        Metric(time=NOON, service="shop", name=METRIC),
    ],
)
def test_a_note_of_no_key_moves_nothing(key: Key, note: Metric) -> None:
    assert digested(note) == {key.public: None}


def test_no_sender_moves_the_keys_of_others(key: Key) -> None:
    assert digested(a_note(key.public, service="mail")) == {key.public: None}
    assert digested(a_note(key.public, name="orders")) == {key.public: None}
    mentioned = Metric(time=NOON, service="shop", name="x", attributes={"key": key.public, "of": METRIC})
    assert digested(mentioned) == {key.public: None}


def test_a_round_without_a_note_asks_nothing(key: Key) -> None:
    with CaptureQueriesContext(connections[ALIAS]) as queries:
        digested_nothing = KeyUseDigest()
        digested_nothing.digest({})
        digested_nothing.prepare({})
        batch = Batch("metrics")
        batch.add(encode(Metric(time=NOON, service="shop", name="orders")))
        digested_nothing.digest({"metrics": batch})
    assert len(queries) == 0


def test_a_flood_of_notes_is_looked_up_in_bounds(key: Key) -> None:
    flood = [a_note(f"{number:032x}") for number in range(3000)]
    with CaptureQueriesContext(connections[ALIAS]) as queries:
        digested(*flood)
    # One of them is this test's own question.
    assert len(queries) <= 5


def test_the_drain_carries_notes_to_keys_and_they_are_no_records_of_the_service(
    key: Key, tmp_path: Path
) -> None:
    ground = Ground(tmp_path, catalogue=StateCatalogue(fence=lambda: None), sinks=[KeyUseDigest()])
    ground.record([a_note(key.public)])
    ground.drain.run_once()

    assert [each.last_used_at for each in list_keys()] == [NOON]
    assert get_intake(ground.store, range=TimeRange(NOON - MINUTE, NOON + MINUTE)) == {}
