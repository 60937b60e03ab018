"""Who is asking."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest


class UserRequest(HttpRequest):
    """A request that passed `login_required`: its user is a real one."""

    user: User


def client_address(request: HttpRequest) -> str:
    """Return the client's address: what a trusted proxy says, else where the connection came from."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
    if forwarded and peer in settings.TRUSTED_PROXIES:
        # The last one is what the proxy saw itself; what stands before it is the client's own claim.
        return forwarded.rsplit(",", 1)[-1].strip()[:45]
    return peer
