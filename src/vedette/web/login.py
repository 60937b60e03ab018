"""Where who is not logged in is sent."""

from __future__ import annotations

from django.conf import global_settings, settings
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, Resolver404, get_script_prefix, resolve, reverse


def get_address() -> str:
    """Return the site's ``LOGIN_URL``; the admin's log-in page where the site set none and has no page at Django's default.

    So is a site as ``startproject`` makes it: its one log-in page is the admin's.
    """
    address = resolve_url(settings.LOGIN_URL)
    # What the site has set may be served by others, such as a single sign-on: it is not looked for.
    if settings.LOGIN_URL != global_settings.LOGIN_URL or _is_served(address):
        return address
    try:
        return reverse("admin:login")
    except NoReverseMatch:
        return address


def _is_served(address: str) -> bool:
    prefix = get_script_prefix()
    try:
        return address.startswith(prefix) and bool(resolve("/" + address.removeprefix(prefix)))
    except Resolver404:
        return False
