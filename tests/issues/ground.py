"""Errors on their way into issues: a ground whose drain digests them into the state database."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import msgspec

from tests.ground import NOON, Ground
from tests.issues.grouping.events import error, own, raised
from vedette.catalogue.catalogue import StateCatalogue
from vedette.issues.digest import IssueDigest
from vedette.record.signals import Error
from vedette.store.query import TimeRange

DAY = TimeRange(NOON - dt.timedelta(hours=12), NOON + dt.timedelta(hours=12))


def ground_in(directory: Path, digest: IssueDigest | None = None) -> Ground:
    """Return a ground in *directory* over the state database of the test."""
    catalogue = StateCatalogue(fence=lambda: None)
    return Ground(directory, catalogue=catalogue, sinks=[digest or IssueDigest()])


def an_error(
    number: int = 0, kind: str = "ValueError", *, event: dict[str, Any] | None = None, **values: Any
) -> Error:
    """Return the event numbered *number* of an exception of the type *kind*, as it is decoded from what an SDK sends."""
    payload = event or raised(error(kind, f"no {number}", own("shop.views", "checkout", "pay()")))
    thrown = payload.get("exception", {}).get("values", [{}])[-1]
    defaults: dict[str, Any] = {
        "time": NOON + dt.timedelta(seconds=number),
        "service": "shop",
        "event_id": f"{number:032x}",
        "type": thrown.get("type", ""),
        "value": thrown.get("value", ""),
        "level": "error",
        "payload": msgspec.Raw(json.dumps(payload).encode()),
    }
    return Error(**{**defaults, **values})
