"""Projects and their keys in a browser: added, copied, replaced and switched off without a reload that surprises."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.browser.conftest import Start
from tests.web.conftest import NOW
from vedette.projects import operations
from vedette.projects.queries import list_keys, list_projects
from vedette.record.signals import Error, Log
from vedette.testing import Recorded

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "vedette"])


@pytest.fixture
def project(transactional_db: None, traffic: Recorded) -> int:
    """Give the number of a project to which something was sent."""
    key = operations.add_project("shop-frontend", at=NOW - dt.timedelta(days=4))
    operations.switch_off(operations.make_key("shop-frontend", at=NOW - dt.timedelta(days=2)).public, at=NOW)
    operations.add_project("mail", at=NOW)
    for number in range(60):
        at = NOW - dt.timedelta(minutes=number)
        traffic.recorder.record(Error(time=at, service="shop-frontend", event_id=f"{number:032x}"))
        traffic.recorder.record(Log(time=at, service="shop-frontend", message="rendered"))
    traffic.recorder.drops.count("attachment", "too_large", 3, service="shop-frontend")
    traffic.recorder.flush()
    return key.project


@pytest.mark.parametrize(
    ("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
)
def test_the_projects_pages_fit_and_break_no_rule(look: Start, project: int, width: int, scheme: str) -> None:
    seen = look(width=width, scheme=scheme)
    for path in ("/vedette/projects/?range=2h", f"/vedette/projects/{project}/?range=2h"):
        seen.open(path)
        assert seen.complaints == []
        assert seen.page.evaluate("document.documentElement.scrollWidth") == width


def test_a_phone_shows_the_tab_of_the_page_that_is_open(look: Start, project: int) -> None:
    seen = look(width=390)
    seen.open("/vedette/logs/?range=2h")
    box = seen.page.locator(".tabs").bounding_box()
    current = seen.page.locator(".tabs [aria-current]").bounding_box()
    assert box is not None and current is not None
    assert box["x"] <= current["x"] and current["x"] + current["width"] <= box["x"] + box["width"] - 16


def test_g_and_p_go_to_the_projects(look: Start, project: int) -> None:
    seen = look()
    seen.open("/vedette/?range=2h")
    seen.page.keyboard.press("g")
    seen.page.keyboard.press("p")
    seen.page.wait_for_url("**/vedette/projects/?range=2h")


def test_a_project_is_added_and_says_how_to_send(look: Start, project: int) -> None:
    seen = look()
    seen.open("/vedette/projects/?range=2h")
    seen.page.get_by_label("Name of the service").fill("mobile")
    seen.page.get_by_role("button", name="Add", exact=True).click()
    seen.page.wait_for_url("**/vedette/projects/*/")
    seen.settle()
    assert "mobile can send now" in seen.page.locator("[role=status]").all_inner_texts()[0]
    (key,) = list_keys("mobile")
    assert key.public in seen.page.locator(".way:visible pre").all_inner_texts()[1]
    seen.page.get_by_text("Go", exact=True).click()
    assert "sentry.ClientOptions" in seen.page.locator(".way:visible pre").all_inner_texts()[1]
    assert seen.complaints == []
    seen.page.reload()
    assert "mobile can send now" not in seen.page.content()


def test_a_key_is_switched_off_after_a_second_click(look: Start, project: int) -> None:
    seen = look()
    seen.open(f"/vedette/projects/{project}/?range=2h")
    button = seen.page.get_by_role("button", name="Switch off", exact=True)
    assert not button.is_visible()
    seen.page.get_by_text("Switch off…").click()
    assert len(list_keys("shop-frontend", is_active=True)) == 1
    button.click()
    seen.page.wait_for_load_state()
    assert list_keys("shop-frontend", is_active=True) == []
    assert seen.path == f"/vedette/projects/{project}/?range=2h"
    assert "no key lets in" in seen.page.locator(".answer").inner_text()


def test_a_name_that_is_taken_is_said_beside_the_field(look: Start, project: int) -> None:
    seen = look()
    seen.open("/vedette/projects/?range=2h")
    seen.page.get_by_label("Name of the service").fill("mail")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url("**/projects/add?range=2h")
    assert seen.page.get_by_role("alert").inner_text() == "mail has a project already. Open it"
    assert seen.page.evaluate("document.activeElement.value") == "mail"
    seen.page.get_by_text("Open it").click()
    seen.page.wait_for_url("**/projects/*/?range=2h")
    assert len(list_projects()) == 2


def test_everything_works_without_a_script(look: Start, project: int) -> None:
    seen = look(java_script_enabled=False)
    seen.page.goto(f"{seen.base}/vedette/projects/{project}/?range=2h")
    seen.page.get_by_text("Replace it…").click()
    seen.page.get_by_role("button", name="Replace", exact=True).click()
    seen.page.wait_for_load_state()
    assert "A new key was made and the others are off" in seen.page.content()
    seen.page.get_by_text("curl", exact=True).click()
    assert seen.page.get_by_text("Hello from curl").is_visible()
