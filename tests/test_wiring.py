"""The parts put together: what a site's own process gets."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings as SiteSettings
from pytest_django.plugin import DjangoDbBlocker

from tests.ground import a_log, a_request
from tests.issues.ground import an_error
from tests.state import sqlite, state_database
from vedette import conf, testing, wiring
from vedette.capture import recorder as capture
from vedette.issues import queries
from vedette.projects.operations import add_project
from vedette.projects.queries import list_keys
from vedette.store.query import TimeRange


@pytest.fixture
def site(settings: SiteSettings, tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Path]:
    """Give the directory of a site that is set up."""
    settings.VEDETTE = {"DIR": tmp_path, "HOST": "h", "SERVICE": "shop"}
    capture.reset()
    wiring.store.cache_clear()
    with django_db_blocker.unblock(), state_database(sqlite(tmp_path), path=tmp_path / "state.sqlite3"):
        yield tmp_path
    capture.reset()
    wiring.store.cache_clear()


def test_what_is_recorded_is_drained_by_the_worker_and_read_from_the_store(site: Path) -> None:
    now = wiring.utc_now()
    capture.recorder().record(a_request(1, time=now))
    assert wiring.store().sql("SELECT request_id, service FROM requests").rows == [("r1", "shop")]
    assert wiring.worker().tick()
    capture.recorder().record(a_request(2, time=now))
    assert len(wiring.store().sql("SELECT * FROM requests").rows) == 2


def test_the_store_can_be_read_before_any_worker_ran(
    settings: SiteSettings, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    settings.VEDETTE = {"DIR": tmp_path / "new"}
    conf.reload()
    wiring.store.cache_clear()
    with django_db_blocker.unblock(), state_database(sqlite(tmp_path), path=tmp_path / "state.sqlite3"):
        assert wiring.store().sql("SELECT count(*) FROM logs").rows == [(0,)]
    wiring.store.cache_clear()
    conf.reload()


_LOOK = """
import django
django.setup()
from django.contrib.auth.models import User
from django.test import RequestFactory
from django.urls import resolve
from vedette.catalogue import database
assert not database.is_made()
for path in ("/vedette/tokens/", "/vedette/projects/", "/vedette/cards/issues/list", "/vedette/cards/logs/histogram"):
    request = RequestFactory().get(path)
    request.user = User(is_active=True, is_staff=True, is_superuser=True)
    view = resolve(path)
    response = view.func(request, **view.kwargs)
    assert response.status_code == 200, (path, response.content)
assert database.is_made()
"""


def test_pages_can_be_looked_at_before_any_worker_ran(tmp_path: Path) -> None:
    environ = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.cli.site_settings",
        "VEDETTE_TEST_SITE": str(tmp_path),
    }
    looked = subprocess.run(
        [sys.executable, "-c", _LOOK], env=environ, capture_output=True, text=True, check=False
    )
    assert looked.returncode == 0, looked.stderr


def test_a_part_that_is_lost_is_written_down(site: Path) -> None:
    wiring.worker().maintenance.on_loss("requests", "damaged_part", 7)
    # The SDK's own client report may be there as well: what a test before this one made it drop.
    told = "SELECT attributes['signal'], sum FROM metrics WHERE name = 'vedette.dropped'"
    assert wiring.store().sql(told).rows == [("requests", 7.0)]


def test_the_use_of_a_key_is_known_once_the_worker_has_drained(
    site: Path, settings: SiteSettings, client: Client
) -> None:
    settings.ROOT_URLCONF = "tests.urls_of_a_site"
    wiring.receiver.cache_clear()
    key = add_project("mail", at=wiring.utc_now())
    answer = client.post(
        f"/vedette/api/{key.project}/envelope/",
        b'{}\n{"type":"event"}\n{"message":"lost"}\n',
        content_type="application/x-sentry-envelope",
        headers={"X-Sentry-Auth": f"Sentry sentry_key={key.public}"},
    )
    assert answer.status_code == 200, answer.content
    assert wiring.worker().tick()
    wiring.receiver.cache_clear()
    assert [each.last_used_at is not None for each in list_keys("mail")] == [True]


def test_without_settings_nothing_is_given_out_but_the_site_runs(settings: SiteSettings) -> None:
    settings.VEDETTE = {}
    capture.reset()
    wiring.store.cache_clear()
    with pytest.raises(conf.SettingsError, match="DIR"):
        wiring.store()
    assert not capture.recorder().record(a_log())
    capture.reset()


def test_recording_for_a_test_leaves_the_site_s_own_recorder_alone(site: Path) -> None:
    before = capture.recorder()
    with testing.recorded() as seen:
        capture.recorder().record(a_log(1))
        capture.recorder().record(a_request(1))
        assert [log.message for log in seen.logs] == ["message 1"]
        assert seen.drain().rows == {"logs": 1, "requests": 1}
        assert seen.store.sql("SELECT message, service FROM logs").rows == [("message 1", "test")]
        assert [request.request_id for request in seen.requests] == ["r1"]
        kinds = (seen.spans, seen.errors, seen.metrics, seen.events, seen.checks, seen.profiles)
        assert not any(kinds)
    assert capture.recorder() is before
    assert not seen.directory.exists()
    assert wiring.store().sql("SELECT count(*) FROM logs").rows == [(0,)]


def test_the_fake_clock_goes_back_only_when_it_is_set_back() -> None:
    clock = testing.FakeClock()
    now, monotonic = clock.now(), clock.monotonic()
    clock.advance(5)
    assert ((clock.now() - now).total_seconds(), clock.monotonic() - monotonic) == (5, 5)
    clock.jump(-60)
    assert ((clock.now() - now).total_seconds(), clock.monotonic() - monotonic) == (-55, 5)
    assert clock.time() == clock.now().timestamp()
    with pytest.raises(ValueError, match="jump"):
        clock.advance(-1)


def test_vedette_testing_does_not_load_duckdb() -> None:
    code = "import vedette.testing, sys; sys.exit('duckdb' in sys.modules)"
    source = Path(conf.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(source)}, check=False)
    assert done.returncode == 0


def test_an_error_is_in_an_issue_as_soon_as_the_worker_has_drained_it(site: Path) -> None:
    now = wiring.utc_now()
    for number in range(3):
        capture.recorder().record(an_error(number, time=now, service="shop"))
    assert wiring.worker().tick()
    (row,) = queries.list_issues(wiring.store(), range=TimeRange(now, now + dt.timedelta(seconds=1))).rows
    assert (row.events, row.issue.title) == (3, "ValueError: no 0")
    assert row.issue == queries.find_issue_of(wiring.store(), f"{1:032x}")


def test_an_error_is_known_in_capture_by_what_the_drain_knows_it(site: Path) -> None:
    error = an_error(0, time=wiring.utc_now())
    expected = wiring.fingerprint_of(error)
    capture.recorder().record(error)
    wiring.worker().tick()
    assert wiring.store().sql("SELECT fingerprint FROM errors").rows == [(expected,)]
