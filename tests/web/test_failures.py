"""What the pages say when something does not work."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.web.site import put
from vedette.conf import SettingsError
from vedette.record.signals import Metric
from vedette.store.dialect import Dialect
from vedette.store.query import (
    Query,
    QueryError,
    QueryMemoryError,
    QueryTimeoutError,
    Result,
    StoreUnavailableError,
)
from vedette.testing import Recorded

CARDS = (
    "overview", "requests/histogram", "requests/list", "requests/values", "requests/differences", "requests/spent", "logs/histogram", "logs/list", "logs/tail",
    "logs/facets", "logs/patterns", "traces/histogram", "traces/spent", "traces/list", "traces/values", "traces/operations", "traces/repeated",
    "traces/slow", "traces/profiles", "trace/abc/flame",
)  # fmt: skip


class _Broken:
    """A store that answers nothing."""

    def __init__(self, dialect: Dialect, error: Exception) -> None:
        self.dialect = dialect
        self.error = error

    def run(self, *queries: Query, timeout_s: float | None = None) -> list[Result]:
        """Raise the error."""
        raise self.error

    def sql(self, text: str, *, timeout_s: float | None = None, max_rows: int | None = None) -> Result:
        """Raise the error."""
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (QueryTimeoutError("It took 20 s."), 504, "took too long"),
        (QueryMemoryError("It needed 600 MB."), 503, "more memory"),
        (StoreUnavailableError("The disk is gone."), 503, "vedette doctor"),
        (QueryError("Something else."), 500, "The query failed"),
    ],
)
@pytest.mark.parametrize("card", CARDS)
def test_a_card_says_what_happened_and_what_to_do(
    browser: Client, empty: Recorded, card: str, error: Exception, status: int, words: str
) -> None:
    put.store = _Broken(empty.store.dialect, error)
    response = browser.get(f"/vedette/cards/{card}")
    assert response.status_code == status
    assert words in response.content.decode()
    assert str(error) in response.content.decode()


@pytest.mark.parametrize(
    "address", ["/vedette/requests/abc/", "/vedette/logs/1-abc/", "/vedette/traces/abc/"]
)
def test_an_opened_page_says_so_too(browser: Client, empty: Recorded, address: str) -> None:
    put.store = _Broken(empty.store.dialect, QueryTimeoutError("It took 20 s."))
    response = browser.get(address)
    assert response.status_code == 504
    assert "took too long" in response.content.decode()


def test_the_frame_does_not_need_the_store(browser: Client, empty: Recorded) -> None:
    put.store = _Broken(empty.store.dialect, StoreUnavailableError("The disk is gone."))
    for address in ("/vedette/", "/vedette/requests/", "/vedette/logs/"):
        assert browser.get(address).status_code == 200


def test_a_site_where_vedette_is_not_set_up_is_told_so(browser: Client) -> None:
    put.error = SettingsError('VEDETTE["DIR"] is not set.')
    for address in ("/vedette/", "/vedette/cards/overview", "/vedette/requests/abc/"):
        response = browser.get(address)
        assert response.status_code == 503
        assert "VEDETTE[&quot;DIR&quot;] is not set." in response.content.decode()


def test_completion_is_silent_where_the_store_fails(browser: Client, empty: Recorded) -> None:
    put.store = _Broken(empty.store.dialect, QueryTimeoutError("It took 20 s."))
    assert browser.get("/vedette/complete/logs", {"word": "logger:"}).json() == {"choices": []}


def test_since_deploy_says_that_the_store_could_not_tell(browser: Client, empty: Recorded) -> None:
    put.store = _Broken(empty.store.dialect, QueryTimeoutError("It took 20 s."))
    response = browser.get("/vedette/", {"range": "since deploy"})
    assert response.status_code == 400
    assert "could not say when the last deploy was" in response.content.decode()


@pytest.mark.parametrize("address", ["/vedette/", "/vedette/requests/", "/vedette/logs/"])
def test_a_range_that_makes_no_sense_is_a_form_error(browser: Client, empty: Recorded, address: str) -> None:
    response = browser.get(address, {"range": "banana", "route": "/kept/"})
    text = response.content.decode()
    assert response.status_code == 400
    assert "“banana” is no time range" in text
    assert 'value="banana"' in text
    assert 'value="/kept/"' in text


def test_a_card_of_a_range_that_makes_no_sense(browser: Client, empty: Recorded) -> None:
    assert browser.get("/vedette/cards/overview", {"range": "banana"}).status_code == 400


@pytest.mark.parametrize("name", ["self", "name", "args", "changes", "from_"])
def test_a_link_may_name_what_no_page_knows(browser: Client, traffic: Recorded, name: str) -> None:
    for address in ("overview", "requests/list", "logs/list", "traces/list", "traces/operations"):
        response = browser.get(f"/vedette/cards/{address}", {"range": "1h", name: "x"})
        assert response.status_code == 200


def test_nul_bytes_and_lone_surrogates_in_a_link(browser: Client, traffic: Recorded) -> None:
    for value in ("%00", "%ED%A0%80", "%F0%9F%92%A5", "'%22%3E%3Cx"):
        for address in (
            "/vedette/requests/?route=",
            "/vedette/cards/requests/list?route=",
            "/vedette/cards/logs/list?q=",
            "/vedette/traces/?name=",
            "/vedette/cards/traces/list?name=",
            "/vedette/cards/traces/operations?attr=",
        ):
            assert browser.get(f"{address}{value}").status_code in {200, 400}


def test_a_drain_that_stands_still_is_a_banner(browser: Client, empty: Recorded) -> None:
    put.behind_s = 90.0
    text = browser.get("/vedette/cards/health").content.decode()
    assert "The store is 90 s behind." in text
    assert "vedette run" in text


def test_a_drain_that_keeps_up_is_none(browser: Client, empty: Recorded) -> None:
    put.behind_s = 1.0
    assert "banner" not in browser.get("/vedette/cards/health").content.decode()


def test_what_was_dropped_is_counted_in_the_footer(browser: Client, empty: Recorded) -> None:
    empty.recorder.drops.count("logs", "disk_full", 12)
    empty.recorder.flush()
    assert [metric.sum for metric in empty.of(Metric)] == [12.0]
    text = browser.get("/vedette/cards/health").content.decode()
    assert 'title="12">12<' in text
    assert "12 logs: disk_full" in text


def test_losses_that_are_not_known_are_hatched(browser: Client, empty: Recorded) -> None:
    put.store = _Broken(empty.store.dialect, StoreUnavailableError("The disk is gone."))
    assert 'class="unknown"' in browser.get("/vedette/cards/health").content.decode()


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "../../etc/passwd", "Nowhere/Land", "\0", "x" * 5000, ""])
def test_a_zone_that_is_none_is_taken_for_the_sites(browser: Client, empty: Recorded, zone: str) -> None:
    browser.cookies["vedette_zone"] = zone
    assert browser.get("/vedette/", {"range": "today"}).status_code == 200
