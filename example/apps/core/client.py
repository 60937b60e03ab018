"""Who is asking."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest


class UserRequest(HttpRequest):
    """A request that passed `login_required`: its user is a real one."""

    user: User


def client_address(request: HttpRequest) -> str:
    """Return the address the connection came from."""
    return str(request.META.get("REMOTE_ADDR", ""))
