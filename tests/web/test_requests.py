"""The requests: filters, histogram, list, and one opened."""

from __future__ import annotations

import html
import json
import re

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.web.conftest import NOW, TRACE
from vedette.record.signals import Request
from vedette.requests.queries import FilterError
from vedette.testing import Recorded
from vedette.web.selection import duration_ms, filters_of

LIST = "/vedette/cards/requests/list"


def _get(browser: Client, address: str, **params: str) -> str:
    response = browser.get(address, {"range": "2h", **params})
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def _paths(text: str) -> int:
    return text.count("<tr data-row>")


def test_the_list_shows_the_newest_first(browser: Client, traffic: Recorded) -> None:
    text = _get(browser, LIST)
    assert _paths(text) == 41
    assert text.index(f"{0:032x}") < text.index(f"{1:032x}") < text.index(f"{39:032x}")


def test_the_list_shows_the_slowest_first(browser: Client, traffic: Recorded) -> None:
    text = _get(browser, LIST, sort="duration")
    assert text.index(TRACE) < text.index(f"{39:032x}") < text.index(f"{38:032x}")


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"route": "/board/"}, 20),
        ({"method": "post"}, 1),
        ({"status": "5xx"}, 1),
        ({"status": "error"}, 1),
        ({"status": "200"}, 40),
        ({"user": "7"}, 1),
        ({"release": "1.0"}, 20),
        ({"min_ms": "40ms"}, 11),
        ({"min_ms": "0.3s"}, 1),
        ({"max_ms": "19"}, 10),
        ({"path": "BOARD"}, 20),
        ({"request": "request-3"}, 1),
        ({"attr.user_agent.original": "<script>alert(1)</script>"}, 1),
        ({"route": "/board/", "user": "0"}, 7),
    ],
)
def test_filters_narrow_the_list(
    browser: Client, traffic: Recorded, filters: dict[str, str], count: int
) -> None:
    assert _paths(_get(browser, LIST, **filters)) == count


@pytest.mark.parametrize(
    ("release", "name"),
    [("1c0ffee5eed5a11ad0c5fab1e5ca1ab1e0ddba11", "1c0ffee"), ("shop@1.2", "1.2"), ("", "–")],
)
def test_a_release_is_named_as_on_charts(browser: Client, empty: Recorded, release: str, name: str) -> None:
    empty.recorder.record(
        Request(time=NOW, trace_id=TRACE, service="shop", route="/", status=200, release=release)
    )
    text = _get(browser, LIST)
    assert re.findall(r"<td class=\"is-narrow-hidden mono\">(.*?)</td>", text) == [
        f'<span class="clip" title="{release}">{name}</span>'
    ]


def test_pages_follow_each_other_by_key(
    browser: Client, traffic: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vedette.web.requests.ON_A_PAGE", 15)
    seen: list[str] = []
    address: str | None = f"{LIST}?range=2h"
    for _ in range(3):
        assert address is not None
        text = html.unescape(browser.get(address).content.decode())
        seen += re.findall(r"/vedette/requests/([0-9a-f]{32})/", text)
        older = re.search(r'href="([^"]*after=[^"]*)"', text)
        address = f"{LIST}?{older[1].partition('?')[2]}" if older else None
    assert address is None
    assert len(seen) == len(set(seen)) == 41


def test_the_histogram_draws_bars_and_heat(browser: Client, traffic: Recorded) -> None:
    text = browser.get("/vedette/cards/requests/histogram", {"range": "2h"}).content.decode()
    bars, heat = (json.loads(html.unescape(found)) for found in re.findall(r'data-chart="([^"]*)"', text))
    assert sum(value or 0 for series in bars["series"] for value in series["values"]) == 41
    assert sum(count for _, _, count in heat["heat"]["cells"]) == 41
    bounds = heat["heat"]["bounds"]
    assert bounds == sorted(bounds)
    assert all(row < len(bounds) - 1 and column < heat["length"] for column, row, _ in heat["heat"]["cells"])


def test_what_sets_the_shown_apart_is_said(browser: Client, traffic: Recorded) -> None:
    text = _get(browser, "/vedette/cards/requests/differences", status="5xx")
    plain = " ".join(re.sub(r"<[^>]+>", " ", text).replace("\N{NO-BREAK SPACE}", " ").split())
    assert "1 request shown against 40 others of the same time." in plain
    assert "Method POST 100 % 0 %" in plain
    assert "User 7 100 % 0 %" in plain
    assert 'href="/vedette/requests/?range=2h&status=5xx&method=POST"' in text
    # That they failed is what was asked for, no finding.
    assert "Status" not in plain


def test_nothing_sets_all_requests_apart(browser: Client, traffic: Recorded) -> None:
    text = _get(browser, "/vedette/cards/requests/differences")
    assert "There are no others in this time to compare with" in text


def test_the_fields_suggest_what_there_is(browser: Client, traffic: Recorded) -> None:
    text = _get(browser, "/vedette/cards/requests/values")
    assert '<option value="/board/">20 requests</option>' in text
    assert '<option value="2.0">' in text


@pytest.mark.parametrize("id", [TRACE, "the-one"])
def test_a_request_opens_by_its_trace_and_by_its_request_id(
    browser: Client, traffic: Recorded, id: str
) -> None:
    text = browser.get(f"/vedette/requests/{id}/").content.decode()
    assert "Repeated statements" in text
    assert "33 times" in text
    assert "apps/views.py:40" in text
    assert "SELECT 1" in text
    assert "TypeError: it broke" in text
    assert "in 34 SQL queries" in re.sub(r"<[^>]+>", "", text)


def test_what_people_sent_is_never_markup(browser: Client, traffic: Recorded) -> None:
    for address in (f"/vedette/requests/{TRACE}/", f"{LIST}?range=2h", "/vedette/cards/logs/list?range=2h"):
        text = browser.get(address).content.decode()
        assert "<script>alert" not in text
        assert "<b>" not in text.replace("<b title", "")


def test_a_request_that_is_not_there(browser: Client, traffic: Recorded) -> None:
    response = browser.get("/vedette/requests/nothing/")
    assert response.status_code == 404
    assert "No request has this id" in response.content.decode()


@pytest.mark.parametrize("bad", [{"status": "9"}, {"min_ms": "x"}, {"min_ms": "5s", "max_ms": "1s"}])
def test_a_filter_that_makes_no_sense_is_a_form_error(
    browser: Client, empty: Recorded, bad: dict[str, str]
) -> None:
    page = browser.get("/vedette/requests/", {"route": "/kept/", **bad})
    assert page.status_code == 400
    assert "/kept/" in page.content.decode()
    assert "the other filters are kept" in page.content.decode()
    card = browser.get(LIST, bad)
    assert (card.status_code, "This filter makes no sense" in card.content.decode()) == (400, True)


def test_a_place_that_is_none_is_refused(browser: Client, empty: Recorded) -> None:
    assert browser.get(LIST, {"after": "nonsense"}).status_code == 400


def test_an_empty_list_teaches(browser: Client, empty: Recorded) -> None:
    assert "vedette.middleware.Vedette" in _get(browser, LIST)


@pytest.mark.parametrize(
    ("text", "milliseconds"), [("250", 250), ("250ms", 250), ("1.5 s", 1500), ("2m", 120_000), ("0.5S", 500)]
)
def test_a_duration_is_read(text: str, milliseconds: float) -> None:
    assert duration_ms(text) == milliseconds


@given(
    st.dictionaries(st.sampled_from(["status", "min_ms", "max_ms", "route", "attr.x"]), st.text(max_size=20))
)
def test_no_link_breaks_the_filters(params: dict[str, str]) -> None:
    try:
        filters_of(params)
    except FilterError as problem:
        assert str(problem)
