"""Releases as the drain finds them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ground import NOON, Ground, a_log, a_request
from tests.state import sqlite, state_database
from vedette.catalogue.database import ALIAS
from vedette.changes.models import ChangeRow
from vedette.changes.queries import list_changes_between
from vedette.pipeline.lines import Batch
from vedette.record.signals import Request
from vedette.releases import digest as digesting
from vedette.releases import operations, room
from vedette.releases.digest import ReleaseDigest
from vedette.releases.queries import find_releases, list_releases, list_seen

A_MINUTE = dt.timedelta(minutes=1)


def batch_of(*signals: Request) -> dict[str, Batch]:
    """Return what the drain hands to sinks."""
    batch = Batch("requests")
    for signal in signals:
        batch.add_signal(signal)
    return {"requests": batch}


def a_visit(
    release: str, *, time: dt.datetime = NOON, environment: str = "production", service: str = "shop"
) -> Request:
    """Return a request of *release*."""
    return a_request(time=time, release=release, environment=environment, service=service)


def seen_in_state() -> dict[tuple[str, str, str], tuple[dt.datetime, dt.datetime]]:
    """Return when each release was seen where, as the state has it."""
    releases = list_releases(limit=5000).releases
    return {
        (seen.service, seen.environment, seen.version): (seen.first_at, seen.last_at)
        for rows in list_seen(release.id for release in releases).values()
        for seen in rows
    }


@pytest.fixture
def ground(tmp_path: Path, state: str) -> Iterator[Ground]:
    """Give everything between a signal and the state."""
    ground = Ground(tmp_path / "ground", sinks=[ReleaseDigest()])
    yield ground
    ground.recorder.journal.close()


def test_a_release_exists_from_its_first_record_of_any_kind(ground: Ground) -> None:
    ground.record(
        [
            a_visit("2.0", time=NOON + A_MINUTE),
            a_log(time=NOON, release="2.0", service="shop", environment="test"),
        ]
    )
    ground.drain_all()

    (release,) = find_releases("2.0")
    assert (release.service, release.first_at, release.last_at) == ("shop", NOON, NOON + A_MINUTE)
    assert release.announced_at is None
    assert {seen.environment for seen in list_seen([release.id])[release.id]} == {"test", "production"}


def test_that_it_was_first_seen_somewhere_is_told_once(ground: Ground) -> None:
    for minute in range(3):
        ground.record([a_visit("2.0", time=NOON + minute * A_MINUTE)])
        ground.drain_all()

    told = list_changes_between("release", start=NOON, end=NOON + 5 * A_MINUTE)
    assert [(change.title, change.after, change.details["environment"]) for change in told] == [
        ("2.0", "seen", "production")
    ]


def test_an_announced_release_is_the_one_that_is_seen(ground: Ground) -> None:
    operations.announce("shop", "2.0", at=NOON)
    ground.record([a_visit("2.0", time=NOON + A_MINUTE)])
    ground.drain_all()

    (release,) = find_releases("2.0")
    assert (release.announced_at, release.first_at) == (NOON, NOON + A_MINUTE)


@pytest.mark.usefixtures("sqlite_state")
def test_a_round_without_news_reads_once_and_writes_nothing() -> None:
    sink = ReleaseDigest()
    sink.digest(batch_of(a_visit("2.0")))

    with CaptureQueriesContext(connections[ALIAS]) as queries:
        sink.digest(batch_of(a_visit("2.0", time=NOON + dt.timedelta(seconds=29))))
        sink.digest({})

    assert len(queries) == 1
    assert find_releases("2.0")[0].last_at == NOON


@pytest.mark.usefixtures("sqlite_state")
def test_a_round_takes_a_handful_of_statements_however_many_releases_it_brings() -> None:
    sink = ReleaseDigest()
    sink.digest(batch_of(a_visit("0.9")))

    with CaptureQueriesContext(connections[ALIAS]) as queries:
        sink.digest(
            batch_of(*(a_visit(f"1.{number}") for number in range(80)), a_visit("0.9", time=NOON + A_MINUTE))
        )

    statements = [
        query["sql"]
        for query in queries
        if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
    ]
    assert len(statements) <= 10, statements
    assert list_releases().total == 81


def test_a_flood_of_names_is_bounded_and_counted(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_RELEASES", 150)
    refused: list[tuple[str, int]] = []
    sink = ReleaseDigest(on_refused=lambda service, number: refused.append((service, number)))
    operations.announce("shop", "told", at=NOON - A_MINUTE)
    for minute in range(3):
        sink.digest(
            batch_of(
                *(
                    a_visit(
                        f"{minute}-{number}",
                        time=NOON + minute * A_MINUTE + dt.timedelta(seconds=number / 10),
                    )
                    for number in range(250)
                )
            )
        )

    versions = {release.version for release in list_releases(limit=1000).releases}
    assert refused == [("shop", 150)] * 3
    assert len(versions) == 150
    # What somebody told of stays; of the others those that were seen last.
    assert {"told", "2-249", "2-150", "1-249"} <= versions
    assert not {"2-149", "0-249"} & versions
    # What was told of those that went is forgotten with them.
    assert ChangeRow.objects.using(ALIAS).count() == 150


def test_of_those_that_were_announced_the_latest_stay(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_RELEASES", 3)
    for number in range(5):
        operations.announce("shop", f"1.{number}", at=NOON + number * A_MINUTE)
    operations.announce("other", "1.0", at=NOON)
    assert {(release.service, release.version) for release in list_releases().releases} == {
        ("shop", "1.2"), ("shop", "1.3"), ("shop", "1.4"), ("other", "1.0"),
    }  # fmt: skip


def test_a_flood_of_environments_is_bounded_and_counted(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digesting, "MOST_ENVIRONMENTS", 10)
    refused: list[tuple[str, int]] = []
    sink = ReleaseDigest(on_refused=lambda service, number: refused.append((service, number)))
    for round_ in range(2):
        sink.digest(batch_of(*(a_visit("1.0", environment=f"{round_}-{number}") for number in range(6))))
    assert len(seen_in_state()) == 10
    assert refused == [("shop", 1)] * 2


def test_odd_names_are_kept_as_the_state_can_hold_them(state: str) -> None:
    ReleaseDigest().digest(batch_of(a_visit("a\0b" + "x" * 300, environment="é", service="s" * 300)))

    (release,) = list_releases().releases
    assert (len(release.version), len(release.service)) == (250, 200)
    assert release.version.startswith("a\N{REPLACEMENT CHARACTER}b")


_VISITS = st.lists(
    st.tuples(
        st.sampled_from(["shop", "mail"]),
        st.sampled_from(["production", "staging", ""]),
        st.sampled_from(["1.0", "1.1", "é"]),
        st.integers(0, 400),
    ),
    max_size=12,
)


@pytest.mark.usefixtures("sqlite_state")
@settings(max_examples=30)
@given(rounds=st.lists(_VISITS, max_size=5))
def test_the_state_says_what_counting_by_hand_says(
    tmp_path_factory: pytest.TempPathFactory, rounds: Sequence[Sequence[tuple[str, str, str, int]]]
) -> None:
    expected: dict[tuple[str, str, str], tuple[dt.datetime, dt.datetime]] = {}
    directory = tmp_path_factory.mktemp("state")
    with state_database(sqlite(directory), path=directory / "state.sqlite3"):
        sink = ReleaseDigest()
        for visits in rounds:
            signals = []
            for service, environment, release, seconds in visits:
                time = NOON + dt.timedelta(seconds=seconds)
                signals.append(a_visit(release, time=time, environment=environment, service=service))
                first, last = expected.get((service, environment, release), (time, time))
                expected[service, environment, release] = min(first, time), max(last, time)
            sink.digest(batch_of(*signals))
        found = seen_in_state()
        whole = {(release.service, release.version): release for release in list_releases().releases}

    assert found.keys() == expected.keys()
    tolerance = dt.timedelta(seconds=digesting.WRITTEN_EVERY_S)
    for origin, (first, last) in expected.items():
        assert found[origin][0] == first
        assert last - tolerance < found[origin][1] <= last
    for (service, version), kept in whole.items():
        times = [found[origin] for origin in found if (origin[0], origin[2]) == (service, version)]
        assert kept.first_at == min(first for first, _ in times)
        assert kept.last_at is not None
        assert kept.last_at >= max(last for _, last in times)
