"""Each catalogue does what every catalogue must; the one in the state database does more."""

from __future__ import annotations

import datetime as dt
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import OperationalError, connections
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import CaptureQueriesContext, override_settings

from tests.catalogue.contract import CatalogueContract, a_part, lost_lease
from tests.ground import NOON, Ground, a_request
from tests.state import forget_connection, sqlite, state_database
from vedette.catalogue import database
from vedette.catalogue.catalogue import StateCatalogue
from vedette.catalogue.database import ALIAS
from vedette.catalogue.models import PartRow
from vedette.store.catalogue import Catalogue, Commit, Progress
from vedette.store.query import StoreUnavailableError
from vedette.testing import MemoryCatalogue


class TestInMemory(CatalogueContract):
    def make(self, *, is_leader: bool = True) -> Catalogue:
        return MemoryCatalogue(fence=None if is_leader else lost_lease)


@pytest.mark.usefixtures("sqlite_state")
class TestInSQLite(CatalogueContract):
    def make(self, *, is_leader: bool = True) -> Catalogue:
        return StateCatalogue(fence=(lambda: None) if is_leader else lost_lease)


@pytest.mark.usefixtures("postgres_state")
class TestInPostgreSQL(CatalogueContract):
    def make(self, *, is_leader: bool = True) -> Catalogue:
        return StateCatalogue(fence=(lambda: None) if is_leader else lost_lease)


@pytest.fixture
def catalogue(state: str) -> StateCatalogue:
    return StateCatalogue(fence=lambda: None)


def test_reading_takes_one_statement_and_no_transaction(catalogue: StateCatalogue) -> None:
    catalogue.apply(Commit(added=[a_part("a")], progress={"s": Progress(1, 1)}), at=NOON)
    with CaptureQueriesContext(connections[ALIAS]) as queries:
        catalogue.snapshot()
    assert len(queries) == 1


def test_parts_from_before_editions_were_kept_are_in_the_first_once_they_were_merged(
    catalogue: StateCatalogue,
) -> None:
    parts = [replace(a_part(f"level-{level}"), level=level, edition=7) for level in range(3)]
    catalogue.apply(Commit(added=parts), at=NOON)
    assert {part.edition for part in catalogue.snapshot().parts} == {7}
    PartRow.objects.using(ALIAS).update(edition=None)
    found = {part.level: part.edition for part in catalogue.snapshot().parts}
    assert found == {0: 0, 1: 1, 2: 1}


def test_a_reader_sees_parts_and_progress_of_one_moment(catalogue: StateCatalogue) -> None:
    """Each commit adds one part and moves one segment on by one: a snapshot in which they differ is torn."""
    stopping = threading.Event()
    torn: list[tuple[int, int]] = []
    reads = 0

    def read() -> None:
        nonlocal reads
        try:
            while not stopping.is_set():
                snapshot = catalogue.snapshot()
                reads += 1
                offset = snapshot.progress["s"].offset if snapshot.progress else 0
                if offset != len(snapshot.parts):
                    torn.append((len(snapshot.parts), offset))
        finally:
            forget_connection()

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(1, 101):
        catalogue.apply(Commit(added=[a_part(str(number))], progress={"s": Progress(number, 1)}), at=NOON)
    stopping.set()
    for reader in readers:
        reader.join()
    assert torn == []
    assert reads > 3


def test_reading_does_not_wait_for_a_transaction_that_writes(catalogue: StateCatalogue) -> None:
    catalogue.apply(Commit(added=[a_part("a")]), at=NOON)
    seen: list[int] = []

    def read() -> None:
        try:
            seen.append(len(catalogue.snapshot().parts))
        finally:
            forget_connection()

    def read_meanwhile() -> None:
        reader = threading.Thread(target=read)
        reader.start()
        reader.join(timeout=5)

    catalogue.apply(Commit(added=[a_part("b")]), at=NOON, also=read_meanwhile)
    assert seen == [1]


def test_the_whole_ground_works_on_it(catalogue: StateCatalogue, tmp_path: Path) -> None:
    ground = Ground(tmp_path / "ground", catalogue=catalogue)
    for number in range(12):
        ground.record([a_request(number)])
        ground.drain_all()
    assert ground.merge_all() > 0
    ground.clock.advance(86_400)
    ground.maintenance.apply_retention()
    ground.maintenance.clean_up()
    assert len(ground.request_ids()) == 12
    assert ground.ask("SELECT sum(requests) FROM requests_hourly") == [(12,)]
    ground.recorder.journal.close()


@override_settings(USE_TZ=False, TIME_ZONE="America/New_York")
def test_a_site_without_time_zones_changes_no_times(catalogue: StateCatalogue) -> None:
    part = a_part("a", microseconds=1)
    catalogue.apply(Commit(added=[part], progress={"s": Progress(1, 1, NOON)}), at=NOON)
    catalogue.apply(Commit(removed=[part]), at=NOON)
    assert list(catalogue.removed_parts(before=NOON + dt.timedelta(microseconds=1))) == [part]
    assert catalogue.snapshot().progress["s"].finished_at == NOON


def test_before_the_database_is_made_there_is_nothing(tmp_path: Path, django_db_blocker: object) -> None:
    with django_db_blocker.unblock(), state_database(sqlite(tmp_path), path=tmp_path / "s"):  # type: ignore[attr-defined]
        connections[ALIAS].close()
        for path in tmp_path.glob("state.sqlite3*"):
            path.unlink()
        assert StateCatalogue(fence=lambda: None).snapshot().parts == ()


def test_a_broken_database_is_said_to_be_unavailable(sqlite_state: None, tmp_path: Path) -> None:
    connections[ALIAS].close()
    for path in tmp_path.glob("state.sqlite3-*"):
        path.unlink()
    (tmp_path / "state.sqlite3").write_bytes(b"this is no database, however long one looks at it" * 100)
    with pytest.raises(StoreUnavailableError):
        StateCatalogue(fence=lambda: None).snapshot()


def test_a_database_that_cannot_be_opened_is_not_taken_for_an_empty_one(
    sqlite_state: None, tmp_path: Path
) -> None:
    connections[ALIAS].close()
    for path in tmp_path.glob("state.sqlite3*"):
        path.unlink()
    (tmp_path / "state.sqlite3").mkdir()
    with pytest.raises(StoreUnavailableError, match="unable to open"):
        StateCatalogue(fence=lambda: None).snapshot()


def test_a_database_in_memory_that_fails_is_not_taken_for_an_absent_one(sqlite_state: None) -> None:
    connections[ALIAS].settings_dict["NAME"] = "file:elsewhere?mode=memory"
    assert not database.is_absent(OperationalError("database table is locked"))
    assert database.is_absent(OperationalError("unable to open database file"))


def test_tables_that_are_not_there_yet_are_empty(catalogue: StateCatalogue) -> None:
    with renamed("TABLE vedette_part", "TO vedette_other"):
        assert catalogue.snapshot().parts == ()


def test_tables_of_an_older_release_are_not_taken_for_empty_ones(catalogue: StateCatalogue) -> None:
    with renamed("TABLE vedette_part", "COLUMN crc32 TO crc"), pytest.raises(StoreUnavailableError):
        catalogue.snapshot()


@contextmanager
def renamed(what: str, how: str) -> Iterator[None]:
    """Rename something in the database for a while."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(f"ALTER {what} RENAME {how}")
        yield
        other = what.partition(" ")[2]
        old, separator, new = how.removeprefix("COLUMN ").partition(" TO ")
        if separator:
            cursor.execute(f"ALTER TABLE {other} RENAME COLUMN {new} TO {old}")
        else:
            cursor.execute(f"ALTER TABLE {how.removeprefix('TO ')} RENAME TO {other}")


@pytest.mark.parametrize("uses_zones", [True, False])
def test_the_database_knows_since_when_it_is_there(state: str, uses_zones: bool) -> None:
    with override_settings(USE_TZ=uses_zones, TIME_ZONE="America/New_York"):
        made_at = database.made_at()
    assert made_at is not None
    assert made_at.utcoffset() == dt.timedelta(0)


def test_migrations_of_a_newer_release_are_known_as_such(state: str) -> None:
    assert database.list_unknown_migrations() == []
    recorder = MigrationRecorder(connections[ALIAS])
    recorder.record_applied("vedette", "9999_later")
    try:
        assert database.list_unknown_migrations() == ["9999_later"]
    finally:
        recorder.record_unapplied("vedette", "9999_later")


def test_migrating_twice_changes_nothing(state: str, tmp_path: Path) -> None:
    database.migrate(tmp_path / "state.sqlite3")
    database.migrate(tmp_path / "state.sqlite3")


def test_the_state_is_closed_to_strangers(sqlite_state: None, tmp_path: Path) -> None:
    files = [*tmp_path.glob("state.sqlite3*")]
    assert files
    assert all(path.stat().st_mode & 0o007 == 0 for path in files)


def test_the_migrations_hold_what_the_models_say(sqlite_state: None) -> None:
    call_command("makemigrations", "vedette", check=True, dry_run=True, stdout=io.StringIO())


def test_our_tables_are_in_our_database_and_nobody_else_s_are() -> None:
    router = database.Router()
    from django.contrib.auth.models import User

    from vedette.catalogue.models import PartRow

    assert (router.db_for_read(PartRow), router.db_for_write(PartRow)) == (ALIAS, ALIAS)
    assert (router.db_for_read(User), router.db_for_write(User)) == (None, None)
    assert router.allow_migrate(ALIAS, "vedette") is True
    assert router.allow_migrate("default", "vedette") is False
    assert router.allow_migrate(ALIAS, "auth") is False
    assert router.allow_migrate("default", "auth") is None


def test_a_site_that_configures_the_alias_keeps_its_own(tmp_path: Path) -> None:
    before = connections.settings[ALIAS]
    database.register(tmp_path / "other.sqlite3")
    assert connections.settings[ALIAS] is before
