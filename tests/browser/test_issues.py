"""The issues' pages in a browser: choosing and acting by keyboard, opening, stepping through events, copying."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.conftest import Start
from tests.web import troubles
from tests.web.events import raised, thrown
from tests.web.site import put
from tests.web.troubles import error_of, issue_called
from vedette.issues.queries import get_issue
from vedette.testing import Recorded

pytestmark = pytest.mark.django_db(databases=["default", "vedette"], transaction=True)
LIST = "/vedette/issues/?range=2h"


@pytest.fixture
def shop(look: Start) -> Iterator[Recorded]:
    """Give the shop with errors, in place of the traffic of the other tests."""
    with troubles.shop_with_errors() as seen:
        put.store = seen.store
        yield seen


def _statuses(seen: Recorded) -> dict[str, str]:
    return {title: issue_called(seen, title).status for title in ("ValueError", "TypeError", "Stock")}


def test_issues_are_chosen_and_resolved_by_keyboard(look: Start, shop: Recorded) -> None:
    seen = look()
    seen.open(LIST)
    for key in ("j", "x", "j", "j", "x"):
        seen.page.keyboard.press(key)
    assert seen.page.locator("[data-selected]").inner_text() == "2 chosen"
    seen.page.keyboard.press("e")
    seen.page.get_by_text("2 issues were resolved.").wait_for()

    assert _statuses(shop) == {"ValueError": "resolved", "TypeError": "unresolved", "Stock": "resolved"}
    assert seen.path == LIST
    assert seen.complaints == []


def test_a_key_acts_on_the_marked_issue_where_none_is_chosen(look: Start, shop: Recorded) -> None:
    seen = look()
    seen.open(LIST)
    seen.page.keyboard.press("m")
    assert set(_statuses(shop).values()) == {"unresolved"}
    seen.page.keyboard.press("j")
    seen.page.keyboard.press("m")
    seen.page.get_by_text("was ignored for good.").wait_for()
    assert _statuses(shop)["ValueError"] == "ignored"

    seen.settle()
    seen.page.keyboard.press("j")
    seen.page.keyboard.press("a")
    seen.page.get_by_text("was assigned to you.").wait_for()
    assert issue_called(shop, "TypeError").assignee == "grace"


def test_all_of_a_page_are_chosen_at_once(look: Start, shop: Recorded) -> None:
    seen = look()
    seen.open(LIST)
    buttons = seen.page.locator("form[data-bulk] button[name=do]")
    assert all(buttons.nth(number).is_disabled() for number in range(buttons.count()))
    seen.page.keyboard.press("Shift+X")
    assert seen.page.locator("[data-select]:checked").count() == 3
    assert not buttons.first.is_disabled()
    seen.page.keyboard.press("Shift+X")
    assert seen.page.locator("[data-select]:checked").count() == 0
    seen.page.locator("[data-select-all]").check()
    assert seen.page.locator("tr.is-chosen").count() == 3


def test_with_shift_a_row_of_issues_is_chosen(look: Start, shop: Recorded) -> None:
    seen = look()
    seen.open(LIST)
    boxes = seen.page.locator("[data-select]")
    boxes.nth(2).click()
    boxes.nth(0).click(modifiers=["Shift"])
    assert seen.page.locator("[data-selected]").inner_text() == "3 chosen"
    boxes.nth(1).click(modifiers=["Shift"])
    assert seen.page.locator("[data-selected]").inner_text() == "1 chosen"

    seen.open(LIST)
    for key in ("j", "Shift+J", "Shift+J"):
        seen.page.keyboard.press(key)
    assert seen.page.locator("tr.is-chosen").count() == 3


def test_the_last_action_is_undone_by_a_key(look: Start, shop: Recorded) -> None:
    seen = look()
    seen.open(LIST)
    for key in ("Shift+X", "e"):
        seen.page.keyboard.press(key)
    seen.page.get_by_text("3 issues were resolved.").wait_for()
    seen.settle()
    seen.page.keyboard.press("u")
    seen.page.get_by_text("3 issues were opened again.").wait_for()

    assert set(_statuses(shop).values()) == {"unresolved"}
    assert seen.complaints == []


def test_an_issue_opens_and_its_events_are_stepped_through(look: Start, shop: Recorded) -> None:
    seen = look()
    seen.open(LIST)
    seen.page.keyboard.press("j")
    seen.page.keyboard.press("Enter")
    seen.page.get_by_text("Event 12 of 12").wait_for()
    seen.settle()
    seen.page.keyboard.press("p")
    seen.page.get_by_text("Event 11 of 12").wait_for()
    seen.settle()
    seen.page.keyboard.press("n")
    seen.page.get_by_text("Event 12 of 12").wait_for()
    seen.settle()
    seen.page.keyboard.press("e")
    seen.page.get_by_text("was resolved.").wait_for()
    assert _statuses(shop)["ValueError"] == "resolved"
    assert seen.complaints == []


def test_frames_and_variables_are_opened(look: Start, shop: Recorded) -> None:
    seen = look()
    seen.open(f"/vedette/issues/{issue_called(shop, 'ValueError').id}/?range=2h")
    raising = seen.page.locator(".source code.is-raising").first
    assert raising.inner_text().strip() == "return rate[cart.country]"
    assert not seen.page.get_by_text("get_response", exact=True).is_visible()
    seen.page.get_by_text("2 frames of django").click()
    assert seen.page.get_by_text("get_response", exact=True).is_visible()
    seen.page.get_by_text("1 variable", exact=True).click()
    assert seen.page.get_by_text("{country: 'fi'}").is_visible()


def test_an_event_is_copied(look: Start, shop: Recorded) -> None:
    seen = look(permissions=["clipboard-read", "clipboard-write"])
    seen.open(f"/vedette/issues/{issue_called(shop, 'ValueError').id}/?range=2h")
    seen.page.get_by_text("Copy as Markdown").click()
    seen.page.get_by_text("Copied").wait_for()

    assert seen.page.evaluate("navigator.clipboard.readText()").startswith(
        "# ValueError: cannot price order 17"
    )


def test_the_search_bar_completes(look: Start, shop: Recorded) -> None:
    seen = look()
    seen.open(LIST)
    seen.page.keyboard.press("/")
    seen.page.keyboard.type("is:")
    seen.page.get_by_role("option", name="is:regressed").wait_for()
    seen.page.get_by_role("option", name="is:unhandled").click()
    seen.page.keyboard.press("Escape")
    seen.page.keyboard.press("/")
    seen.page.keyboard.press("End")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url("**q=is%3Aunhandled*")
    seen.settle()
    assert seen.page.locator("tr[data-row]").count() == 1


@pytest.mark.parametrize("width", [390, 800, 1280])
def test_the_pages_fit_the_window(look: Start, shop: Recorded, width: int) -> None:
    seen = look(width=width)
    for address in (LIST, f"/vedette/issues/{issue_called(shop, 'ValueError').id}/?range=2h"):
        seen.open(address)
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.complaints == []


def test_a_page_of_issues_is_seen_at_once(look: Start, shop: Recorded) -> None:
    for number in range(30):
        shop.recorder.record(error_of(raised(thrown(f"Error{number}", "it broke")), 2000 + number))
    shop.drain()
    seen = look(width=1280)
    seen.open(LIST)

    rows = seen.page.locator("tr[data-row]")
    boxes = [rows.nth(number).bounding_box() for number in range(rows.count())]
    assert len([box for box in boxes if box and box["y"] + box["height"] <= 900]) == 25
    assert seen.page.evaluate("scrollY") == 0


def test_the_stack_trace_is_seen_at_once_with_breadcrumbs_beside_it(look: Start, shop: Recorded) -> None:
    seen = look(width=1280)
    seen.open(f"/vedette/issues/{issue_called(shop, 'ValueError').id}/?range=2h")
    raising = seen.page.locator(".source code.is-raising").first.bounding_box()
    crumbs = seen.page.locator(".is-crumbs").bounding_box()
    trace = seen.page.locator("#trace").bounding_box()

    assert raising and crumbs and trace
    assert raising["y"] + raising["height"] <= 900
    assert crumbs["x"] >= trace["x"] + trace["width"]
    assert crumbs["y"] < 900


def test_an_issue_is_read_without_script(look: Start, shop: Recorded, address: str) -> None:
    seen = look(java_script_enabled=False)
    seen.page.goto(f"{address}/vedette/issues/{issue_called(shop, 'ValueError').id}/?range=2h")
    for words in ("12 events, 3 users in 2 h", "Firefox", "Events in this time"):
        assert seen.page.get_by_text(words).first.is_visible()
    assert not seen.page.locator("[data-loading]").count()


def test_the_list_is_read_without_script(look: Start, shop: Recorded, address: str) -> None:
    seen = look(java_script_enabled=False)
    seen.page.goto(address + LIST)
    assert seen.page.locator("tr[data-row]").count() == 3
    seen.page.get_by_label(f"Choose {issue_called(shop, 'ValueError').short_id}").check()
    seen.page.get_by_role("button", name="Resolve", exact=True).click()
    seen.page.get_by_text("was resolved.").wait_for()
    assert _statuses(shop)["ValueError"] == "resolved"


def test_the_forms_work_without_script(look: Start, shop: Recorded, address: str) -> None:
    issue = issue_called(shop, "ValueError")
    seen = look(java_script_enabled=False)
    seen.page.goto(f"{address}/vedette/issues/{issue.id}/")
    seen.page.locator("summary[aria-label='More ways to resolve']").click()
    seen.page.locator("input[name=release]").fill("2.1")
    seen.page.keyboard.press("Enter")
    seen.page.get_by_text("was resolved in 2.1.").wait_for()
    seen.page.locator("textarea[name=text]").fill("Fixed on Monday")
    seen.page.get_by_role("button", name="Comment").click()
    seen.page.get_by_text("The comment was added.").wait_for()

    found = get_issue(issue.id)
    assert found is not None
    assert (found.status, found.resolved_in) == ("resolved", "2.1")
