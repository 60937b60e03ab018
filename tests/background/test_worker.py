"""The worker: it leads or stands by, outlives trouble, and stops in good order."""

from __future__ import annotations

import functools
import logging
from pathlib import Path

import pytest
from django.db import OperationalError, connections

from tests.background.workers import a_worker, eventually, running
from tests.ground import Ground, a_request
from vedette.background import worker as worker_module
from vedette.background.models import LeaseRow
from vedette.catalogue.catalogue import StateCatalogue
from vedette.catalogue.database import ALIAS
from vedette.record.context import is_recording
from vedette.store.catalogue import LeaseLostError


@pytest.fixture
def ground(tmp_path: Path, sqlite_state: None) -> Ground:
    return Ground(tmp_path / "ground", catalogue=StateCatalogue(fence=lambda: None))


def holder() -> str:
    """Return who leads."""
    return LeaseRow.objects.get().holder


def has_rows(ground: Ground, number: int) -> bool:
    """Tell whether *number* requests are in parts."""
    return sum(part.rows for part in ground.catalogue.snapshot(["requests"]).parts) >= number


def test_it_drains_what_comes_until_it_is_stopped(ground: Ground) -> None:
    with running(a_worker(ground)):
        for number in range(5):
            ground.record([a_request(number)])
            assert eventually(functools.partial(has_rows, ground, number + 1))
    assert len(ground.request_ids()) == 5


def test_what_came_last_is_drained_when_it_is_stopped(ground: Ground) -> None:
    worker = a_worker(ground)
    worker.interval_s = 60
    with running(worker):
        assert eventually(lambda: worker.is_leader)
        ground.record([a_request(1)])
    assert sum(part.rows for part in ground.catalogue.snapshot().parts) == 1


def test_a_stopped_worker_leaves_the_lease_to_others_at_once(ground: Ground) -> None:
    worker = a_worker(ground)
    with running(worker):
        assert eventually(lambda: worker.is_leader)
        assert holder() == "far:1:a"
    assert holder() == ""


def test_one_leads_and_the_other_stands_by_until_the_first_stops(ground: Ground, tmp_path: Path) -> None:
    first, second = a_worker(ground), a_worker(Ground(tmp_path / "ground"), holder="far:2:b")
    with running(first):
        assert eventually(lambda: first.is_leader)
        with running(second):
            assert not eventually(lambda: second.is_leader, at_most_s=0.3)
            first.stop()
            assert eventually(lambda: second.is_leader)


def test_a_leader_that_was_deposed_stands_by(ground: Ground, caplog: pytest.LogCaptureFixture) -> None:
    worker = a_worker(ground)
    with running(worker):
        assert eventually(lambda: worker.is_leader)
        row = LeaseRow.objects.get()
        LeaseRow.objects.update(holder="far:2:b", expires_us=row.expires_us * 2, renewals=row.renewals + 1000)
        assert eventually(lambda: not worker.is_leader)
        ground.record([a_request(1)])
        assert not eventually(lambda: bool(ground.catalogue.snapshot().parts), at_most_s=0.3)
        assert ground.request_ids() == ["r1"], "readers need no leader"


def test_it_merges_and_cleans_up_meanwhile(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "MERGE_PAUSE_S", 0.02)

    def parts() -> list[int]:
        return [part.level for part in ground.catalogue.snapshot(["requests"]).parts]

    with running(a_worker(ground)):
        for number in range(12):
            ground.record([a_request(number)])
            assert eventually(functools.partial(has_rows, ground, number + 1))
        assert eventually(lambda: 1 in parts())
    assert len(ground.request_ids()) == 12


def test_it_outlives_whatever_goes_wrong_and_says_so_once(
    ground: Ground, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = a_worker(ground)
    failures = 0
    write = ground.writer.write_lines

    def fail_at_first(*args: object, **options: object) -> object:
        nonlocal failures
        failures += 1
        if failures <= 5:
            raise OSError("the disk is away")
        return write(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(type(ground.writer), "write_lines", lambda self, *a, **o: fail_at_first(*a, **o))
    ground.record([a_request(1)])
    with caplog.at_level(logging.ERROR, "vedette.background"), running(worker):
        assert eventually(lambda: bool(ground.catalogue.snapshot().parts))
    assert failures > 5
    assert [record.levelname for record in caplog.records if "the disk is away" in record.getMessage()] == [
        "ERROR"
    ]
    assert ground.request_ids() == ["r1"]


def test_it_waits_for_a_database_that_cannot_be_prepared_yet(ground: Ground) -> None:
    calls = 0

    def prepare() -> None:
        nonlocal calls
        calls += 1
        if calls < 4:
            raise OperationalError("the database is starting up")

    ground.record([a_request(1)])
    with running(a_worker(ground, prepare=prepare)):
        assert eventually(lambda: bool(ground.catalogue.snapshot().parts))
    assert calls == 4


def test_it_outlives_a_database_that_is_away_for_a_while(postgres_state: None, tmp_path: Path) -> None:
    ground = Ground(tmp_path / "ground", catalogue=StateCatalogue(fence=lambda: None))
    worker = a_worker(ground)
    connection = connections[ALIAS]
    with running(worker):
        assert eventually(lambda: worker.is_leader)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE vedette_segment RENAME TO away")
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        ground.record([a_request(1)])
        assert eventually(lambda: not worker.is_leader)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO vedette_segment")
        assert eventually(lambda: bool(ground.catalogue.snapshot().parts))
    assert ground.request_ids() == ["r1"]


def test_nothing_that_it_does_is_recorded(ground: Ground) -> None:
    seen: list[bool] = []
    worker = a_worker(ground, prepare=lambda: seen.append(is_recording.get()))
    with running(worker):
        assert eventually(lambda: bool(seen))
    worker.tick()
    assert seen == [False, False]
    assert is_recording.get(), "only while it works"


def test_a_tick_does_all_there_is_to_do(ground: Ground) -> None:
    ground.drain.batch_bytes = 1000
    for number in range(30):
        ground.record([a_request(number)])
    assert a_worker(ground).tick()
    assert sum(part.rows for part in ground.catalogue.snapshot(["requests"]).parts) == 30
    assert holder() == ""
    assert len(ground.request_ids()) == 30


def test_features_look_after_their_state_where_it_leads(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "MERGE_PAUSE_S", 0.01)
    done: list[bool | None] = []
    worker = a_worker(ground)
    worker.upkeep = [lambda: done.append(is_recording.get())]
    assert worker.tick()
    assert done == [False]
    with running(worker):
        assert eventually(lambda: len(done) == 2)


def test_a_tick_leaves_the_work_to_whoever_leads(ground: Ground, tmp_path: Path) -> None:
    worker = a_worker(ground)
    with running(worker):
        assert eventually(lambda: worker.is_leader)
        assert not a_worker(Ground(tmp_path / "ground"), holder="far:2:b").tick()


def test_a_tick_that_fails_gives_the_lease_back(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise LeaseLostError("another leads")

    monkeypatch.setattr(type(ground.writer), "write_lines", fail)
    ground.record([a_request(1)])
    with pytest.raises(LeaseLostError):
        a_worker(ground).tick()
    assert holder() == ""


def test_work_that_fails_holds_up_no_other(ground: Ground) -> None:
    done: list[str] = []

    def fail() -> None:
        done.append("failed")
        raise OSError("the disk is away")

    worker = a_worker(ground)
    worker.upkeep = [fail, lambda: done.append("done")]
    with running(worker):
        assert eventually(lambda: len(done) >= 2)
    assert done[:2] == ["failed", "done"]
