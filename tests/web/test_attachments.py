"""The download of files that came with events: saved, never opened as a page of the site."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.web.site import put
from vedette.store.attachments import Attachments
from vedette.web.attachments import Shown, attachments_of
from vedette.wire.arrival import Attachment

EVENT = "fc6d8c0c43fc4630ad850ee518f1b9d0"
PNG = b"\x89PNG\r\n\x1a\n..."


@pytest.fixture
def kept(tmp_path: Path) -> Attachments:
    put.directory = tmp_path / "attachments"
    return Attachments(put.directory, 1 << 20)


def keep(
    kept: Attachments, name: str = "a.txt", content_type: str = "text/plain", data: bytes = b"what"
) -> Shown:
    """Keep a file; return what a page shows of it."""
    file = Attachment(
        event_id=EVENT, name=name, content_type=content_type, kind="event.attachment", data=data
    )
    assert not kept.keep([file], service="shop")
    return attachments_of(kept, EVENT, service="shop")[-1]


def test_a_page_is_told_all_that_it_shows(kept: Attachments) -> None:
    shown = keep(kept, "screen.png", "image/png; q=1", PNG)
    assert (shown.name, shown.size, shown.kind, shown.is_image) == (
        "screen.png",
        11,
        "event.attachment",
        True,
    )
    assert shown.address.startswith(f"/vedette/attachments/{EVENT}/")
    assert attachments_of(kept, EVENT, service="mail") == []


def test_a_file_is_saved_and_is_no_page_of_the_site(browser: Client, kept: Attachments) -> None:
    response = browser.get(keep(kept).address)
    assert (response.status_code, response.content) == (200, b"what")
    assert response["Content-Disposition"] == 'attachment; filename="a.txt"'
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("content_type", "served"),
    [
        ("text/html", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
        ("application/xhtml+xml", "application/octet-stream"),
        ("text/javascript", "application/octet-stream"),
        ("application/pdf", "application/octet-stream"),
        ("text/plain\r\nX-Evil: 1", "application/octet-stream"),
        ("", "application/octet-stream"),
        ("TEXT/PLAIN; charset=utf-16", "text/plain; charset=utf-8"),
        ("application/json", "application/json"),
        ("image/webp", "image/webp"),
    ],
)
def test_only_harmless_types_are_named(
    browser: Client, kept: Attachments, content_type: str, served: str
) -> None:
    shown = keep(kept, content_type=content_type)
    assert browser.get(shown.address)["Content-Type"] == served
    assert shown.is_image == (served == "image/webp")


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ('a".html; x="', 'attachment; filename="a\\".html; x=\\""'),
        ("größe.txt", "attachment; filename*=utf-8''gr%C3%B6%C3%9Fe.txt"),
        ("../../x\r\nSet-Cookie: a=b", 'attachment; filename="xSet-Cookie: a=b"'),
    ],
)
def test_a_name_cannot_break_out_of_its_header(
    browser: Client, kept: Attachments, name: str, disposition: str
) -> None:
    response = browser.get(keep(kept, name).address)
    assert response["Content-Disposition"] == disposition
    assert not response.cookies


@pytest.mark.parametrize(
    "path", [f"{EVENT}/{'0' * 32}", f"{EVENT}/..", f"{'0' * 31}x/{'0' * 32}", "%2e%2e/%2e%2e", f"{EVENT}/%00"]
)
def test_what_is_not_there_is_said_to_be_gone(browser: Client, kept: Attachments, path: str) -> None:
    keep(kept)
    response = browser.get(f"/vedette/attachments/{path}")
    assert response.status_code == 404
    assert "There is no such file" in response.content.decode()


def test_files_are_for_those_who_may_see_telemetry(client: Client, db: None, kept: Attachments) -> None:
    shown = keep(kept)
    assert client.get(shown.address).status_code == 302
    client.force_login(User.objects.create_user("bob"))
    assert client.get(shown.address).status_code == 403
