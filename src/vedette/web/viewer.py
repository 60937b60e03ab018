"""Whoever looks at a page: their name, what they may do, and what the last thing that they did has to say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from vedette.web import forgery, notices

VIEW = "vedette.view_telemetry"
MANAGE = "vedette.manage_telemetry"


@dataclass(frozen=True, slots=True)
class Viewer:
    """One person at one page.

    `token` returns the token of the page's forms; it is made only where one is shown.
    """

    name: str = ""
    may_manage: bool = False
    notice: str = ""
    token: Callable[[], str] = str


def may_view(user: Any) -> bool:
    """Tell whether *user* may see telemetry."""
    return bool(user.is_active and user.is_staff and user.has_perm(VIEW))


def may_manage(user: Any) -> bool:
    """Tell whether *user* may change what the pages show: keys, issues, rules."""
    return may_view(user) and bool(user.has_perm(MANAGE))


def of(request: HttpRequest) -> Viewer:
    """Return who sent *request*."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return Viewer()
    return Viewer(
        name=user.get_username(),
        may_manage=may_manage(user),
        notice=notices.find(request),
        token=lambda: forgery.token(request),
    )
