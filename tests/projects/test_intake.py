"""What came of each service, and what was dropped on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from vedette.projects.intake import Dropped, Intake, get_intake
from vedette.record.signals import SIGNALS, Error, Log, Metric
from vedette.store.query import TimeRange
from vedette.testing import Recorded, recorded

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
HOUR = TimeRange(NOW - dt.timedelta(hours=1), NOW + dt.timedelta(days=1))


@pytest.fixture
def seen() -> Iterator[Recorded]:
    """Give a store."""
    with recorded() as found:
        yield found


def intake(seen: Recorded, service: str = "shop") -> Intake:
    """Return what came of a service in the last hour, and since."""
    return get_intake(seen.store, range=HOUR).get(service, Intake())


def test_a_store_without_a_record_has_no_service(seen: Recorded) -> None:
    assert get_intake(seen.store, range=HOUR) == {}
    assert (Intake().records, Intake().last_at, Intake().dropped_here) == (0, None, 0)


def test_records_of_every_table_are_counted(seen: Recorded) -> None:
    for signal in SIGNALS.values():
        seen.recorder.record(signal(time=NOW, service="shop"))

    found = intake(seen)
    assert {each.table: each.records for each in found.received} == dict.fromkeys(SIGNALS, 1)
    assert found.records == len(SIGNALS)


def test_services_and_times_are_told_apart(seen: Recorded) -> None:
    early, late = NOW - dt.timedelta(minutes=9), NOW - dt.timedelta(minutes=3)
    for at in (late, early, NOW - dt.timedelta(hours=2)):
        seen.recorder.record(Error(time=at, service="shop"))
    seen.recorder.record(Log(time=NOW, service="mail"))

    assert (intake(seen).of("errors"), intake(seen).of("logs"), intake(seen).last_at) == (2, 0, late)
    assert intake(seen, "mail").records == 1


def test_what_tells_of_losses_is_no_record(seen: Recorded) -> None:
    reason = {"reason": "before_send", "category": "error"}
    seen.recorder.record(
        Metric(time=NOW, service="shop", name="sentry.client_report", sum=4.0, attributes=reason)
    )
    seen.recorder.record(Metric(time=NOW, service="shop", name="queue"))
    seen.recorder.drops.count("attachment", "too_large", 2, service="shop")
    seen.recorder.drops.count("logs", "disk_full", 9)
    seen.recorder.flush()

    found = intake(seen)
    assert found.records == 1
    assert found.dropped == (
        Dropped("error", "before_send", 4, is_by_sender=True),
        Dropped("attachment", "too_large", 2, is_by_sender=False),
    )
    assert found.dropped_here == 2
    assert found.dropped[1].why == "too large"
