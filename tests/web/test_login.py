from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import clear_script_prefix, include, path, set_script_prefix

from tests.web import site
from vedette.web import login

_pages = site.urlpatterns[-1]
_admin = path("admin/", include(([path("login/", site.login, name="login")], "admin")))


class _Urls:
    """A URLconf without a file of its own."""

    def __init__(self, *patterns: object) -> None:
        self.urlpatterns = list(patterns)


def test_a_site_as_startproject_makes_it_is_logged_into_by_its_admin(client: Client, settings: Any) -> None:
    settings.ROOT_URLCONF = _Urls(_pages, _admin)
    assert client.get("/vedette/")["Location"] == "/admin/login/?next=/vedette/"


def test_a_site_that_has_a_page_at_djangos_default_is_logged_into_there(
    client: Client, settings: Any
) -> None:
    settings.ROOT_URLCONF = _Urls(*site.urlpatterns, _admin)
    assert client.get("/vedette/")["Location"] == "/accounts/login/?next=/vedette/"


def test_what_the_site_has_set_is_not_looked_for(client: Client, settings: Any) -> None:
    settings.LOGIN_URL = "https://sso.example.org/login"
    settings.ROOT_URLCONF = _Urls(_pages, _admin)
    assert client.get("/vedette/")["Location"] == "https://sso.example.org/login?next=/vedette/"


def test_a_site_without_any_log_in_page_is_sent_to_djangos_default(client: Client, settings: Any) -> None:
    settings.ROOT_URLCONF = _Urls(_pages)
    assert client.get("/vedette/")["Location"] == "/accounts/login/?next=/vedette/"


def test_below_a_prefix_djangos_default_is_of_another_site(settings: Any) -> None:
    settings.ROOT_URLCONF = _Urls(*site.urlpatterns, _admin)
    set_script_prefix("/shop/")
    try:
        assert login.get_address() == "/shop/admin/login/"
    finally:
        clear_script_prefix()
