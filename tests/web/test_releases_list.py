"""The list of releases: sorted by figures, and without those that were archived."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from tests.web.conftest import NOW
from tests.web.site import put
from tests.web.test_releases import LIST, MINUTE, a_request, sessions, text_of, words_of
from vedette.releases import operations
from vedette.releases.digest import ReleaseDigest
from vedette.releases.queries import find_releases
from vedette.testing import Recorded, recorded
from vedette.web import releases_list

pytestmark = pytest.mark.django_db(databases=["default", "vedette"])
SERVED = {
    # Requests, of which failed, each took how long; sessions, of which crashed.
    "1.0": (60, 6, 10.0, 100, 1),
    "1.1": (30, 0, 300.0, 100, 20),
    "2.0": (10, 5, 900.0, 0, 0),
    "3.0": (90, 1, 50.0, 40, 1),
}


@pytest.fixture
def served(empty: Recorded) -> Iterator[Recorded]:
    """Give a store with four releases that served requests; nothing of a fifth, which was announced last."""
    with recorded(sinks=[ReleaseDigest()]) as found:
        put.store = found.store
        number = 0
        for minutes, (version, (requests, failed, took, all_sessions, crashed)) in zip(
            (40, 30, 20, 10), SERVED.items(), strict=True
        ):
            for place in range(requests):
                number += 1
                status = 500 if place < failed else 200
                found.recorder.record(
                    a_request(number, version, minutes=minutes, status=status, duration_ms=took)
                )
            for status_word, count in (("exited", all_sessions - crashed), ("crashed", crashed)):
                if count:
                    found.recorder.record(sessions(version, status_word, count))
        found.drain()
        operations.announce("shop", "9.9", at=NOW - MINUTE)
        yield found


def order_of(text: str) -> list[str]:
    """Return the versions of a list, from its top."""
    return re.findall(r'data-open href="[^"]*" title="([^"]*)"', text)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", ["9.9", "3.0", "2.0", "1.1", "1.0"]),
        ("nope", ["9.9", "3.0", "2.0", "1.1", "1.0"]),
        ("adoption", sorted(SERVED, key=lambda each: -SERVED[each][0])),
        ("requests", sorted(SERVED, key=lambda each: -SERVED[each][0])),
        ("errors", sorted(SERVED, key=lambda each: -SERVED[each][1] / SERVED[each][0])),
        # Of fewer than 20 requests, or sessions, there is no figure to sort by.
        ("p95", ["1.1", "3.0", "1.0"]),
        ("crashes", ["1.1", "3.0", "1.0"]),
    ],
)
def test_the_list_is_sorted_by_what_is_asked(
    browser: Client, served: Recorded, sort: str, expected: list[str]
) -> None:
    text = text_of(browser, LIST, sort=sort)
    assert order_of(text) == expected
    assert text.count('aria-sort="descending"') == 1
    if len(expected) < 5:
        assert f"The {len(expected)} of 5 of which this is known in this time" in words_of(text)


def test_a_sorted_list_heeds_the_filters_and_has_an_end(
    browser: Client, served: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert order_of(text_of(browser, LIST, sort="errors", q="1.")) == ["1.0", "1.1"]
    assert "No release matches" in text_of(browser, LIST, sort="errors", q="nope")
    monkeypatch.setattr(releases_list, "MOST_SORTED", 2)
    text = text_of(browser, LIST, sort="requests")
    assert order_of(text) == ["3.0", "1.0"]
    assert "The first 2 of 4" in words_of(text)


def test_where_no_release_has_the_figure_the_list_says_so(browser: Client, empty: Recorded) -> None:
    operations.announce("shop", "9.9", at=NOW)
    words = words_of(text_of(browser, LIST, sort="errors"))
    assert "Of none of them this is known in this time" in words


def test_an_archived_release_is_in_a_list_of_its_own(browser: Client, served: Recorded) -> None:
    operations.archive("shop", "2.0", at=NOW)

    text = text_of(browser, LIST)
    assert order_of(text) == ["9.9", "3.0", "1.1", "1.0"]
    assert "1 archived" in words_of(text)
    archive = text_of(browser, LIST, show="archived")
    assert order_of(archive) == ["2.0"]
    assert "1 release archived" in words_of(archive)
    assert order_of(text_of(browser, LIST, sort="errors")) == ["1.0", "3.0", "1.1"]
    assert "2.0" not in words_of(text_of(browser, "/vedette/cards/releases/latest"))
    page = text_of(browser, "/vedette/releases/", show="archived")
    assert '<input type="hidden" name="show" value="archived">' in page


def test_empty_archives_and_lists_say_where_releases_are(browser: Client, empty: Recorded) -> None:
    assert "No release is archived" in text_of(browser, LIST, show="archived")
    operations.announce("shop", "1.0", at=NOW)
    operations.archive("shop", "1.0", at=NOW)
    words = words_of(text_of(browser, LIST))
    assert "Every release is archived" in words
    assert "1 archived" in words


def test_a_release_is_archived_and_restored_on_its_page(browser: Client, served: Recorded) -> None:
    (release,) = find_releases("2.0")
    page = f"/vedette/releases/{release.id}/"
    assert "Archive…" in text_of(browser, page)

    done = browser.post(f"{page}archive", "", content_type="application/x-www-form-urlencoded")
    assert (done.status_code, done["Location"]) == (303, page)
    text = text_of(browser, page)
    assert "2.0 is archived" in words_of(text)
    assert "Restore" in text
    assert "Archive…" not in text
    browser.post(f"{page}restore", "", content_type="application/x-www-form-urlencoded")
    assert find_releases("2.0")[0].archived_at is None
    gone = browser.post("/vedette/releases/99/archive", "", content_type="application/x-www-form-urlencoded")
    assert gone.status_code == 404


def test_who_may_only_look_archives_nothing(client: Client, served: Recorded) -> None:
    user = User.objects.create_user("ada", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_telemetry"))
    client.force_login(user)
    (release,) = find_releases("2.0")
    assert "Archive…" not in text_of(client, f"/vedette/releases/{release.id}/")
    refused = client.post(
        f"/vedette/releases/{release.id}/archive", "", content_type="application/x-www-form-urlencoded"
    )
    assert refused.status_code == 403
    assert find_releases("2.0")[0].archived_at is None
