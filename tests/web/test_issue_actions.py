"""What people do about issues: each button, who may, and what is said where it cannot be done."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Permission, User
from django.db import DatabaseError
from django.test import Client

from tests.web import troubles
from tests.web.events import raised, thrown
from tests.web.troubles import ago, error_of, issue_called, told
from vedette.issues import operations
from vedette.issues.queries import Issue, get_activity, get_issue, list_comments, list_hashes
from vedette.releases import operations as releases
from vedette.releases.queries import Commit
from vedette.testing import Recorded

pytestmark = pytest.mark.django_db(databases=["default", "vedette"])
shop = troubles.shop
FORM = "application/x-www-form-urlencoded"


def _post(client: Client, address: str, **fields: Any) -> Any:
    return client.post(address, urlencode(fields, doseq=True), content_type=FORM)


def _change(client: Client, issue: Issue, **fields: Any) -> Issue:
    response = _post(client, f"/vedette/issues/{issue.id}/change", **fields)
    assert response.status_code == 303
    return _now(issue)


def _now(issue: Issue) -> Issue:
    found = get_issue(issue.id)
    assert found is not None
    return found


def _refusal(client: Client, address: str, **fields: Any) -> str:
    response = _post(client, address, **fields)
    assert response.status_code == 400
    shown = told(response.content.decode())
    assert "Nothing was changed." in shown
    return shown


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"do": "resolve"}, {"status": "resolved", "resolved_in": "", "resolved_after": ""}),
        ({"do": "resolve-next"}, {"status": "resolved", "resolved_after": "2.0"}),
        ({"do": "resolve-release", "release": " 2.1 "}, {"status": "resolved", "resolved_in": "2.1"}),
        ({"do": "resolve-commit", "commit": "3F2A91C"}, {"status": "resolved", "resolved_commit": "3f2a91c"}),
        ({"do": "ignore"}, {"status": "ignored", "ignored_until": None, "ignored_until_events": None}),
        ({"do": "ignore-events", "events": "50"}, {"status": "ignored", "ignored_until_events": 62}),
        ({"do": "ignore-users", "users": "3"}, {"status": "ignored", "ignored_until_users": 3}),
        ({"do": "assign-me"}, {"assignee": "grace"}),
        ({"do": "assign", "to": "grace"}, {"assignee": "grace"}),
    ],
)
def test_an_issue_is_changed(
    browser: Client, shop: Recorded, fields: dict[str, str], state: dict[str, object]
) -> None:
    changed = _change(browser, issue_called(shop, "ValueError"), **fields)

    assert {name: getattr(changed, name) for name in state} == state
    assert get_activity(changed.id)[0].actor == "grace"


@pytest.mark.parametrize(("do", "hours"), [("ignore-1", 1), ("ignore-24", 24), ("ignore-168", 168)])
def test_an_issue_is_ignored_for_a_while(browser: Client, shop: Recorded, do: str, hours: int) -> None:
    until = _change(browser, issue_called(shop, "ValueError"), do=do).ignored_until

    assert until is not None
    assert abs((until - ago(minutes=-60 * hours)).total_seconds()) < 60


def test_what_was_done_can_be_undone(browser: Client, shop: Recorded) -> None:
    issue = issue_called(shop, "ValueError")
    _change(browser, issue, do="resolve")
    _change(browser, issue, do="assign-me")

    assert _change(browser, issue, do="unresolve").status == "unresolved"
    assert _change(browser, issue, do="unassign").assignee == ""


def test_the_page_says_what_was_done(browser: Client, shop: Recorded) -> None:
    issue = issue_called(shop, "ValueError")
    address = f"/vedette/issues/{issue.id}/?range=2h"
    response = _post(browser, f"/vedette/issues/{issue.id}/change", do="resolve-next", next=address)
    assert response["Location"] == address

    shown = told(browser.get(address).content.decode())
    assert f"{issue.short_id} was resolved in the next release." in shown
    assert "Resolved in the next release after 2.0" in shown
    assert "Open again" in shown


def test_many_are_changed_at_once(browser: Client, shop: Recorded) -> None:
    issues = [issue_called(shop, title) for title in ("ValueError", "TypeError", "Stock")]
    response = _post(browser, "/vedette/issues/change", do="resolve", issue=[each.id for each in issues[:2]])

    assert response.status_code == 303
    assert [_now(each).status for each in issues] == ["resolved", "resolved", "unresolved"]
    assert "2 issues were resolved." in told(browser.get("/vedette/issues/").content.decode())


def test_many_become_one_that_keeps_the_oldest_name(browser: Client, shop: Recorded) -> None:
    shop.recorder.record(error_of(raised(thrown("OSError", "gone")), 300))
    shop.drain()
    old, new = issue_called(shop, "ValueError"), issue_called(shop, "OSError")
    response = _post(browser, "/vedette/issues/change", do="merge", issue=[new.id, old.id])

    assert response.status_code == 303
    assert (_now(old).events, get_issue(new.id)) == (13, None)


def test_one_takes_others_in_and_gives_them_back(browser: Client, shop: Recorded) -> None:
    shop.recorder.record(error_of(raised(thrown("OSError", "gone")), 300))
    shop.drain()
    old, new = issue_called(shop, "ValueError"), issue_called(shop, "OSError")
    merged = _post(browser, f"/vedette/issues/{old.id}/merge", others=f"{new.short_id}, ")
    assert (merged.status_code, _now(old).events) == (303, 13)

    text = browser.get(f"/vedette/issues/{old.id}/").content.decode()
    assert text.count('name="hash"') == 2
    hashes = [each.hash for each in list_hashes(old.id) if each.events == 1]
    split = _post(browser, f"/vedette/issues/{old.id}/split", hash=hashes)
    assert (split.status_code, _now(old).events) == (303, 12)
    assert issue_called(shop, "OSError").events == 1


def test_a_comment_is_kept(browser: Client, shop: Recorded) -> None:
    issue = issue_called(shop, "ValueError")
    response = _post(browser, f"/vedette/issues/{issue.id}/comment", text=" Known since <b>spring</b> ")

    assert response.status_code == 303
    assert [(each.author, each.text) for each in list_comments(issue.id)] == [
        ("grace", "Known since <b>spring</b>")
    ]
    page = browser.get(f"/vedette/issues/{issue.id}/").content.decode()
    assert "Known since &lt;b&gt;spring&lt;/b&gt;" in page


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"do": "nothing"}, "The form does not say what to do."),
        ({}, "The form does not say what to do."),
        ({"do": "resolve-release", "release": " "}, "Name the release."),
        ({"do": "resolve-commit", "commit": "xyz"}, "is not the name of a commit"),
        ({"do": "ignore-events", "events": "many"}, "“many” is no number of events."),
        ({"do": "ignore-events", "events": "0"}, "“0” is no number of events."),
        ({"do": "ignore-users", "users": "9" * 30}, "is no number of users."),
        ({"do": "ignore-users", "users": "0" * 11 + "9" * 30}, "is no number of users."),
        ({"do": "assign", "to": "nobody-here"}, "There is no user called “nobody-here”."),
        ({"do": "merge"}, "Choose two issues or more"),
    ],
)
def test_what_cannot_be_done_is_said_on_the_page(
    browser: Client, shop: Recorded, fields: dict[str, str], why: str
) -> None:
    issue = issue_called(shop, "ValueError")

    assert why in _refusal(browser, f"/vedette/issues/{issue.id}/change?range=2h", **fields)
    assert _now(issue) == issue


def test_the_other_forms_say_what_is_wrong(browser: Client, shop: Recorded) -> None:
    issue, other = issue_called(shop, "ValueError"), issue_called(shop, "TypeError")
    address = f"/vedette/issues/{issue.id}"

    assert "There is nothing in it." in _refusal(browser, f"{address}/comment", text=" ")
    assert "Name the issue" in _refusal(browser, f"{address}/merge", others="")
    assert "“twelve” names no issue" in _refusal(browser, f"{address}/merge", others="twelve")
    assert "There is no issue 4711." in _refusal(browser, f"{address}/merge", others="SHOP-4711")
    assert "different services" in _refusal(browser, f"{address}/merge", others=str(other.id))
    assert "Choose what is to be taken out." in _refusal(browser, f"{address}/split")
    assert "Nothing would be left" in _refusal(
        browser, f"{address}/split", hash=list_hashes(issue.id)[0].hash
    )


def test_nothing_chosen_is_said_on_the_list(browser: Client, shop: Recorded) -> None:
    shown = _refusal(browser, "/vedette/issues/change?range=2h&q=price", do="resolve")

    assert "Choose an issue first" in shown
    assert "There is no issue 4711" in _refusal(browser, "/vedette/issues/change", do="resolve", issue="4711")
    assert "Choose an issue first" in _refusal(browser, "/vedette/issues/change", do="resolve", issue="x")


def test_an_issue_that_is_gone_is_missing(browser: Client, shop: Recorded) -> None:
    response = _post(browser, "/vedette/issues/4711/change", do="resolve")

    assert (response.status_code, "There is no issue 4711" in told(response.content.decode())) == (404, True)


@pytest.mark.parametrize("action", ["change", "comment", "merge", "split"])
def test_whoever_may_only_look_changes_nothing(client: Client, shop: Recorded, action: str) -> None:
    user = User.objects.create_user("ada", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_telemetry"))
    client.force_login(user)
    issue = issue_called(shop, "ValueError")
    page = client.get(f"/vedette/issues/{issue.id}/").content.decode()

    assert '<form method="post"' not in page
    assert _post(client, f"/vedette/issues/{issue.id}/{action}", do="resolve", text="x").status_code == 403
    assert client.get(f"/vedette/issues/{issue.id}/{action}").status_code == 405
    assert _now(issue) == issue


def test_a_form_from_elsewhere_changes_nothing(shop: Recorded, staff: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff)
    issue = issue_called(shop, "ValueError")

    assert _post(client, f"/vedette/issues/{issue.id}/change", do="resolve").status_code == 403
    assert _post(client, "/vedette/issues/change", do="resolve", issue=issue.id).status_code == 403
    assert _now(issue).status == "unresolved"


def test_a_state_database_that_is_away_is_said(
    browser: Client, shop: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise DatabaseError("the disk is full")

    issue = issue_called(shop, "ValueError")
    monkeypatch.setattr(operations, "resolve", fail)
    for address, fields in (
        (f"/vedette/issues/{issue.id}/change", {}),
        ("/vedette/issues/change", {"issue": issue.id}),
    ):
        response = _post(browser, address, do="resolve", **fields)
        assert response.status_code == 503
        assert "The state database cannot be asked" in told(response.content.decode())


def test_commits_that_touched_the_code_are_named(browser: Client, shop: Recorded) -> None:
    releases.announce("shop", "1.0", at=ago(minutes=70))
    commit = Commit(
        sha="3f2a91c" + "0" * 33, author="Ada", message="Price by country", files=("shop/views.py",)
    )
    releases.set_commits("shop", "1.0", commits=[commit], at=ago(minutes=70))
    shown = told(browser.get(f"/vedette/issues/{issue_called(shop, 'ValueError').id}/").content.decode())

    assert "3f2a91c Price by country Ada, touched shop/views.py" in shown
