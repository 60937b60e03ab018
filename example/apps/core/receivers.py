"""What happens beside a log-in: a failed one is logged."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from apps.core.client import client_address

logger = logging.getLogger("apps.core")


@receiver(user_login_failed)
def log_failed_login(credentials: dict[str, Any], request: HttpRequest | None = None, **_: object) -> None:
    """Log a failed log-in with the name that was tried and the address it came from."""
    # People type passwords into the name field: keep enough to recognise a name, no more.
    username = str(credentials.get("username", ""))[:150]
    ip_address = client_address(request) if request is not None else ""
    logger.warning(
        "Log-in failed for %s from %s",
        username,
        ip_address or "unknown",
        extra={"username": username, "ip_address": ip_address},
    )
