"""What decoding costs: microseconds of CPU for each envelope of 2 KB and of 50 KB, and for each OTLP span.

    python benchmarks/wire.py [--repeat 7] [--json FILE]

Each figure is the median over the rounds of what one body takes, from bytes to scrubbed signals that can be written to
the journal.  *First* is a body of which nothing was seen before; *again* one whose source lines and most of whose values
were, but whose ids, times and message are new, as when one fault comes again and again.
"""

from __future__ import annotations

import argparse
import copy
import datetime as dt
import json
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from machine import machine

from vedette.record import redaction
from vedette.wire.arrival import Arrival
from vedette.wire.otlp.decoding import decode_traces
from vedette.wire.sentry import scrubbing
from vedette.wire.sentry.decoding import decode_pieces

ARRIVAL = Arrival(received_at=dt.datetime(2026, 11, 23, tzinfo=dt.UTC), service="shop", address="203.0.113.7")
BODIES = 200


def frame(place: int) -> dict[str, Any]:
    """Return a stack frame with source and variables, as a Python SDK sends one."""
    around = [f"    value_{place}_{line} = compute(request, order_id={line})" for line in range(5)]
    return {
        "filename": f"shop/module_{place}.py",
        "abs_path": f"/srv/site/shop/module_{place}.py",
        "function": f"function_{place}",
        "module": f"shop.module_{place}",
        "lineno": 10 + place,
        "pre_context": around,
        "context_line": f"    return charge(card, amount={place})",
        "post_context": around,
        "vars": {
            "request": "<WSGIRequest: POST '/orders/17/?page=2'>",
            "self": f"<shop.module_{place}.View object at 0x7f1edb679c60>",
            "order": f"<Order: number {place}>",
            "cart": {"country": "'se'", "prices": ["1", "2", "3"], "card_number": "'4111111111111111'"},
        },
        "in_app": True,
    }


def event(frames: int) -> dict[str, Any]:
    """Return an error event with *frames* frames."""
    return {
        "event_id": uuid.uuid4().hex,
        "timestamp": "2026-11-22T23:59:59.123456Z",
        "level": "error",
        "platform": "python",
        "environment": "production",
        "release": "shop@1.4.2",
        "server_name": "web-1",
        "transaction": "/orders/{order_id}/",
        "exception": {
            "values": [
                {
                    "type": "ValueError",
                    "value": "",
                    "stacktrace": {"frames": [frame(n) for n in range(frames)]},
                }
            ]
        },
        "contexts": {"trace": {"trace_id": uuid.uuid4().hex, "span_id": uuid.uuid4().hex[:16]}},
        "request": {
            "url": "https://shop.example/orders/17/",
            "method": "POST",
            "query_string": "page=2&token=abc",
            "headers": {
                "Host": "shop.example",
                "User-Agent": "Mozilla/5.0 (X11; Linux x86_64)",
                "Cookie": "sessionid=x",
            },
        },
        "user": {"id": "42", "email": "bo@example.com"},
        "sdk": {"name": "sentry.python.django", "version": "2.75.0"},
    }


def envelopes(frames: int) -> list[bytes]:
    """Return envelopes of one fault: source and most values alike; ids, times, message and an order's number new."""
    template = event(frames)
    bodies = []
    for number in range(BODIES):
        one = copy.deepcopy(template)
        one["event_id"] = uuid.uuid4().hex
        one["exception"]["values"][0]["value"] = f"cannot price order {number} of bo{number}@example.com"
        for each in one["exception"]["values"][0]["stacktrace"]["frames"][:3]:
            each["vars"]["order"] = f"<Order: number {number}>"
        data = json.dumps(one).encode()
        header = json.dumps({"event_id": one["event_id"], "sent_at": "2026-11-23T00:00:00Z"}).encode()
        bodies.append(header + b'\n{"type":"event","length":%d}\n' % len(data) + data)
    return bodies


def otlp(spans: int) -> bytes:
    """Return an export request of *spans* spans as JSON."""
    attributes = [
        {"key": "http.method", "value": {"stringValue": "GET"}},
        {"key": "http.status_code", "value": {"intValue": "200"}},
        {"key": "http.target", "value": {"stringValue": "/orders/"}},
    ]
    made = [
        {
            "traceId": uuid.uuid4().hex,
            "spanId": uuid.uuid4().hex[:16],
            "name": "GET /orders/",
            "kind": 2,
            "startTimeUnixNano": "1795417443453751000",
            "endTimeUnixNano": "1795417443454751000",
            "attributes": attributes,
        }
        for _ in range(spans)
    ]
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": made}]}]}).encode()


def decode(body: bytes) -> None:
    """Decode an envelope and encode its signals, as ingest does."""
    for signal in decode_pieces([body], arrival=ARRIVAL).signals:
        msgspec.json.encode(signal)


def again(bodies: list[bytes]) -> float:
    """Return the microseconds for each of *bodies*, when their like was seen before."""
    decode(bodies[0])
    started = time.process_time()
    for body in bodies:
        decode(body)
    return (time.process_time() - started) / len(bodies) * 1e6


def first(bodies: list[bytes]) -> float:
    """Return the microseconds for each of *bodies*, when nothing of it was seen before."""
    took = 0.0
    for body in bodies[:20]:
        redaction.forget()
        scrubbing.forget()
        started = time.process_time()
        decode(body)
        took += time.process_time() - started
    return took / 20 * 1e6


def spans(body: bytes, number: int) -> float:
    """Return the microseconds for each span of *body*."""
    started = time.process_time()
    for signal in decode_traces(body, encoding="json", arrival=ARRIVAL).signals:
        msgspec.json.encode(signal)
    return (time.process_time() - started) / number * 1e6


def main() -> None:
    """Measure, print a table, and write JSON where that was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    small, large, request = envelopes(1), envelopes(50), otlp(500)
    tasks: dict[str, Callable[[], float]] = {
        f"envelope of {len(small[0]) / 1000:.1f} KB, again": lambda: again(small),
        f"envelope of {len(small[0]) / 1000:.1f} KB, first": lambda: first(small),
        f"envelope of {len(large[0]) / 1000:.1f} KB, again": lambda: again(large),
        f"envelope of {len(large[0]) / 1000:.1f} KB, first": lambda: first(large),
        "OTLP span as JSON": lambda: spans(request, 500),
    }
    rounds: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(options.repeat):
        for name, task in tasks.items():
            rounds[name].append(task())
    results = {
        name: {"median_us": round(statistics.median(found), 1), "min_us": round(min(found), 1)}
        for name, found in rounds.items()
    }
    for name, figures in results.items():
        sys.stdout.write(
            f"{name:32} median {figures['median_us']:8.1f} us   min {figures['min_us']:8.1f} us\n"
        )
    if options.json:
        told = {"machine": machine("msgspec"), "microseconds": results}
        options.json.write_text(json.dumps(told, indent=2) + "\n")


if __name__ == "__main__":
    main()
