"""What kind of work a span is: it says in which colour it is drawn, the same on all pages."""

from __future__ import annotations

from typing import Literal

Kind = Literal["sql", "http", "cache", "queue", "template", "other"]
NAMES: dict[Kind, str] = {
    "sql": "Database",
    "http": "HTTP",
    "cache": "Cache",
    "queue": "Queue",
    "template": "Template",
    "other": "Other",
}
_FAMILIES: dict[str, Kind] = {
    "db": "sql",
    "http": "http",
    "cache": "cache",
    "queue": "queue",
    "celery": "queue",
    "template": "template",
    "view": "template",
}


def kind_of(op: str) -> Kind:
    """Return the kind of work that the operation *op* is."""
    return _FAMILIES.get(op.partition(".")[0], "other")
