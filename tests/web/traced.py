"""A trace over three services with everything in it, and forty others, for tests of the traces' pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from tests.traces.spans import a_profile
from tests.web.conftest import NOW
from vedette.record.signals import Error, Log, Request, Signal, Span

TRACE = "feedc0de" * 4
"""The id of the trace that tests open; it tells no time, as another SDK's does not."""
AT = NOW - dt.timedelta(minutes=3)
REPEATS = 24
_OWN = {"db.system": "sqlite", "db.alias": "default"}
"""What Vedette says of the queries of its own site."""


def span(id: int, parent: int, at_ms: float, took: float, op: str, name: str, **values: object) -> Span:
    """Return a span of the trace, which began *at_ms* after it."""
    common = {
        "trace_id": TRACE,
        "service": "shop",
        "host": "web-1",
        "release": "2.0",
        "status": "ok",
        **values,
    }
    return Span(
        time=AT + dt.timedelta(milliseconds=at_ms),
        span_id=f"{id:016x}",
        parent_span_id=f"{parent:016x}" if parent else "",
        duration_ms=took,
        op=op,
        name=name,
        **common,  # type: ignore[arg-type]
    )


def whole_trace() -> Iterator[Signal]:
    """Yield the trace: a request, its queries, a call of another service whose clock is behind, a task of a worker."""
    api = {"service": "api", "host": "api-1"}
    yield span(1, 0, 0, 820, "http.server", "POST /orders/", kind="server", status="error", user_id="7")
    yield span(2, 1, 4, 30, "db", "SELECT * FROM cart WHERE user = ?", attributes=_line("apps/cart.py", 12))
    for number in range(REPEATS):
        yield span(
            100 + number, 1, 40 + 8 * number, 6, "db", "SELECT * FROM product WHERE id = ?", attributes=_OWN
        )
    yield span(3, 1, 250, 310, "http.client", "POST https://api/pay")
    yield span(4, 3, -600, 280, "http.server", "POST /pay", kind="server", status="error", **api)
    yield span(5, 4, -590, 240, "db", "UPDATE ledger SET balance = balance - ?", **api)
    yield span(6, 1, 570, 200, "template.render", "orders/done.html")
    yield span(7, 6, 580, 60, "cache.get", "menu")
    yield span(8, 1, 780, 5, "queue.publish", "tasks.mail")
    yield span(9, 8, 900, 150, "queue.process", "tasks.mail", kind="consumer", service="worker", host="w-1")
    yield span(10, 77, 300, 20, "db", "SELECT 1 FROM nowhere")
    yield from _around_it()


def _around_it() -> Iterator[Signal]:
    at = AT + dt.timedelta(milliseconds=300)
    yield Request(
        time=AT, trace_id=TRACE, span_id=f"{1:016x}", request_id=TRACE, service="shop", method="POST", route="/orders/",
        path="/orders/", status=500, duration_ms=820, query_count=25, query_ms=174, repeated_query_count=REPEATS,
    )  # fmt: skip
    yield Error(
        time=at, trace_id=TRACE, span_id=f"{1:016x}", service="shop", event_id="e" * 32, type="PaymentError",
        value="refused <script>alert(1)</script>", culprit="apps.orders.pay", level="error",
    )  # fmt: skip
    yield Log(
        time=at, trace_id=TRACE, span_id=f"{1:016x}", service="shop", severity=13, message="paying is slow"
    )
    yield span(
        50, 1, 40, 144, "db.repeated", "SELECT * FROM product WHERE id = ?",
        attributes={"count": str(REPEATS), **_line("apps/orders.py", 88)},
    )  # fmt: skip
    yield a_profile(
        [[2, 1, 0], [3, 1, 0], [0]], [0] * 6 + [1] * 3 + [2], names="abcD", time=AT, trace_id=TRACE, service="shop",
        attributes={"transaction": "POST /orders/"},
    )  # fmt: skip


def _line(file: str, line: int) -> dict[str, str]:
    return {"code.filepath": file, "code.lineno": str(line), **_OWN}


def others() -> Iterator[Span]:
    """Yield forty roots of the last hour, half of them of an older release, and a slow query of no trace."""
    for number in range(40):
        yield Span(
            time=NOW - dt.timedelta(minutes=number + 4),
            trace_id=f"{number + 1:032x}",
            span_id=f"{number + 1:016x}",
            service="shop",
            environment="production",
            release="2.0" if number < 20 else "1.0",
            op="http.server",
            name="GET /board/",
            kind="server",
            status="ok",
            duration_ms=20.0 + number,
            attributes={"plan": "pro" if number % 2 else "free"},
        )
    yield Span(time=NOW - dt.timedelta(minutes=9), op="db", name="VACUUM", duration_ms=4000.0, status="ok")
