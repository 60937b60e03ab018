"""The signals: one struct per table, named after OpenTelemetry where it has a name.

A struct is the single source of a table's columns: the journal writes it as one JSON line, the store derives the
column's name, type and default from it (`vedette.store.schema`).  Fields that hold their default are left out of the
line, so a default must be the value that a reader may assume.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

import msgspec

__all__ = [
    "SAMPLED",
    "SIGNALS",
    "Check",
    "Error",
    "Event",
    "Log",
    "Metric",
    "Profile",
    "Request",
    "Signal",
    "Span",
]

SAMPLED = "sampled"
"""The attribute that is ``false`` where a span was kept for what it is (slow), while its trace was not sampled."""


class Signal(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What every record carries.

    Text that is not known is ``""``; a number that is not known is ``None``.  `time` is aware UTC, microseconds.
    Ids are lower-case hex: `trace_id` 32 digits, `span_id` 16.
    """

    table: ClassVar[str]

    time: dt.datetime
    service: str = ""
    environment: str = ""
    release: str = ""
    host: str = ""
    trace_id: str = ""
    span_id: str = ""
    request_id: str = ""
    user_id: str = ""
    attributes: dict[str, str] = {}


class Request(Signal):
    """An HTTP request that the site answered; every one, never sampled.

    `route` is the URL pattern (``/tasks/<int:pk>/``), ``""`` where none matched.  `status` is the HTTP status sent, 499
    where the client went away before an answer.  `error_fingerprint` names the error that the request raised.
    """

    table: ClassVar[str] = "requests"

    method: str = ""
    route: str = ""
    path: str = ""
    status: int = 0
    duration_ms: float = 0.0
    response_bytes: int | None = None
    ip: str = ""
    session_id: str = ""
    query_count: int = 0
    query_ms: float = 0.0
    slow_query_count: int = 0
    repeated_query_count: int = 0
    error_fingerprint: str = ""


class Log(Signal):
    """A log record.

    `severity` is OpenTelemetry's number (DEBUG 5, INFO 9, WARNING 13, ERROR 17, FATAL 21), `severity_text` the level's
    own name.  `template` is the message before its arguments went in; `exception` the formatted traceback.
    """

    table: ClassVar[str] = "logs"

    severity: int = 0
    severity_text: str = ""
    logger: str = ""
    message: str = ""
    template: str = ""
    module: str = ""
    line: int = 0
    exception: str = ""


class Span(Signal):
    """A span of a sampled trace, and every slow or repeated query.

    `time` is its start.  `op` follows Sentry (``db``, ``http.server``), `kind` OpenTelemetry (``client``, ``server``,
    ``internal``).
    """

    table: ClassVar[str] = "spans"

    parent_span_id: str = ""
    op: str = ""
    name: str = ""
    duration_ms: float = 0.0
    status: str = ""
    kind: str = ""


class Error(Signal):
    """An error event; `payload` is Sentry's event as JSON."""

    table: ClassVar[str] = "errors"

    event_id: str = ""
    fingerprint: str = ""
    type: str = ""
    value: str = ""
    culprit: str = ""
    level: str = ""
    handled: bool = True
    payload: msgspec.Raw | dict[str, Any] = {}


class Metric(Signal):
    """The change of a metric in one time step of one process; `buckets` maps a log bucket to its count."""

    table: ClassVar[str] = "metrics"

    name: str = ""
    kind: str = ""
    sum: float = 0.0
    count: int = 0
    min: float | None = None
    max: float | None = None
    last: float | None = None
    buckets: dict[int, int] = {}


class Event(Signal):
    """A thing that a person did."""

    table: ClassVar[str] = "events"

    name: str = ""
    distinct_id: str = ""
    session_id: str = ""
    properties: dict[str, str] = {}


class Check(Signal):
    """A probe of a monitor, or a heartbeat."""

    table: ClassVar[str] = "checks"

    monitor: str = ""
    kind: str = ""
    state: str = ""
    status: int | None = None
    dns_ms: float | None = None
    connect_ms: float | None = None
    tls_ms: float | None = None
    ttfb_ms: float | None = None
    total_ms: float | None = None
    reason: str = ""


class Profile(Signal):
    """A profile of a transaction, as the SDK sent it."""

    table: ClassVar[str] = "profiles"

    payload: msgspec.Raw | dict[str, Any] = {}


SIGNALS: dict[str, type[Signal]] = {
    signal.table: signal for signal in (Request, Log, Span, Error, Metric, Event, Check, Profile)
}
"""Each table's struct, in the order in which pages list them."""
