"""Sign up, log in, log out."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.example.site.conftest import PASSWORD


@pytest.mark.django_db
def test_signing_up_logs_in(client: Client) -> None:
    form = {"username": "grace", "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/accounts/signup/", form).status_code == 302
    assert "Log out" in client.get("/").text


@pytest.mark.django_db
def test_two_different_passwords_are_refused_in_words(client: Client) -> None:
    form = {"username": "grace", "password1": PASSWORD, "password2": PASSWORD + "!"}
    assert "match" in client.post("/accounts/signup/", form).text
    assert not User.objects.exists()


def test_logging_in_and_out(client: Client, ada: User) -> None:
    client.post("/accounts/login/", {"username": "ada", "password": PASSWORD})
    assert "Log out" in client.get("/").text
    client.post("/accounts/logout/")
    assert "Log in" in client.get("/").text


def test_a_failed_log_in_is_a_warning_with_name_and_address(
    client: Client, ada: User, caplog: pytest.LogCaptureFixture
) -> None:
    client.post("/accounts/login/", {"username": "ada", "password": "wrong"}, REMOTE_ADDR="203.0.113.9")
    (record,) = [record for record in caplog.records if record.name == "apps.core"]
    assert record.levelno == logging.WARNING
    assert vars(record)["username"] == "ada"
    assert vars(record)["ip_address"] == "203.0.113.9"


def test_behind_a_trusted_proxy_the_address_is_the_clients(
    client: Client, ada: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.1"]
    wrong = {"username": "ada", "password": "wrong"}
    claims = "192.0.2.1, 203.0.113.9"
    client.post("/accounts/login/", wrong, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=claims)
    client.post("/accounts/login/", wrong, REMOTE_ADDR="198.51.100.7", HTTP_X_FORWARDED_FOR=claims)
    addresses = [vars(record)["ip_address"] for record in caplog.records if record.name == "apps.core"]
    assert addresses == ["203.0.113.9", "198.51.100.7"]


def test_a_failed_log_in_never_logs_the_password(
    client: Client, ada: User, caplog: pytest.LogCaptureFixture
) -> None:
    client.post("/accounts/login/", {"username": "ada", "password": "my-secret-guess"})
    assert "my-secret-guess" not in "".join(
        str(vars(record)) for record in caplog.records if record.name == "apps.core"
    )


def test_pages_of_tasks_ask_to_log_in(client: Client) -> None:
    for address in (
        "/tasks/",
        "/tasks/add/",
        "/tasks/graph/",
        "/tasks/board/",
        "/tasks/report/",
        "/tasks/1/",
    ):
        assert client.get(address).headers["Location"].startswith("/accounts/login/?next=")
