"""Random traces, and what belongs to them, for the figures about them to be computed row by row."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable

from tests.requests.traffic import NOW
from vedette.record import ids
from vedette.record.signals import Profile, Request, Signal, Span
from vedette.traces.queries import Filters

OPERATIONS = (
    ("http.server", "GET /tasks/"),
    ("http.server", "POST /tasks/"),
    ("queue.process", "tasks.mail"),
)
STATEMENTS = ("SELECT * FROM task WHERE id = ?", "SELECT * FROM tag WHERE task = ?")
RELEASES = (("1.0", dt.timedelta(days=100)), ("1.1", dt.timedelta(days=2)), ("1.2", dt.timedelta(hours=5)))
SITES = (("apps/views.py", "40"), ("apps/models.py", "7"), None)


def random_traces(count: int, *, seed: int, over: dt.timedelta, until: dt.datetime = NOW) -> list[Signal]:
    """Return the signals of *count* traces of *over* before *until*; the more recent the denser."""
    chance = random.Random(seed)
    times = sorted(until - over * chance.random() ** 3 for _ in range(count))
    return [signal for time in times for signal in _trace(chance, time)]


def _trace(chance: random.Random, time: dt.datetime) -> list[Signal]:
    service = chance.choice(["todo", "todo", "billing"])
    trace_id = chance.choice(
        [ids.new_trace_id(int(time.timestamp() * 1000)), f"{chance.getrandbits(128):032x}"]
    )
    op, name = chance.choice(OPERATIONS)
    release = [each for each, before in RELEASES if time >= NOW - before][-1]
    root = Span(
        time=time,
        service=service,
        environment=chance.choice(["production", "staging"]),
        release=release if service == "todo" else "",
        host=chance.choice(["web-1", "web-2"]),
        trace_id=trace_id,
        span_id=ids.new_span_id(),
        parent_span_id=chance.choice(["", "", ids.new_span_id()]),
        user_id=chance.choice(["", "7"]),
        op=op,
        name=name,
        kind=chance.choice(["server", "consumer"]),
        status=chance.choice(["ok", "ok", "ok", "error", ""]),
        duration_ms=round(chance.lognormvariate(4, 1.2), 3),
        attributes={"plan": chance.choice(["free", "pro"])},
    )
    return [root, *(_child(chance, root) for _ in range(chance.randrange(4))), *_around(chance, root)]


def _child(chance: random.Random, root: Span) -> Span:
    site = chance.choice(SITES)
    return Span(
        time=root.time + dt.timedelta(milliseconds=root.duration_ms * chance.random()),
        service=root.service,
        environment=root.environment,
        release=root.release,
        host=root.host,
        trace_id=root.trace_id,
        span_id=ids.new_span_id(),
        parent_span_id=root.span_id,
        op=chance.choice(["db", "db.sql.query", "cache.get", "template.render"]),
        name=chance.choice(STATEMENTS),
        kind="client",
        status=chance.choice(["ok", "ok", "error"]),
        duration_ms=round(chance.lognormvariate(3, 1.5), 3),
        attributes=_site(site),
    )


def _around(chance: random.Random, root: Span) -> list[Signal]:
    found: list[Signal] = []
    if root.op == "http.server":
        is_repeated = chance.random() < 0.3
        found.append(
            Request(
                time=root.time,
                service=root.service,
                trace_id=root.trace_id,
                span_id=root.span_id,
                route=root.name.split()[1],
                method=root.name.split()[0],
                duration_ms=root.duration_ms,
                status=200,
                repeated_query_count=40 if is_repeated else 0,
                slow_query_count=1,
            )
        )
        if is_repeated:
            found.append(_repeated(chance, root))
    return found


def _repeated(chance: random.Random, root: Span) -> Span:
    return Span(
        time=root.time,
        service=root.service,
        environment=root.environment,
        release=root.release,
        host=root.host,
        trace_id=root.trace_id,
        span_id=ids.new_span_id(),
        parent_span_id=root.span_id,
        op="db.repeated",
        name=chance.choice(STATEMENTS),
        kind="client",
        status="ok",
        duration_ms=round(chance.uniform(5, 200), 3),
        attributes={"count": chance.choice(["12", "87", "many"]), **_site(chance.choice(SITES))},
    )


def _site(site: tuple[str, str] | None) -> dict[str, str]:
    return {} if site is None else {"code.filepath": site[0], "code.lineno": site[1]}


def is_root(span: Span) -> bool:
    """Tell whether a service's part of a trace begins with *span*."""
    said = span.attributes.get("sentry.is_segment") == "true"
    return bool(span.trace_id) and (not span.parent_span_id or span.kind in {"server", "consumer"} or said)


PREDICATES: dict[Filters, Callable[[Span], bool]] = {
    Filters(): is_root,
    Filters(scope="all"): lambda each: True,
    Filters(operation="http.server"): lambda each: each.op == "http.server",
    Filters(operation="db.*", scope="all"): lambda each: each.op in {"db", "db.sql.query"},
    Filters(operation="db", scope="all"): lambda each: each.op == "db",
    Filters(name="from TAG", scope="all"): lambda each: "from tag" in each.name.lower(),
    Filters(exact_name="GET /tasks/"): lambda each: each.name == "GET /tasks/" and is_root(each),
    Filters(status="error", scope="all"): lambda each: each.status == "error",
    Filters(status="unset"): lambda each: each.status == "" and is_root(each),
    Filters(service="billing"): lambda each: each.service == "billing" and is_root(each),
    Filters(release="1.1", environment="staging"): lambda each: (
        each.release == "1.1" and each.environment == "staging" and is_root(each)
    ),
    Filters(min_duration_ms=40, max_duration_ms=90, scope="all"): lambda each: 40 <= each.duration_ms <= 90,
    Filters(attributes=(("plan", "pro"),)): lambda each: each.attributes.get("plan") == "pro",
    Filters(user_id="7", host="web-2"): lambda each: each.user_id == "7" and each.host == "web-2",
}
"""Filters, and what each of them says of one span that is no sum of others."""


def a_profile(
    stacks: list[list[int]], samples: list[int], *, names: str = "abcdef", thread: str = "1", **values: object
) -> Profile:
    """Return a profile of frames called *names*, capitals being other people's, with a sample each 10 ms."""
    payload = {
        "profile": {
            "frames": [
                {
                    "function": name,
                    "module": "apps",
                    "filename": "apps.py",
                    "lineno": place,
                    "in_app": name.islower(),
                }
                for place, name in enumerate(names)
            ],
            "stacks": stacks,
            "samples": [
                {"stack_id": stack, "thread_id": thread, "elapsed_since_start_ns": str(number * 10_000_000)}
                for number, stack in enumerate(samples)
            ],
        }
    }
    return Profile(payload=payload, **values)  # type: ignore[arg-type]
