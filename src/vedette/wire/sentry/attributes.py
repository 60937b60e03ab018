"""Typed attributes, and the containers of items that carry them: spans, logs and metrics."""

from __future__ import annotations

from typing import Any

from vedette.wire.errors import MalformedError
from vedette.wire.values import Mapping

HIDDEN = frozenset(
    {
        "process.runtime.name",
        "process.runtime.version",
        "sentry.environment",
        "sentry.is_localhost",
        "sentry.op",
        "sentry.release",
        "sentry.sdk.integrations",
        "sentry.sdk.name",
        "sentry.sdk.version",
        "sentry.severity_number",
        "sentry.severity_text",
        "sentry.timestamp.sequence",
        "sentry.trace_lifecycle",
        "thread.id",
        "thread.name",
        "user.id",
    }
)
"""Attributes that have a column of their own, or say nothing of what was done."""


def items_of(payload: Mapping, *, limit: int) -> list[Mapping]:
    """Return the items of a container, ``{"version": 2, "items": [...]}``; raises `MalformedError`."""
    items = payload.get("items")
    if not isinstance(items, list):
        raise MalformedError("a container has no list of items")
    return [item for item in items[:limit] if isinstance(item, dict)]


def plain(attributes: Any) -> Mapping:
    """Return ``{name: value}`` of typed attributes, ``{name: {"value": .., "type": ..}}``."""
    if not isinstance(attributes, dict):
        return {}
    return {
        name: typed.get("value") if isinstance(typed, dict) and "value" in typed else typed
        for name, typed in attributes.items()
    }
