"""When releases went where, on every chart."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from collections.abc import Iterator

import pytest
from django.test import Client

from tests.web.conftest import NOW
from tests.web.site import put
from vedette.releases import operations
from vedette.releases.models import ReleaseRow, ReleaseSeenRow
from vedette.store.paging import micros_of
from vedette.store.query import TimeRange
from vedette.testing import Recorded
from vedette.web.charts import Marker
from vedette.web.markers import Arrivals

pytestmark = pytest.mark.django_db(databases=["default", "vedette"])
MINUTE = dt.timedelta(minutes=1)
HOUR = TimeRange(NOW - 60 * MINUTE, NOW)
CARDS = ("cards/overview", "cards/requests/histogram", "cards/logs/histogram", "cards/traces/histogram")


@pytest.fixture(autouse=True)
def _arrivals() -> Iterator[None]:
    put.markers = Arrivals()
    yield


def seen(version: str, at: dt.datetime, *, service: str = "shop", environment: str = "production") -> None:
    """Let a release be seen."""
    us = micros_of(at)
    row, _ = ReleaseRow.objects.using("vedette").get_or_create(
        service=service, version=version, defaults={"created_us": us, "first_us": us, "last_us": us}
    )
    ReleaseSeenRow.objects.using("vedette").create(
        release=row, environment=environment, first_us=us, last_us=us
    )


def deployed(
    version: str, at: dt.datetime, *, service: str = "shop", environment: str = "production"
) -> None:
    """Let a release be deployed."""
    operations.announce(service, version, at=at)
    operations.add_deploy(service, version, environment=environment, at=at)


def labels(range: TimeRange = HOUR, *, service: str = "", environment: str = "") -> list[str]:
    """Return what the markers say."""
    found = Arrivals().between(range, service=service, environment=environment)
    assert [marker.at for marker in found] == sorted(marker.at for marker in found)
    return [marker.label for marker in found]


@pytest.mark.parametrize("card", CARDS)
def test_every_chart_over_time_bears_the_deploys(browser: Client, traffic: Recorded, card: str) -> None:
    deployed("shop@2.0", NOW - 30 * MINUTE)
    deployed("1.0", NOW - 90 * MINUTE)

    text = browser.get(f"/vedette/{card}", {"range": "1h"}).content.decode()
    charts = [json.loads(html.unescape(each)) for each in re.findall(r'data-chart="([^"]*)"', text)]
    assert charts
    for chart in charts:
        assert [marker["label"] for marker in chart["markers"]] == ["2.0"]


@pytest.mark.parametrize(
    ("query", "expected"), [("", ["2.1", "2.0"]), ("service:mail", ["2.1"]), ("environment:staging", [])]
)
def test_the_query_bar_of_logs_chooses_among_them(
    browser: Client, traffic: Recorded, query: str, expected: list[str]
) -> None:
    deployed("2.0", NOW - 30 * MINUTE)
    deployed("2.1", NOW - 40 * MINUTE, service="mail")

    text = browser.get("/vedette/cards/logs/histogram", {"range": "1h", "q": query}).content.decode()
    for chart in (json.loads(html.unescape(each)) for each in re.findall(r'data-chart="([^"]*)"', text)):
        assert [marker["label"] for marker in chart["markers"]] == expected


def test_where_nobody_tells_of_deploys_first_records_are_marked() -> None:
    seen("1.0", NOW - 50 * MINUTE)
    seen("2.0", NOW - 20 * MINUTE)
    deployed("2.0", NOW - 22 * MINUTE)

    assert labels() == ["1.0", "2.0"]
    assert Arrivals().between(HOUR)[1] == Marker(NOW - 22 * MINUTE, "2.0", "shop 2.0 → production")


def test_a_deploy_that_came_before_the_range_says_that_its_first_record_is_no_arrival() -> None:
    deployed("2.0", NOW - 70 * MINUTE)
    seen("2.0", NOW - 50 * MINUTE)

    assert labels() == []


def test_several_services_and_environments_are_told_apart() -> None:
    deployed("2.0", NOW - 50 * MINUTE)
    deployed("2.1", NOW - 40 * MINUTE, environment="staging")
    seen("7", NOW - 30 * MINUTE, service="mail", environment="")

    found = Arrivals().between(HOUR)
    assert [(marker.label, marker.detail) for marker in found] == [
        ("2.0", "shop 2.0 → production"),
        ("2.1", "shop 2.1 → staging"),
        ("7", "mail 7"),
    ]
    assert labels(service="shop") == ["2.0", "2.1"]
    assert labels(service="shop", environment="staging") == ["2.1"]


def test_what_comes_close_together_is_one_marker_and_long_names_are_cut() -> None:
    for second in range(5):
        seen(f"1.{second}", NOW - 30 * MINUTE + dt.timedelta(seconds=second))
    deployed("a-very-long-name-of-a-release", NOW - 10 * MINUTE)
    deployed("3f2a1bc9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5", NOW - 5 * MINUTE)

    assert labels() == ["1.4 + 4", "a-very-long-nam…", "3f2a1bc"]


def test_a_release_that_went_to_several_places_at_once_is_one_marker_that_names_them() -> None:
    for number in range(8):
        deployed("2.0", NOW - 30 * MINUTE + dt.timedelta(seconds=number), environment=f"zone-{number}")

    (marker,) = Arrivals().between(HOUR)
    assert marker.label == "2.0"
    assert marker.detail.startswith("shop 2.0 → zone-2, ")
    assert marker.detail.endswith("shop 2.0 → zone-7, and 2 more")


def test_charts_stay_readable_however_often_there_was_a_deploy() -> None:
    for number in range(200):
        deployed(f"1.{number}", NOW - dt.timedelta(seconds=15 * number + 1))

    assert len(labels()) <= 40


def test_since_deploy_begins_at_the_last_deploy(browser: Client, traffic: Recorded) -> None:
    deployed("2.0", NOW - 10 * MINUTE)

    page = browser.get("/vedette/requests/", {"range": "since deploy"})
    assert page.status_code == 200
    assert (
        f'Range: <time datetime="{(NOW - 10 * MINUTE).isoformat().replace("+00:00", "Z")}"'
        in page.content.decode()
    )


def test_since_deploy_asks_the_store_where_no_release_is_known(browser: Client, traffic: Recorded) -> None:
    page = browser.get("/vedette/requests/", {"range": "since deploy"})

    assert page.status_code == 200
    assert "Since the last deploy" in page.content.decode()


def test_a_state_that_is_away_is_said_on_the_card(
    browser: Client, traffic: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    class Away(Arrivals):
        def between(self, range: TimeRange, *, service: str = "", environment: str = "") -> list[Marker]:
            raise OperationalError("no such table")

        def find_last(self, *, before: dt.datetime) -> dt.datetime | None:
            raise OperationalError("no such table")

    put.markers = Away()
    assert browser.get("/vedette/cards/requests/histogram").status_code == 503
    page = browser.get("/vedette/requests/", {"range": "since deploy"})
    assert (page.status_code, "could not say when the last deploy was" in page.content.decode()) == (
        400,
        True,
    )
