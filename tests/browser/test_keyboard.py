"""The pages without a mouse."""

from __future__ import annotations

from tests.browser.conftest import Start


def test_going_from_page_to_page_keeps_the_range(look: Start) -> None:
    seen = look()
    seen.open("/vedette/?range=2h")
    for letter, path in (
        ("r", "/vedette/requests/?range=2h"),
        ("l", "/vedette/logs/?range=2h"),
        ("o", "/vedette/?range=2h"),
    ):
        seen.page.keyboard.press("g")
        seen.page.keyboard.press(letter)
        seen.page.wait_for_url(f"**{path}")
        seen.settle()


def test_slash_searches_and_escape_leaves(look: Start) -> None:
    seen = look()
    seen.open("/vedette/logs/?range=2h")
    seen.page.keyboard.press("/")
    assert seen.page.evaluate("document.activeElement.name") == "q"
    seen.page.keyboard.type("jk?")
    assert seen.page.locator("#query").input_value() == "jk?"
    seen.page.keyboard.press("Escape")
    seen.page.keyboard.press("Escape")
    assert seen.page.evaluate("document.activeElement === document.body")


def test_j_and_k_move_and_enter_opens(look: Start) -> None:
    seen = look()
    seen.open("/vedette/requests/?range=2h")
    for key in ("j", "j", "j", "k"):
        seen.page.keyboard.press(key)
    rows = seen.page.locator("tr[data-row]")
    assert "is-current" in (rows.nth(1).get_attribute("class") or "")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url("**/vedette/requests/*/*")


def test_a_question_mark_lists_the_keys(look: Start) -> None:
    seen = look()
    seen.open("/vedette/?range=2h")
    seen.page.keyboard.press("?")
    assert seen.page.locator("#help").is_visible()
    seen.page.keyboard.press("g")
    seen.page.keyboard.press("Escape")
    assert not seen.page.locator("#help").is_visible()


def test_the_query_bar_completes_fields_and_values(look: Start) -> None:
    seen = look()
    seen.open("/vedette/logs/?range=2h")
    seen.page.locator("#query").fill("broke logg")
    seen.page.get_by_role("option", name="logger:").wait_for()
    seen.page.keyboard.press("ArrowDown")
    seen.page.keyboard.press("Enter")
    seen.page.get_by_role("option", name="logger:django.request").click()
    assert seen.page.locator("#query").input_value() == "broke logger:django.request "
    seen.page.keyboard.press("Escape")
    seen.page.keyboard.press("/")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url("**q=broke+logger%3Adjango.request*")
    seen.settle()
    assert seen.page.locator(".line").count() == 1
