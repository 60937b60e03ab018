"""Random traffic, and the figures about it computed row by row."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from vedette.record import ids
from vedette.record.signals import Request
from vedette.requests.queries import Filters
from vedette.store.query import TimeRange

NOW = dt.datetime(2026, 3, 18, 14, 37, 21, 123456, tzinfo=dt.UTC)
ROUTES = ("/tasks/", "/tasks/<int:pk>/", "/api/v1/tasks/", "")
RELEASES = (("1.0", dt.timedelta(days=100)), ("1.1", dt.timedelta(days=20)), ("1.2", dt.timedelta(hours=5)))
"""Each release and how long before now it came."""


def random_requests(count: int, *, seed: int, over: dt.timedelta, until: dt.datetime = NOW) -> list[Request]:
    """Return requests of *over* before *until*, in order; the more recent the denser."""
    chance = random.Random(seed)
    times = sorted(until - over * chance.random() ** 4 for _ in range(count))
    return [_request(chance, time) for time in times]


def _request(chance: random.Random, time: dt.datetime) -> Request:
    trace_id = ids.new_trace_id(int(time.timestamp() * 1000))
    queries = chance.choice([0, 1, 3, 40])
    return Request(
        time=time,
        service=chance.choice(["todo", "todo", "billing"]),
        environment="production",
        release=[name for name, before in RELEASES if time >= NOW - before][-1],
        host=chance.choice(["web-1", "web-2"]),
        trace_id=trace_id,
        span_id=ids.new_span_id(),
        request_id=chance.choice([trace_id, f"from-proxy-{chance.random()}"]),
        user_id=chance.choice(["", *(str(number) for number in range(25))]),
        attributes={"plan": chance.choice(["free", "pro"])} if chance.random() < 0.8 else {},
        method=chance.choice(["GET", "GET", "POST"]),
        route=chance.choice(ROUTES),
        path=f"/tasks/{chance.randrange(50)}/",
        status=chance.choice([200, 200, 200, 201, 302, 404, 499, 500, 503]),
        duration_ms=round(chance.choice([0.0, chance.lognormvariate(3, 1.4), chance.uniform(1, 3000)]), 3),
        query_count=queries,
        query_ms=round(queries * chance.random(), 3),
    )


def within(requests: Iterable[Request], range: TimeRange) -> list[Request]:
    """Return the requests of *range*."""
    return [request for request in requests if range.start <= request.time < range.end]


def percentile(values: Sequence[float], percent: int) -> float | None:
    """Return the nearest-rank percentile, None below 20 values."""
    if len(values) < 20:
        return None
    return sorted(values)[math.ceil(percent * len(values) / 100) - 1]


def grouped(requests: Iterable[Request], by: Callable[[Request], object]) -> dict[object, list[Request]]:
    """Return the requests by what *by* says of them."""
    groups: dict[object, list[Request]] = defaultdict(list)
    for request in requests:
        groups[by(request)].append(request)
    return groups


PREDICATES: dict[Filters, Callable[[Request], bool]] = {
    Filters(): lambda _: True,
    Filters(route="/tasks/"): lambda each: each.route == "/tasks/",
    Filters(route="-"): lambda each: each.route == "",
    Filters(status="5xx"): lambda each: 500 <= each.status < 600,
    Filters(status="error"): lambda each: each.status >= 500,
    Filters(status="404"): lambda each: each.status == 404,
    Filters(method="post", service="todo"): lambda each: each.method == "POST" and each.service == "todo",
    Filters(release="1.1"): lambda each: each.release == "1.1",
    Filters(user_id="7"): lambda each: each.user_id == "7",
    Filters(min_duration_ms=100, max_duration_ms=900): lambda each: 100 <= each.duration_ms <= 900,
    Filters(path="ASKS/1"): lambda each: "asks/1" in each.path,
    Filters(host="web-2"): lambda each: each.host == "web-2",
    Filters(attributes=(("plan", "pro"),)): lambda each: each.attributes.get("plan") == "pro",
    Filters(environment="staging"): lambda _: False,
}
"""Filters, and what each of them says of one request."""
