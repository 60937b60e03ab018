"""Which client there is, and where what it captures goes."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
import sentry_sdk
from django.core.handlers.wsgi import WSGIHandler
from sentry_sdk.envelope import Envelope
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.transport import HttpTransport, Transport

import vedette
from tests.capture.observed import Observed
from tests.capture.sentry.conftest import Start
from vedette.capture.checks import check_sentry
from vedette.capture.sentry.transport import JournalTransport
from vedette.record.signals import Error

ROOT = Path(__file__).parents[3]
DSN = "http://key@127.0.0.1:9/1"


class _Elsewhere(Transport):
    """A Sentry elsewhere."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.events: list[Any] = []
        self.error = error

    def capture_envelope(self, envelope: Envelope) -> None:
        if self.error is not None:
            raise self.error
        self.events.append(envelope.get_event())


def _environment() -> dict[str, str]:
    dropped = {"SENTRY_DSN", "DJANGO_SETTINGS_MODULE"}
    return {name: value for name, value in os.environ.items() if name not in dropped}


def _init(**options: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        sentry_sdk.init(**options)


def test_the_sdk_is_initialised_where_the_site_has_not(site: Observed) -> None:
    site.get("/")

    client = sentry_sdk.get_client()
    assert isinstance(client.transport, JournalTransport)
    assert client.get_integration("django") is None
    assert client.options["traces_sample_rate"] == 0.0
    assert client.options["dsn"] is None


def test_a_client_of_the_site_keeps_its_options_and_its_transport(start: Start) -> None:
    elsewhere = _Elsewhere()
    site = start()
    _init(transport=elsewhere, environment="theirs", auto_enabling_integrations=False)
    client = sentry_sdk.get_client()

    site.get("/boom/7/")

    assert sentry_sdk.get_client() is client
    assert client.options["environment"] == "theirs"
    (error,) = site.records(Error)
    (event,) = elsewhere.events
    assert event["event_id"] == error.event_id == site.request.attributes["error.event_id"]


def test_a_client_that_the_site_makes_after_the_first_request_is_joined(start: Start) -> None:
    elsewhere = _Elsewhere()
    site = start()
    site.handler = WSGIHandler()
    site.get("/boom/7/")

    _init(transport=elsewhere, auto_enabling_integrations=False)
    site.get("/boom/8/")

    assert [error.event_id for error in site.records(Error)] == [
        request.attributes["error.event_id"] for request in site.requests
    ]
    assert [event["event_id"] for event in elsewhere.events] == [site.records(Error)[-1].event_id]


def test_an_sdk_of_another_age_is_reported_and_done_without(tmp_path: Path) -> None:
    # In a process of its own: it finds an SDK that has nothing of what is asked for.
    package = tmp_path / "other" / "sentry_sdk"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("VERSION = '0.1'\n")
    code = f"""
import django
from django.conf import settings
from pathlib import Path
home = Path({str(tmp_path)!r})
settings.configure(
    ALLOWED_HOSTS=["*"], ROOT_URLCONF="tests.capture.site.urls", VEDETTE=dict(DIR=home), SECRET_KEY="only for tests",
    MIDDLEWARE=["vedette.middleware.Vedette"], INSTALLED_APPS=["vedette"], USE_TZ=True,
)
django.setup()
from tests.capture.observed import Observed
print(Observed(home / "journal").get("/").status)
from vedette.capture.checks import check_sentry
print([message.id for message in check_sentry()])
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**_environment(), "PYTHONPATH": os.pathsep.join([str(package.parent), *sys.path])},
    )

    assert done.stdout.splitlines() == ["200", "['vedette.W103']"], done.stderr
    assert Observed(tmp_path / "journal").request.status == 200


def test_a_client_is_joined_once(start: Start) -> None:
    elsewhere = _Elsewhere()
    site = start()
    _init(transport=elsewhere, auto_enabling_integrations=False)

    site.get("/boom/7/")
    site.get("/boom/8/")

    assert len(site.records(Error)) == len(elsewhere.events) == 2


def test_a_sentry_that_fails_changes_nothing(start: Start) -> None:
    site = start()
    _init(transport=_Elsewhere(OSError("gone")), auto_enabling_integrations=False)

    assert site.get("/boom/7/").status == 500

    (error,) = site.records(Error)
    assert site.request.attributes["error.event_id"] == error.event_id


def test_a_site_that_asks_for_the_stock_integration_gets_its_errors_once(tmp_path: Path) -> None:
    # In a process of its own: the integration patches Django for good.
    code = f"""
import django
from django.conf import settings
from pathlib import Path
import sentry_sdk, vedette
from sentry_sdk.integrations.django import DjangoIntegration
values = dict(DIR=Path({str(tmp_path)!r}), PROFILES_SAMPLE_RATE=0.0)
sentry_sdk.init(**vedette.sentry_options(values, integrations=[DjangoIntegration()]))
settings.configure(
    ALLOWED_HOSTS=["*"], ROOT_URLCONF="tests.capture.sentry.site", VEDETTE=values, SECRET_KEY="only for tests",
    MIDDLEWARE=["vedette.middleware.Vedette"], INSTALLED_APPS=["vedette"], USE_TZ=True,
)
django.setup()
from tests.capture.observed import Observed
Observed(values["DIR"] / "journal").get("/boom/7/")
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=_environment())

    site = Observed(tmp_path / "journal")
    (error,) = site.records(Error)
    assert error.request_id == site.request.request_id
    assert site.request.attributes["error.event_id"] == error.event_id


def test_a_dsn_of_the_environment_gets_a_copy(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    site = start()
    monkeypatch.setenv("SENTRY_DSN", DSN)

    site.get("/boom/7/")

    transport = sentry_sdk.get_client().transport
    assert isinstance(transport, JournalTransport)
    assert isinstance(transport.inner, HttpTransport)
    assert len(site.records(Error)) == 1


def test_a_dsn_of_the_settings_gets_a_copy(start: Start) -> None:
    site = start(SENTRY_DSN=DSN)

    site.get("/")

    transport = sentry_sdk.get_client().transport
    assert isinstance(transport, JournalTransport)
    assert isinstance(transport.inner, HttpTransport)
    assert transport.parsed_dsn is not None


def test_a_dsn_beside_the_options_gets_a_copy(start: Start) -> None:
    site = start(PROFILES_SAMPLE_RATE=0.0)
    _init(**{**vedette.sentry_options(), "dsn": DSN})

    site.get("/")

    transport = sentry_sdk.get_client().transport
    assert isinstance(transport, JournalTransport)
    assert isinstance(transport.inner, HttpTransport)


@pytest.mark.parametrize("dsn", ["no dsn at all", "https://host/1", "https://key@host/shop", "http://[::1/1"])
@pytest.mark.parametrize("place", ["settings", "environment"])
def test_an_unusable_dsn_is_reported_and_not_used(
    start: Start, monkeypatch: pytest.MonkeyPatch, dsn: str, place: str
) -> None:
    site = start(**({"SENTRY_DSN": dsn} if place == "settings" else {}))
    if place == "environment":
        monkeypatch.setenv("SENTRY_DSN", dsn)

    assert site.get("/boom/7/").status == 500

    assert len(site.records(Error)) == 1
    assert [message.id for message in check_sentry()] == ["vedette.W102"]


def test_an_unusable_dsn_does_not_keep_the_site_s_own_call_from_working(tmp_path: Path) -> None:
    options = vedette.sentry_options({"DIR": tmp_path, "SENTRY_DSN": "no dsn at all"})

    assert options["dsn"] == ""
    assert isinstance(options["transport"], JournalTransport)


def test_a_site_without_a_sentry_elsewhere_has_nothing_to_mend(site: Observed) -> None:
    assert check_sentry() == []


def test_one_error_leads_to_no_other(site: Observed, journal_handler: object) -> None:
    site.get("/boom/7/")

    assert len(site.records(Error)) == 1
    assert [log.message for log in site.logs] == ["Internal Server Error: /boom/7/"]
    assert site.request.query_count == 0


def test_a_record_that_cannot_be_written_is_no_error_of_the_site(
    site: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.get("/")
    monkeypatch.setattr("vedette.capture.sentry.transport.decode_pieces", None)

    assert site.get("/boom/7/").status == 500
    monkeypatch.undo()
    site.get("/")

    (loss,) = [metric for metric in site.metrics if metric.name == "vedette.dropped"]
    assert loss.attributes == {"signal": "errors", "reason": "capture_failed"}


def test_the_options_follow_the_settings(tmp_path: Path) -> None:
    options = vedette.sentry_options(
        {
            "DIR": tmp_path,
            "TRACES_SAMPLE_RATE": 0.25,
            "PROFILES_SAMPLE_RATE": 0.5,
            "ENVIRONMENT": "staging",
            "RELEASE": "abc",
        },
        max_breadcrumbs=7,
    )

    assert options["traces_sample_rate"] == 0.25
    assert options["profiles_sample_rate"] == 0.5
    assert (options["environment"], options["release"]) == ("staging", "abc")
    assert options["max_breadcrumbs"] == 7
    assert "send_default_pii" not in options
    assert options["disabled_integrations"] == [DjangoIntegration]


def test_integrations_that_a_site_disables_join_the_stock_one() -> None:
    options = vedette.sentry_options({}, disabled_integrations=[AtexitIntegration])

    assert options["disabled_integrations"] == [DjangoIntegration, AtexitIntegration]


def test_none_is_no_more_integrations() -> None:
    options = vedette.sentry_options({}, integrations=None, disabled_integrations=None)

    assert [item.identifier for item in options["integrations"]] == ["logging"]
    assert options["disabled_integrations"] == [DjangoIntegration]


def test_a_text_as_long_as_a_book_is_cut_and_its_error_kept(
    site: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.capture.sentry.site.Refused.__str__", lambda _: "x" * 3_000_000)

    site.get("/boom/7/")

    (error,) = site.records(Error)
    assert error.value.startswith("xxx")
    assert site.request.attributes["error.event_id"] == error.event_id


def test_an_option_that_the_sdk_does_not_know_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    known: dict[str, Any] = {"dsn": None, "transport": None, "integrations": []}
    monkeypatch.setattr("vedette.capture.sentry.options.DEFAULT_OPTIONS", known)

    options = vedette.sentry_options({})

    assert set(options) <= {"transport", "integrations", "disabled_integrations"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_captures(site: Observed) -> None:
    site.get("/")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            site.get("/boom/7/")
        finally:
            os._exit(0)
    os.waitpid(child, 0)

    (error,) = site.records(Error)
    assert error.request_id == site.requests[-1].request_id
