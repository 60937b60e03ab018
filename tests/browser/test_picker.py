"""The time range: picked, typed, dragged, stepped."""

from __future__ import annotations

import datetime as dt
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page

from tests.browser.conftest import Start


def _open(page: Page) -> None:
    page.locator("summary[aria-label='Time range']").click()


def _query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def _drag(page: Page, chart: int, since: float, until: float) -> None:
    box = page.locator("[data-drawn]").nth(chart).bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * since, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * until, box["y"] + box["height"] * 0.7, steps=4)
    page.mouse.up()


def test_a_preset_keeps_the_filters(look: Start) -> None:
    seen = look()
    seen.open("/vedette/requests/?range=2h&route=/board/")
    _open(seen.page)
    seen.page.get_by_role("link", name="6h").click()
    seen.page.wait_for_url("**range=6h*")
    assert _query(seen.page.url) == {"range": "6h", "route": "/board/"}


def test_a_range_can_be_typed(look: Start) -> None:
    seen = look()
    seen.open("/vedette/?range=2h")
    seen.page.keyboard.press("t")
    seen.page.locator("input[name=range]").fill("last 90m")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url("**range=last+90m")
    seen.settle()
    assert "Last 90 minutes" in seen.page.locator("summary[aria-label='Time range']").inner_text()


def test_what_makes_no_sense_is_said_and_kept(look: Start) -> None:
    seen = look()
    seen.open("/vedette/?range=banana")
    assert "“banana” is no time range" in seen.page.get_by_role("alert").inner_text()
    _open(seen.page)
    assert seen.page.locator("input[name=range]").input_value() == "banana"


def test_bounds_are_typed_in_the_readers_zone(look: Start) -> None:
    seen = look()
    seen.open("/vedette/?range=2h")
    _open(seen.page)
    seen.page.locator("[data-bound=from]").fill("2026-01-01T09:00")
    seen.page.locator("[data-bound=to]").fill("2026-01-01T10:30")
    seen.page.locator("[data-between] button").click()
    seen.page.wait_for_url("**from=*")
    query = _query(seen.page.url)
    assert query == {"from": "2026-01-01T00:00:00.000Z", "to": "2026-01-01T01:30:00.000Z"}


def test_today_is_the_readers_day(look: Start) -> None:
    seen = look()
    seen.open("/vedette/?range=2h")
    seen.open("/vedette/?range=today")
    midnight = seen.page.locator("[data-bound=from]").input_value()
    assert midnight.endswith("T00:00")


def test_dragging_on_a_chart_zooms_and_stepping_back_undoes_it(look: Start) -> None:
    seen = look()
    seen.open("/vedette/?range=2h")
    _drag(seen.page, 0, 0.5, 0.75)
    seen.page.wait_for_url("**from=*")
    seen.settle()
    query = _query(seen.page.url)
    since, until = (dt.datetime.fromisoformat(query[name]) for name in ("from", "to"))
    assert dt.timedelta(minutes=20) < until - since < dt.timedelta(minutes=40)
    seen.page.keyboard.press("[")
    seen.page.wait_for_url("**range=2h")


def test_dragging_a_box_on_the_heat_map_chooses_durations_too(look: Start) -> None:
    seen = look()
    seen.open("/vedette/requests/?range=2h")
    _drag(seen.page, 1, 0.4, 0.9)
    seen.page.wait_for_url("**min_ms=*")
    seen.settle()
    query = _query(seen.page.url)
    assert 0 <= float(query["min_ms"]) < float(query["max_ms"]) < 1000
    assert "from" in query


def test_clicking_a_bar_opens_the_requests_behind_it(look: Start) -> None:
    seen = look()
    seen.open("/vedette/?range=2h")
    box = seen.page.locator("[data-drawn]").first.bounding_box()
    assert box
    seen.page.mouse.click(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.5)
    seen.page.wait_for_url("**/vedette/requests/?from=*")
    seen.settle()
    assert 0 < seen.page.locator("tbody tr[data-row]").count() < 41


def test_zooming_out(look: Start) -> None:
    seen = look()
    seen.open("/vedette/?range=2h")
    seen.page.keyboard.press("-")
    seen.page.wait_for_url("**from=*")
    query = _query(seen.page.url)
    since, until = (dt.datetime.fromisoformat(query[name]) for name in ("from", "to"))
    assert until - since == dt.timedelta(hours=6)
