"""Traces as a browser shows them: the waterfall, its keys, and ten thousand spans."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.browser.conftest import Look, Start
from tests.web.traced import AT, REPEATS, TRACE, others, whole_trace
from vedette.record.signals import Span
from vedette.testing import Recorded
from vedette.web.traces.selection import hint

OPENED = f"/vedette/traces/{TRACE}/?at={hint(AT)}"
MANY = "beef" * 8
PAGES = (
    "/vedette/traces/?range=2h",
    "/vedette/traces/?range=2h&spans=all&sort=duration",
    "/vedette/traces/?range=2h&view=operations",
    "/vedette/traces/?range=2h&view=findings",
    "/vedette/traces/?range=2h&view=profiles",
    OPENED,
    f"{OPENED}&span={1:016x}",
    "/vedette/traces/nothing/",
)


@pytest.fixture(autouse=True)
def _traced(traffic: Recorded) -> None:
    for signal in (*whole_trace(), *others()):
        traffic.recorder.record(signal)


def _record_many(traffic: Recorded, count: int) -> None:
    """Record a trace of *count* spans: requests of requests, each with queries of its own."""
    for number in range(count):
        traffic.recorder.record(
            Span(
                time=AT + dt.timedelta(milliseconds=number / 4),
                trace_id=MANY,
                span_id=f"{number + 1:016x}",
                parent_span_id=f"{number // 7 + 1:016x}" if number else "",
                service=f"service-{number % 4}",
                host="web-1",
                op=("http.server", "db", "cache.get", "http.client")[number % 4],
                name=f"step {number % 50} of the work",
                duration_ms=max(1.0, (count - number) / 8),
                status="ok",
            )
        )


def _open(look: Start, path: str = OPENED, **options: int) -> Look:
    seen = look(**options)
    seen.open(path)
    seen.until("document.querySelectorAll('.wf-row').length > 0")
    return seen


def _names(seen: Look) -> list[str]:
    found: list[str] = seen.page.evaluate(
        "[...document.querySelectorAll('.wf-row')].sort((a, b) => a.dataset.number - b.dataset.number)"
        ".map(row => row.querySelector('.wf-text').textContent)"
    )
    return found


def _current(seen: Look) -> str:
    found: str = seen.page.evaluate(
        "document.querySelector('.wf-row.is-current .wf-text')?.textContent ?? ''"
    )
    return found


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
)
def test_a_page_fits_and_breaks_no_rule(look: Start, path: str, width: int, scheme: str) -> None:
    seen = look(width=width, scheme=scheme)
    seen.open(path)
    wanted = ["Failed to load resource: the server responded with a status of 404 (Not Found)"]
    assert seen.complaints == (wanted if "nothing" in path else [])
    assert seen.page.evaluate("document.documentElement.scrollWidth") == width


def test_repeats_are_one_row_until_they_are_opened(look: Start) -> None:
    seen = _open(look)
    assert len(_names(seen)) == 12
    seen.page.locator(".wf-row.is-repeats").click()
    seen.until(f"document.querySelectorAll('.wf-row').length > {REPEATS}")
    assert _names(seen).count("SELECT * FROM product WHERE id = ?") == REPEATS + 1


def test_the_keys_move_fold_and_open(look: Start) -> None:
    seen = _open(look)
    keys = seen.page.keyboard
    keys.press("j")
    assert _current(seen) == "POST /orders/"
    keys.press("j")
    assert _current(seen) == "SELECT * FROM cart WHERE user = ?"
    keys.press("ArrowLeft")
    assert _current(seen) == "POST /orders/"
    keys.press("ArrowLeft")
    seen.until("document.querySelectorAll('.wf-row').length === 3")
    keys.press("ArrowRight")
    seen.until("document.querySelectorAll('.wf-row').length === 12")
    keys.press("j")
    keys.press("Enter")
    seen.page.get_by_text("apps/cart.py:12").first.wait_for()
    assert f"span={2:016x}" in seen.path
    keys.press("Escape")
    seen.until("document.querySelector('[data-span-panel]').hidden")
    assert "span=" not in seen.path
    assert seen.complaints == []


def test_a_link_opens_its_span(look: Start) -> None:
    seen = _open(look, f"{OPENED}&span={103:016x}")
    assert _current(seen) == "SELECT * FROM product WHERE id = ?"
    assert seen.page.locator("[data-span-panel]").is_visible()


def test_a_search_finds_what_is_folded_away(look: Start) -> None:
    seen = _open(look)
    seen.page.keyboard.press("/")
    seen.page.keyboard.type("product")
    seen.page.get_by_text(f"{REPEATS} found").wait_for()
    seen.page.keyboard.press("Enter")
    seen.until(f"document.querySelectorAll('.wf-row.is-match').length === {REPEATS}")


def test_the_critical_path_alone(look: Start) -> None:
    seen = _open(look)
    seen.page.get_by_role("button", name="Critical path only").click()
    seen.until("document.querySelectorAll('.wf-row').length < 12")
    assert "SELECT 1 FROM nowhere" not in _names(seen)


def test_a_drag_on_the_map_looks_at_a_part_of_the_time(look: Start) -> None:
    seen = _open(look)
    box = seen.page.locator(".wf-map").bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    seen.page.mouse.move(box["x"] + box["width"] * 0.5, middle)
    seen.page.mouse.down()
    seen.page.mouse.move(box["x"] + box["width"] * 0.75, middle)
    seen.page.mouse.up()
    assert seen.page.locator(".wf-axis span").first.inner_text() == "525 ms"
    seen.page.get_by_role("button", name="Whole time").click()
    assert seen.page.locator(".wf-axis span").first.inner_text() == "0 ms"


def test_without_script_the_table_is_open_and_leads_to_each_span(look: Start) -> None:
    seen = look(java_script_enabled=False)
    seen.page.goto(seen.base + OPENED)
    seen.page.locator(".wf-table a", has_text="SELECT * FROM cart").click()
    seen.page.wait_for_url(f"**span={2:016x}*")
    assert seen.page.locator(".span-panel").get_by_text("apps/cart.py:12").first.is_visible()


def test_a_frame_of_a_flame_graph_is_made_wide_by_a_click(look: Start) -> None:
    seen = look()
    seen.open("/vedette/traces/?range=2h&view=profiles")
    block = seen.page.locator("svg.block[data-depth='2']").first
    assert block.get_attribute("width") == "60.0000%"
    block.click()
    assert block.get_attribute("width") == "100%"
    seen.page.get_by_role("button", name="Whole graph").click()
    assert block.get_attribute("width") == "60%"
    seen.page.get_by_placeholder("Search functions").fill("apps.c")
    seen.page.get_by_text("1 frame found").wait_for()


def test_ten_thousand_spans_stay_smooth(look: Start, traffic: Recorded) -> None:
    _record_many(traffic, 10_000)
    seen = look()
    seen.open(f"/vedette/traces/{MANY}/?at={hint(AT)}")
    seen.page.get_by_role("button", name="Unfold all").click()
    seen.until("document.querySelector('.wf-space').clientHeight > 250_000")
    # Scrolled from end to end, a screen a frame: what is in the page stays small, and no frame is long.
    frames: list[float] = seen.page.evaluate(
        """async () => {
            const scroller = document.querySelector('.wf-scroll');
            const took = [];
            for (let top = 0; took.length < 120; top += scroller.scrollHeight / 120) {
                const began = performance.now();
                scroller.scrollTop = top;
                await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
                took.push(performance.now() - began);
            }
            return took;
        }"""
    )
    assert seen.page.evaluate("document.querySelectorAll('.wf-row').length") < 80
    assert sorted(frames)[len(frames) // 2] < 100
    assert seen.complaints == []


def test_more_spans_than_that_are_cut_and_told(look: Start, traffic: Recorded) -> None:
    _record_many(traffic, 10_050)
    seen = look()
    seen.open(f"/vedette/traces/{MANY}/?at={hint(AT)}")
    assert "10.1 k spans, of which the first 10 k" in seen.page.locator(".banner").last.inner_text().replace(
        "\N{NO-BREAK SPACE}", " "
    )
