"""Taking back what was done to issues last: what is offered, to whom, and what it does."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.web import troubles
from tests.web.troubles import issue_called, told
from vedette.issues.queries import Issue, get_issue
from vedette.testing import Recorded
from vedette.web.issues import undoing

pytestmark = pytest.mark.django_db(databases=["default", "vedette"])
shop = troubles.shop
LIST = "/vedette/issues/"
FORM = "application/x-www-form-urlencoded"


def _post(client: Client, address: str, **fields: Any) -> None:
    response = client.post(address, urlencode(fields, doseq=True), content_type=FORM)
    assert response.status_code == 303


def _now(issue: Issue) -> Issue:
    found = get_issue(issue.id)
    assert found is not None
    return found


def _offered(client: Client, address: str = LIST) -> dict[str, list[str]]:
    """Return the fields of the form that takes back, with its button's; empty where none is offered."""
    page = client.get(address).content.decode()
    form = re.search(r'<form class="[^"]*undo".*?</form>', page)
    if form is None:
        return {}
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="([^"]*)" value="([^"]*)"', form[0]):
        fields.setdefault(name, []).append(html.unescape(value))
    return fields


@pytest.mark.parametrize("do", ["resolve", "resolve-next", "ignore", "ignore-24"])
def test_many_that_were_unresolved_are_so_again(browser: Client, shop: Recorded, do: str) -> None:
    issues = [issue_called(shop, title) for title in ("ValueError", "TypeError")]
    _post(browser, "/vedette/issues/change", do=do, issue=[each.id for each in issues])
    assert "unresolved" not in {_now(each).status for each in issues}

    _post(browser, "/vedette/issues/change", **_offered(browser))
    assert {_now(each).status for each in issues} == {"unresolved"}
    assert "2 issues were opened again." in told(browser.get(LIST).content.decode())


def test_it_is_offered_on_the_issue_too(browser: Client, shop: Recorded) -> None:
    issue = issue_called(shop, "ValueError")
    address = f"/vedette/issues/{issue.id}/"
    _post(browser, f"{address}change", do="resolve", next=address)
    fields = _offered(browser, address)

    assert (fields["do"], fields["issue"], fields["next"]) == (["unresolve"], [str(issue.id)], [address])


def test_whoever_was_assigned_before_is_so_again(browser: Client, shop: Recorded) -> None:
    issue = issue_called(shop, "ValueError")
    _post(browser, f"/vedette/issues/{issue.id}/change", do="assign-me")
    fields = _offered(browser)
    assert fields["do"] == ["unassign"]
    _post(browser, f"/vedette/issues/{issue.id}/change", do="unassign")
    fields = _offered(browser)
    assert (fields["do"], fields["to"]) == (["assign"], ["grace"])

    _post(browser, "/vedette/issues/change", **fields)
    assert _now(issue).assignee == "grace"


def test_it_is_offered_once(browser: Client, shop: Recorded) -> None:
    _post(browser, "/vedette/issues/change", do="resolve", issue=[issue_called(shop, "ValueError").id])

    assert _offered(browser)
    assert not _offered(browser)


def test_what_one_button_cannot_take_back_is_only_said(browser: Client, shop: Recorded) -> None:
    first, second = issue_called(shop, "ValueError"), issue_called(shop, "TypeError")
    _post(browser, "/vedette/issues/change", do="resolve", issue=[first.id])
    _offered(browser)
    _post(browser, "/vedette/issues/change", do="ignore", issue=[first.id, second.id])

    page = browser.get(LIST).content.decode()
    assert "2 issues were ignored for good." in told(page)
    assert "undo" not in page


def test_more_than_a_cookie_holds_is_only_said(
    browser: Client, shop: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "MOST_IDS", 1)
    ids = [issue_called(shop, title).id for title in ("ValueError", "TypeError")]
    _post(browser, "/vedette/issues/change", do="resolve", issue=ids)

    assert not _offered(browser)


def test_a_cookie_that_is_not_ours_offers_nothing(browser: Client, shop: Recorded) -> None:
    browser.cookies[undoing.COOKIE] = "WyJ4IiwidW5yZXNvbHZlIixbMV0sIiJd:1x:forged"

    assert not _offered(browser)
