"""The pages of releases."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.web.conftest import NOW
from tests.web.site import put
from vedette.issues.digest import IssueDigest
from vedette.record.signals import Error, Metric, Request
from vedette.releases import operations
from vedette.releases.digest import ReleaseDigest
from vedette.releases.queries import Commit, find_releases
from vedette.testing import Recorded, recorded
from vedette.web import release as release_page
from vedette.web import release_figures, releases_list
from vedette.web.markers import Arrivals

pytestmark = pytest.mark.django_db(databases=["default", "vedette"])
MINUTE = dt.timedelta(minutes=1)
LIST = "/vedette/cards/releases/list"


def a_request(number: int, release: str, *, minutes: float, **values: Any) -> Request:
    """Return a request of some minutes ago."""
    return Request(
        time=NOW - minutes * MINUTE, trace_id=f"{number:032x}", service="shop", environment="production",
        release=release, method="GET", route="/", path="/",
        **{"status": 200, "duration_ms": 10.0, **values},
    )  # fmt: skip


def sessions(release: str, status: str, number: int) -> Metric:
    """Return a count of sessions."""
    return Metric(
        time=NOW - 5 * MINUTE, service="shop", environment="production", release=release, name="sessions",
        kind="counter", sum=float(number), count=1, attributes={"status": status},
    )  # fmt: skip


def an_error() -> Error:
    """Return an error of the new release."""
    return Error(
        time=NOW - 3 * MINUTE, service="shop", environment="production", release="2.0", event_id="0" * 32,
        type="KeyError", value="'total'", level="error",
        payload={"exception": {"values": [{"type": "KeyError", "value": "'total'", "stacktrace": {"frames": [
            {"filename": "apps/tasks/views.py", "abs_path": "/srv/shop/apps/tasks/views.py", "function": "show",
             "lineno": 7, "in_app": True},
        ]}}]}},
    )  # fmt: skip


@pytest.fixture
def seen() -> Iterator[Recorded]:
    """Give a store in which release 2.0 came twenty minutes ago, slower and with more errors than 1.0, and sent an error."""
    with recorded(sinks=[ReleaseDigest(), IssueDigest()]) as found:
        put.store = found.store
        for number in range(60):
            found.recorder.record(a_request(number, "1.0", minutes=50 - number / 2))
        for number in range(40):
            values = {"status": 500 if number % 4 == 0 else 200, "duration_ms": 400.0}
            found.recorder.record(a_request(100 + number, "2.0", minutes=19.5 - number / 4, **values))
        found.recorder.record(an_error())
        for signal in (
            sessions("2.0", "exited", 90),
            sessions("2.0", "crashed", 10),
            sessions("1.0", "exited", 50),
        ):
            found.recorder.record(signal)
        found.drain()
        yield found


@pytest.fixture
def told(seen: Recorded) -> int:
    """Give the number of release 2.0, of which everything was told."""
    release = operations.announce(
        "shop", "2.0", at=NOW - 25 * MINUTE, url="https://ci.example.org/2.0", ref="3f2a1bc9d0e1f2a3"
    )
    files = ("apps/tasks/<b>.py", "README.md")
    commits = [
        Commit(sha="3f2a1bc9d0e1f2a3", message="Mend <b>it</b>\n\nAt last", author="Ada", files=files, at=NOW)
    ]
    operations.set_commits("shop", "2.0", commits, at=NOW)
    operations.finalize("shop", "2.0", at=NOW - 21 * MINUTE)
    operations.add_deploy("shop", "2.0", environment="production", at=NOW - 20 * MINUTE, name="blue")
    return release.id


def text_of(browser: Client, path: str, *, status: int = 200, **params: str) -> str:
    """Return what is at *path*."""
    response = browser.get(path, {"range": "1h", **params})
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode()


def words_of(text: str) -> str:
    """Return the words of a fragment; how long ago something was depends on when a test runs."""
    words = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\N{NO-BREAK SPACE}", " ").split())
    return re.sub(r"\b(?:\d+ (?:s|min|h|d) ago|just now)", "ago", words)


def test_the_list_says_how_each_release_does_against_the_one_before(
    browser: Client, seen: Recorded, told: int
) -> None:
    text = text_of(browser, LIST)
    words = words_of(text)

    assert "was deployed ago in production and serves 40 % of the requests" in words
    assert "more errors, slower and more crashes than 1.0" in words
    assert text.index(">2.0<") < text.index(">1.0<")
    assert f'href="/vedette/releases/{told}/?range=1h"' in text
    assert "25 %" in words
    assert "▲ 25 pts" in words
    assert "90 %" in words
    assert "1 new" in words
    assert "q=is%3Aall+service%3Ashop+first-release%3A2.0" in text


def test_the_overview_names_the_latest_releases(browser: Client, seen: Recorded, told: int) -> None:
    operations.add_deploy("shop", "2.0", environment="staging", at=NOW - 19 * MINUTE)
    words = words_of(text_of(browser, "/vedette/cards/releases/latest", range="5m"))

    assert words == "Latest releases Open 2.0 staging production deployed ago 1.0 production first seen ago"
    assert text_of(browser, "/vedette/cards/releases/latest", service="mail").strip() == ""
    assert "cards/releases/latest" in text_of(browser, "/vedette/")


def test_a_service_without_requests_is_adopted_by_sessions(browser: Client, empty: Recorded) -> None:
    with recorded(sinks=[ReleaseDigest()]) as found:
        put.store = found.store
        found.recorder.record(sessions("2.0", "exited", 30))
        found.recorder.record(sessions("1.0", "exited", 10))
        found.drain()
        words = words_of(text_of(browser, LIST))
    assert "75 %" in words
    assert "100 %" in words


def test_a_release_without_enough_requests_has_no_percentile(browser: Client, seen: Recorded) -> None:
    seen.recorder.record(a_request(900, "3.0", minutes=1))
    seen.drain()

    words = words_of(text_of(browser, LIST))
    assert "3.0" in words
    assert 'class="unknown"' in text_of(browser, LIST)


def test_the_list_is_filtered_and_paged(
    browser: Client, seen: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(releases_list, "ON_A_PAGE", 1)
    first = text_of(browser, LIST)
    (older,) = re.findall(r'href="([^"]*after=[^"]*)"', first)
    rest = words_of(text_of(browser, LIST, after=older.partition("after=")[2]))
    assert ("2.0" in words_of(first), "1.0" in rest, "2 releases in all" in rest) == (True, True, True)
    for after in ("nope", "1-", "9" * 40 + "-" + "9" * 40, "٣-٣"):
        assert "2.0" in text_of(browser, LIST, after=after)
    assert "No release matches" in text_of(browser, LIST, service="mail")
    assert "No release matches" in text_of(browser, LIST, environment="staging")
    assert "No release matches" in text_of(browser, LIST, q="9.9")
    assert "2.0" in text_of(browser, LIST, q="2.", environment="production", service="shop")


def test_an_empty_list_says_how_releases_come_to_be(browser: Client, empty: Recorded) -> None:
    assert "GIT_COMMIT_SHA" in text_of(browser, LIST)
    page = text_of(browser, "/vedette/releases/")
    assert 'aria-current="page">Releases' in page
    assert 'data-go="v"' in page


def test_a_release_shows_what_it_brought_and_where_it_went(browser: Client, told: int) -> None:
    text = text_of(browser, f"/vedette/releases/{told}/")
    words = words_of(text)

    assert "Mend <b>it</b>" in words
    assert "<b>it</b>" not in text
    assert "apps/tasks/&lt;b&gt;.py" in text
    assert "KeyError: 'total'" in words
    assert "SHOP-" in words
    assert 'q=is%3Aall+service%3Ashop+first-release%3A2.0">All</a>' in text
    assert "production blue" in words
    assert 'href="https://ci.example.org/2.0"' in text
    assert "3f2a1bc" in words


def charts_of(text: str) -> dict[str, Any]:
    """Return the charts of a fragment, by the name that stands over each."""
    names = re.findall(r'<h2 id="chart-\d+">([^<]*)</h2>', text)
    found = [json.loads(html.unescape(each)) for each in re.findall(r'data-chart="([^"]*)"', text)]
    return dict(zip(names, found, strict=True))


def test_its_figures_stand_beside_those_of_the_release_before(browser: Client, told: int) -> None:
    text = text_of(browser, f"/vedette/cards/releases/{told}/figures")
    words = words_of(text)
    assert (
        "serves 40 % of the requests of shop in this time: more errors, slower and more crashes than 1.0"
        in words
    )
    assert "compared with 1.0 over 2 h" in words
    assert "Adoption 40 %" in words
    assert "Crash-free sessions 90 %" in words
    assert "▼ 10 pts" in words


def test_its_charts_stand_beside_those_of_the_release_before(browser: Client, told: int) -> None:
    put.markers = Arrivals()
    charts = charts_of(text_of(browser, f"/vedette/cards/releases/{told}/figures"))

    assert list(charts) == [
        "Adoption", "Requests per minute", "Errors", "p95", "Crash-free sessions", "Crash-free users",
    ]  # fmt: skip
    for chart in charts.values():
        assert [series["name"] for series in chart["series"]] == ["2.0", "1.0"]
        assert [marker["label"] for marker in chart["markers"]] == ["1.0", "2.0"]
    traffic, errors, latency = (
        charts[name]["series"][0]["values"] for name in ("Requests per minute", "Errors", "p95")
    )
    step_minutes = charts["Errors"]["step"] / 60_000
    assert sum(value * step_minutes for value in traffic if value is not None) == pytest.approx(40, rel=0.05)
    assert max(value for value in errors if value is not None) <= 100
    # Steps of a minute hold four requests, of which there is no percentile.
    assert set(latency) == {None}


def test_adoption_over_time_is_that_of_counting_requests(browser: Client, seen: Recorded, told: int) -> None:
    chart = charts_of(text_of(browser, f"/vedette/cards/releases/{told}/figures"))["Adoption"]

    made = [("1.0", NOW - (50 - number / 2) * MINUTE) for number in range(60)]
    made += [("2.0", NOW - (19.5 - number / 4) * MINUTE) for number in range(40)]
    for place, (ours, theirs) in enumerate(
        zip(*(series["values"] for series in chart["series"]), strict=True)
    ):
        start = chart["start"] + place * chart["step"]
        here = [version for version, at in made if start <= at.timestamp() * 1000 < start + chart["step"]]
        if not here:
            assert (ours, theirs) == (None, None)
            assert any(since <= start < until for since, until in chart["unknown"])
            continue
        assert ours == pytest.approx(100 * here.count("2.0") / len(here), abs=0.001)
        assert theirs == pytest.approx(100 * here.count("1.0") / len(here), abs=0.001)
        assert not any(since <= start < until for since, until in chart["unknown"])


def test_crash_free_shares_over_time_are_those_of_the_sessions(browser: Client, told: int) -> None:
    charts = charts_of(text_of(browser, f"/vedette/cards/releases/{told}/figures"))
    chart = charts["Crash-free sessions"]
    place = int(((NOW - 5 * MINUTE).timestamp() * 1000 - chart["start"]) // chart["step"])

    assert [series["values"][place] for series in chart["series"]] == [90, 100]
    assert {value for series in chart["series"] for value in series["values"]} == {None, 90, 100}
    at = chart["start"] + place * chart["step"]
    assert next(until for _, until in chart["unknown"]) == at
    # Nobody is named in these sessions, so that all of this chart is unknown.
    whole = chart["start"], chart["start"] + chart["length"] * chart["step"]
    assert charts["Crash-free users"]["unknown"] == [list(whole)]


def test_a_service_of_sessions_alone_is_charted_by_them(browser: Client, empty: Recorded) -> None:
    with recorded(sinks=[ReleaseDigest()]) as found:
        put.store = found.store
        for signal in (
            sessions("2.0", "exited", 27),
            sessions("2.0", "crashed", 3),
            sessions("1.0", "exited", 10),
        ):
            found.recorder.record(signal)
        found.drain()
        (release,) = find_releases("2.0")
        text = text_of(browser, f"/vedette/cards/releases/{release.id}/figures")
    assert "serves 75 % of the sessions of shop" in words_of(text)
    charts = charts_of(text)
    assert list(charts) == ["Adoption", "Crash-free sessions", "Crash-free users"]
    assert [series["name"] for series in charts["Adoption"]["series"]] == ["2.0", "1.0"]
    assert {75, None} == set(charts["Adoption"]["series"][0]["values"])
    assert {90, None} == set(charts["Crash-free sessions"]["series"][0]["values"])


def test_a_release_without_sessions_says_that_crashes_are_not_known(browser: Client, empty: Recorded) -> None:
    with recorded(sinks=[ReleaseDigest()]) as found:
        put.store = found.store
        found.recorder.record(a_request(1, "1.0", minutes=5))
        found.drain()
        (release,) = find_releases("1.0")
        text = text_of(browser, f"/vedette/cards/releases/{release.id}/figures")
    assert "Whether sessions met a crash is not known" in words_of(text)
    assert "Crash-free sessions" not in charts_of(text)


def test_what_sent_neither_requests_nor_sessions_is_not_said_to_be_elsewhere(
    browser: Client, seen: Recorded
) -> None:
    error = an_error()
    error.release = "3.0"
    seen.recorder.record(error)
    seen.drain()
    (release,) = find_releases("3.0")
    text = text_of(browser, f"/vedette/cards/releases/{release.id}/figures")
    assert "Nor a session" in text
    assert "at another time" not in text


def test_a_release_at_another_time_leads_there(browser: Client, told: int) -> None:
    text = text_of(browser, f"/vedette/cards/releases/{told}/figures", range="2m")
    assert "No request of this release in this time" in text
    (door,) = set(re.findall(r'href="(/vedette/releases/[^"]*from=[^"]*)"', text))
    path, _, query = html.unescape(door).partition("?")
    found = browser.get(f"{path.replace('/vedette/', '/vedette/cards/')}figures?{query}")
    assert "Crash-free" in found.content.decode()


def test_commits_that_touched_the_code_of_new_issues_are_suspected(browser: Client, told: int) -> None:
    card = f"/vedette/cards/releases/{told}/suspects"
    assert "cards/releases" in text_of(browser, f"/vedette/releases/{told}/")
    assert "No commit touched a file in which its new issue was raised" in words_of(text_of(browser, card))

    commits = [
        Commit(sha="aaaaaaa", message="Touch it", author="Ada", files=("apps/tasks/views.py", "README.md")),
        Commit(sha="bbbbbbb", message="Leave it", author="Bob", files=("apps/tasks/urls.py",)),
    ]
    operations.set_commits("shop", "2.0", commits, at=NOW)
    words = words_of(text_of(browser, card))
    assert "aaaaaaa Touch it by Ada touched apps/tasks/views.py , where SHOP-" in words
    assert "was raised" in words
    assert "bbbbbbb" not in words
    assert text_of(browser, "/vedette/cards/releases/99/suspects").strip() == ""


def test_a_release_that_nobody_told_of_teaches(browser: Client, seen: Recorded) -> None:
    (release,) = find_releases("1.0")
    text = text_of(browser, f"/vedette/releases/{release.id}/")
    assert "set-commits 1.0 --service shop --auto" in text
    card = text_of(browser, f"/vedette/cards/releases/{release.id}/figures")
    assert "nothing to compare with" in card


def test_an_announced_release_says_that_no_record_named_it_yet(browser: Client, empty: Recorded) -> None:
    release = operations.announce("shop", "9.0", at=NOW)
    assert "no record has named it yet" in text_of(browser, f"/vedette/releases/{release.id}/")
    assert "No record has named it yet" in text_of(browser, f"/vedette/cards/releases/{release.id}/figures")
    assert "not seen yet" in text_of(browser, LIST)


def test_a_release_that_is_no_more_is_said_to_be(browser: Client, empty: Recorded) -> None:
    assert "There is no release 7" in text_of(browser, "/vedette/releases/7/", status=404)
    assert "no more" in text_of(browser, "/vedette/cards/releases/7/figures")


def test_a_door_by_name_leads_to_the_release(browser: Client, told: int) -> None:
    response = browser.get("/vedette/releases/named", {"service": "shop", "version": "2.0", "range": "1h"})
    assert response["Location"] == f"/vedette/releases/{told}/?range=1h"
    response = browser.get("/vedette/releases/named", {"service": "shop", "version": "9/9?"})
    assert response["Location"] == "/vedette/releases/?range=24h&service=shop&q=9%2F9%3F"
    assert browser.get("/vedette/releases/named")["Location"].startswith("/vedette/releases/")


@pytest.mark.parametrize(
    "path",
    ["releases/", LIST, "releases/{id}/", "cards/releases/{id}/figures", "cards/releases/{id}/suspects"],
)
def test_a_page_asks_the_state_a_bounded_number_of_times(browser: Client, told: int, path: str) -> None:
    for number in range(20):
        operations.announce("shop", f"1.0.{number}", at=NOW - 60 * MINUTE)
    address = path.format(id=told)
    with CaptureQueriesContext(connections["vedette"]) as queries:
        text_of(browser, address if address.startswith("/") else f"/vedette/{address}")
    assert len(queries) <= 16, [query["sql"] for query in queries]


def test_a_state_that_is_away_is_said(browser: Client, told: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(id: int) -> None:
        raise OperationalError("no such table: vedette_release")

    monkeypatch.setattr(release_page, "get_release", away)
    monkeypatch.setattr(release_figures, "get_release", away)
    assert "The state database cannot be asked" in text_of(browser, f"/vedette/releases/{told}/", status=503)
    assert "The state database cannot be asked" in text_of(
        browser, f"/vedette/cards/releases/{told}/figures", status=503
    )


def test_a_wrong_range_is_said_on_the_page(browser: Client, told: int) -> None:
    assert "is no time range" in text_of(browser, f"/vedette/releases/{told}/", status=400, range="soon")
    assert "is no time range" in text_of(browser, LIST, status=400, range="soon")
