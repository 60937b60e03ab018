"""What a page does while it waits, when it fails, and while it listens."""

from __future__ import annotations

import datetime as dt
import threading

from tests.browser.conftest import Start
from tests.web.site import put
from vedette.record.signals import Log
from vedette.store.dialect import Dialect
from vedette.store.query import Query, QueryTimeoutError, Result, Store
from vedette.testing import Recorded


class _Held:
    """A store that does not answer before it is let go."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.go = threading.Event()

    @property
    def dialect(self) -> Dialect:
        """The store's dialect."""
        return self.store.dialect

    def run(self, *queries: Query, timeout_s: float | None = None) -> list[Result]:
        """Answer when it may."""
        self.go.wait(30)
        return self.store.run(*queries, timeout_s=timeout_s)

    def sql(self, text: str, *, timeout_s: float | None = None, max_rows: int | None = None) -> Result:
        """Answer when it may."""
        self.go.wait(30)
        return self.store.sql(text, timeout_s=timeout_s, max_rows=max_rows)


class _Slow(_Held):
    """A store whose every query takes too long."""

    def run(self, *queries: Query, timeout_s: float | None = None) -> list[Result]:
        """Give up."""
        raise QueryTimeoutError("It took 20 s.")


def test_a_card_that_failed_can_be_asked_again(look: Start, traffic: Recorded) -> None:
    seen = look()
    put.store = _Slow(traffic.store)
    seen.open("/vedette/?range=2h")
    assert seen.page.get_by_text("took too long").is_visible()
    put.store = traffic.store
    seen.page.get_by_role("button", name="Ask again").click()
    seen.page.wait_for_selector("[data-drawn]")


def test_a_skeleton_comes_first_and_a_way_out_later(look: Start, traffic: Recorded) -> None:
    seen = look()
    held = _Held(traffic.store)
    put.store = held
    seen.page.goto(f"{seen.base}/vedette/logs/?range=2h")
    lines = seen.page.get_by_label("Records", exact=True)
    lines.locator(".bone").first.wait_for(state="visible")
    lines.get_by_role("button", name="Cancel").click()
    assert lines.get_by_text("Cancelled", exact=True).is_visible()
    held.go.set()
    put.store = traffic.store
    # The other cards' answers come first: they share the test's one connection to its database.
    seen.settle()
    lines.get_by_role("button", name="Ask again").click()
    lines.locator(".line").first.wait_for()


def test_a_site_that_does_not_answer_is_said_to_be_so(look: Start) -> None:
    seen = look()
    seen.page.route("**/cards/overview*", lambda route: route.abort())
    seen.page.goto(f"{seen.base}/vedette/?range=2h")
    seen.page.get_by_text("The site did not answer").wait_for()
    seen.page.unroute("**/cards/overview*")
    seen.page.get_by_role("button", name="Ask again").click()
    seen.page.wait_for_selector("[data-drawn]")


def test_an_error_page_of_the_site_is_not_put_into_the_page(look: Start) -> None:
    seen = look()
    page = "<!doctype html><html><body style='color: red'>Server Error (500)</body></html>"
    seen.page.route(
        "**/cards/overview*", lambda route: route.fulfill(status=500, body=page, content_type="text/html")
    )
    seen.page.goto(f"{seen.base}/vedette/?range=2h")
    seen.page.get_by_text("The site answered with an error of its own").wait_for()
    assert seen.page.get_by_text("Server Error (500)").count() == 0


def test_who_is_logged_out_meanwhile_is_sent_to_the_log_in_page(look: Start) -> None:
    seen = look()
    seen.open("/vedette/logs/?range=2h&live=1")
    seen.page.context.clear_cookies()
    seen.page.wait_for_url("**/accounts/login/?next=/vedette/logs/**")


def _say(traffic: Recorded, text: str) -> None:
    traffic.recorder.record(Log(time=dt.datetime.now(dt.UTC), severity=9, logger="live", message=text))


def test_the_live_tail_brings_new_lines_and_can_be_paused(look: Start, traffic: Recorded) -> None:
    seen = look()
    seen.open("/vedette/logs/?range=2h&live=1")
    _say(traffic, "first of all")
    seen.page.get_by_text("first of all").wait_for()
    assert "first of all" in seen.page.locator(".line").first.inner_text()
    seen.page.get_by_role("button", name="Pause").click()
    _say(traffic, "then another")
    with seen.page.expect_response("**/cards/health"):
        seen.page.evaluate(
            "setTimeout(() => htmx.trigger(document.querySelector('[data-quiet]'), 'load'), 5000)"
        )
    assert seen.page.get_by_text("then another").count() == 0
    seen.page.get_by_role("button", name="Go on").click()
    seen.page.get_by_text("then another").wait_for()
    assert seen.page.get_by_text("first of all").count() == 1


def test_a_stale_drain_is_a_banner_on_every_page(look: Start) -> None:
    put.behind_s = 300.0
    seen = look()
    seen.open("/vedette/?range=2h")
    seen.page.get_by_text("The store is 5 min behind.").wait_for()
    assert "Records dropped in 24 h: none" in seen.page.locator("#health-footer").inner_text()
