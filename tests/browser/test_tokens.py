"""API tokens in a browser: made, shown once, copied, switched off after a second click."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Start
from vedette.testing import Recorded
from vedette.tokens.queries import find_token, list_tokens

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "vedette"])


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_token_is_made_and_switched_off(look: Start, traffic: Recorded, width: int, scheme: str) -> None:
    seen = look(width=width, scheme=scheme)
    seen.open("/vedette/projects/?range=2h")
    seen.page.get_by_role("link", name="API tokens").click()
    seen.page.wait_for_url("**/vedette/tokens/?range=2h")
    seen.page.get_by_label("Name", exact=True).fill("ci")
    seen.page.get_by_label("Ends").select_option("never")
    seen.page.get_by_role("button", name="Make", exact=True).click()
    seen.page.wait_for_url("**/vedette/tokens/make")

    secret = seen.page.locator(".dsn.token code").inner_text()
    token = find_token(secret)
    assert token is not None
    assert (token.name, token.expires_at) == ("ci", None)
    assert seen.page.evaluate("document.documentElement.scrollWidth") == width
    seen.open("/vedette/tokens/?range=2h")
    assert secret not in seen.page.content()

    button = seen.page.get_by_role("button", name="Switch off", exact=True)
    assert not button.is_visible()
    seen.page.get_by_text("Switch off…").click()
    button.click()
    seen.page.wait_for_url("**/vedette/tokens/?range=2h")
    assert "The token ci is off." in seen.page.locator("[role=status]").first.inner_text()
    assert list_tokens()[0].disabled_at is not None
    assert seen.complaints == []
