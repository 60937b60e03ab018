"""The pages as a browser shows them."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Start
from tests.web.conftest import TRACE

PAGES = (
    "/vedette/?range=2h",
    "/vedette/requests/?range=2h",
    "/vedette/logs/?range=2h",
    "/vedette/logs/?range=2h&view=patterns",
    "/vedette/logs/?range=2h&live=1",
    f"/vedette/requests/{TRACE}/",
    "/vedette/?from=2026-01-01&to=2026-01-02",
)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
)
def test_a_page_fits_and_breaks_no_rule(look: Start, path: str, width: int, scheme: str) -> None:
    seen = look(width=width, scheme=scheme)
    seen.open(path)
    # Violations of the content security policy are errors in the console, too.
    assert seen.complaints == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") == width


def test_light_and_dark_follow_the_system(look: Start) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    light, dark = look(), look(scheme="dark")
    for each in (light, dark):
        each.open("/vedette/?range=2h")
    assert light.page.evaluate(background) == "rgb(246, 247, 249)"
    assert dark.page.evaluate(background) == "rgb(18, 22, 28)"


def test_charts_are_drawn_anew_when_the_system_turns_dark(look: Start) -> None:
    seen = look()
    seen.open("/vedette/?range=2h")
    pixels = "document.querySelector('[data-chart] canvas').toDataURL()"
    before = seen.page.evaluate(pixels)
    seen.page.emulate_media(color_scheme="dark")
    seen.until(f"before => {pixels} !== before", before)
    assert seen.complaints == []


def test_the_overview_draws_three_charts_and_a_table_behind_each(look: Start) -> None:
    seen = look()
    seen.open("/vedette/?range=2h")
    assert seen.page.locator("[data-drawn] canvas").count() == 3
    seen.page.get_by_text("Show as a table").first.click()
    assert seen.page.locator(".behind table").first.is_visible()


def test_times_are_in_the_readers_zone(look: Start) -> None:
    seen = look()
    seen.open("/vedette/requests/?range=2h")
    cell = seen.page.locator("tr[data-row] time").first
    local = seen.page.evaluate(
        "at => new Intl.DateTimeFormat('en-GB', {timeZone: 'Asia/Tokyo', timeStyle: 'medium'}).format(new Date(at))",
        cell.get_attribute("datetime"),
    )
    assert local in cell.inner_text()
    assert "Asia/Tokyo" in (cell.get_attribute("title") or "")


def test_pointing_at_a_chart_says_its_numbers(look: Start) -> None:
    seen = look()
    seen.open("/vedette/?range=2h")
    box = seen.page.locator("[data-drawn]").first.bounding_box()
    assert box
    seen.page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2)
    tip = seen.page.locator(".chart-tip").first
    tip.wait_for()
    assert "2xx" in tip.inner_text()
    assert seen.complaints == []


def test_a_row_opens_its_request(look: Start) -> None:
    seen = look()
    seen.open("/vedette/requests/?range=2h&status=500")
    seen.page.locator("tr[data-row] .number").first.click()
    seen.page.wait_for_url(f"**/vedette/requests/{TRACE}/**")
    assert seen.page.get_by_text("33 times").is_visible()


def test_the_filters_suggest_values(look: Start) -> None:
    seen = look()
    seen.open("/vedette/requests/?range=2h")
    seen.page.locator("[name=route]").focus()
    seen.page.wait_for_selector("#values-route option", state="attached")
    assert "/board/" in seen.page.locator("#values-route").inner_html()


def test_what_sets_the_shown_apart_is_asked_for_when_it_is_wanted(look: Start) -> None:
    seen = look()
    seen.open("/vedette/requests/?range=2h&status=5xx")
    seen.page.get_by_text("What sets these apart from the others?").click()
    seen.page.get_by_text("others of the same time").wait_for()
    assert seen.page.locator(".apart .mono", has_text="POST").is_visible()
    assert seen.complaints == []


def test_filters_fold_away_on_a_phone(look: Start) -> None:
    seen = look(width=390)
    seen.open("/vedette/requests/?range=2h")
    assert not seen.page.locator("[name=route]").is_visible()
    seen.page.locator("label[for=fold-filters]").click()
    assert seen.page.locator("[name=route]").is_visible()


def test_the_command_can_be_copied(look: Start) -> None:
    seen = look(permissions=["clipboard-read", "clipboard-write"])
    seen.open("/vedette/logs/?range=90m&q=level:error")
    seen.page.get_by_text("Copy as command").click()
    seen.page.get_by_text("Copied").wait_for()
    copied = seen.page.evaluate("navigator.clipboard.readText()")
    assert copied == "python manage.py vedette logs --since 90m -- level:error"
