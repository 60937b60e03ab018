"""Bodies with a secret in every place that may hold text: Sentry's items, and OTLP's three signals."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.flows.secrets.corpus import PEOPLE, SENTENCES, Corpus
from tests.wire.otlp.requests import as_protobuf, attributes

NOW = 1_795_419_240.5
TRACE = {"trace_id": "5b8efff798038103d269b633813fc60c", "span_id": "eee19b7ec3c1b174"}
PROTOBUF, JSON = "application/x-protobuf", "application/json"
Say = Callable[[str], str]
"""Gives the sentence for a place."""


def envelopes(corpus: Corpus, *, now: float) -> Iterator[bytes]:
    """Give an envelope for each kind of secret, with an item of each type."""
    for number, kind in enumerate(SENTENCES):
        say = _say(corpus, kind, "sentry")
        named = _named(corpus, kind, "sentry")
        trace = {"trace_id": TRACE["trace_id"], "transaction": say("trace header"), "public_key": "x"}
        items: list[tuple[dict[str, Any], Any]] = [
            ({"type": "event"}, _event(say, named, number, now)),
            ({"type": "transaction"}, _transaction(say, named, now)),
            ({"type": "profile"}, _profile(say, now)),
            (_container("span"), {"version": 2, "items": [_span(say, named, now)]}),
            (_container("log"), {"version": 2, "items": [_log(say, named, now)]}),
            (_container("trace_metric"), {"version": 2, "items": [_metric(say, named, now)]}),
            ({"type": "session"}, _session(say, now)),
            ({"type": "check_in"}, _check_in(say)),
            ({"type": "feedback"}, _feedback(say, now)),
            (
                {"type": "user_report"},
                {"event_id": _id(number), "name": "Ada", "comments": say("user report")},
            ),
            ({"type": "raw_security"}, _security(say)),
            (
                {"type": "attachment", "filename": "log.txt", "content_type": "text/plain"},
                say("text attachment"),
            ),
            ({"type": "attachment", "filename": ".env"}, f"A=b\n{say('untyped attachment')}\nC=d\n"),
            (
                {"type": "attachment", "filename": "a.json", "content_type": "application/json"},
                json.dumps({"note": say("JSON attachment"), **named("JSON attachment")}, indent=1),
            ),
        ]
        yield envelope({"event_id": _id(number), "trace": trace}, items)


def messages(corpus: Corpus) -> Iterator[bytes]:
    """Give an event for each kind of secret and each of the older shapes of an event, as ``store/`` takes them."""
    for kind in SENTENCES:
        say = _say(corpus, kind, "store")
        yield json.dumps({"message": say("message"), "tags": [["note", say("tag")]]}).encode()
        yield json.dumps(
            {
                "sentry.interfaces.Message": {"message": say("interface"), "params": [say("parameter")]},
                "sentry.interfaces.Http": {"url": "https://shop.example/", "data": say("interface data")},
                "culprit": say("culprit"),
                "stacktrace": {"frames": [_frame(say, {}, "stacktrace")]},
            }
        ).encode()


def envelope(headers: dict[str, Any], items: list[tuple[dict[str, Any], Any]]) -> bytes:
    """Return an envelope of *items*, each its header and its payload, text or what becomes JSON."""
    parts = [json.dumps(headers).encode()]
    for head, payload in items:
        data = payload.encode() if isinstance(payload, str) else json.dumps(payload).encode()
        parts += [json.dumps({**head, "length": len(data)}).encode(), data]
    return b"\n".join(parts)


def _say(corpus: Corpus, kind: str, where: str) -> Say:
    return lambda place: corpus.sentence(kind, f"{where} {place}")


def _named(corpus: Corpus, kind: str, where: str) -> Callable[[str], dict[str, Any]]:
    return lambda place: corpus.named(f"{where} {place} {kind}")


def _id(number: int) -> str:
    return f"{number + 1:032x}"


def _container(kind: str) -> dict[str, Any]:
    return {
        "type": kind,
        "item_count": 1,
        "content_type": f"application/vnd.sentry.items.{kind.replace('_', '-')}+json",
    }


def _event(say: Say, named: Callable[[str], dict[str, Any]], number: int, now: float) -> dict[str, Any]:
    return {
        "event_id": _id(number),
        "timestamp": now,
        "platform": "python",
        "level": "error",
        "logentry": {
            "message": say("template"),
            "formatted": say("message"),
            "params": [say("parameter"), named("parameter")],
        },
        "exception": {
            "values": [
                {
                    "type": "Refused",
                    "value": say("exception"),
                    "mechanism": {"type": "x", "handled": False, "data": {"note": say("mechanism")}},
                    "stacktrace": {"frames": [_frame(say, named("variables"), "frame")]},
                }
            ]
        },
        "threads": {
            "values": [{"id": 1, "name": "main", "stacktrace": {"frames": [_frame(say, {}, "thread")]}}]
        },
        "breadcrumbs": {
            "values": [
                {
                    "message": say("breadcrumb"),
                    "data": {"arguments": [say("argument")], **named("breadcrumb")},
                },
                {"category": "query", "message": say("query breadcrumb"), "data": {"url": say("url")}},
            ]
        },
        "request": {
            "method": "POST",
            "url": f"https://shop.example/?q={say('request url')}",
            "query_string": say("query string") if number % 2 else [["note", say("query string")]],
            "fragment": say("fragment"),
            "headers": {"X-Note": say("header"), **_headers(named("headers"))},
            "cookies": f"note={say('cookies')}" if number % 2 else {"note": say("cookies")},
            "data": [say("body"), {"note": say("body value"), **named("body")}, ""][number % 2],
            "env": {"SERVER_NAME": "shop", "NOTE": say("environment")},
        },
        "user": {"id": "7", "data": {"note": say("user data"), **named("user")}},
        "tags": {"note": say("tag"), "auth": say("named tag")},
        "extra": {"note": say("extra"), "deep": {"deeper": [[say("deep extra")]]}, **named("extra")},
        "contexts": {
            "order": {"note": say("context"), **named("context")},
            "response": {"headers": _headers(named("response")), "cookies": say("response cookies")},
            "trace": {**TRACE, "op": "http.server", "description": say("trace"), "data": named("trace")},
        },
        "transaction": f"GET /{say('transaction')}",
        "fingerprint": ["{{ default }}", say("fingerprint")],
    }


def _headers(named: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in named.items() if isinstance(value, str)}


def _frame(say: Say, variables: dict[str, Any], where: str) -> dict[str, Any]:
    return {
        "filename": "shop/views.py",
        "abs_path": "/srv/shop/views.py",
        "function": "checkout",
        "module": "shop.views",
        "lineno": 30,
        "in_app": True,
        "pre_context": _source(say(f"{where} source before")),
        "context_line": f"    refuse({json.dumps(say(f'{where} line'))})",
        "post_context": _source(say(f"{where} source after")),
        "vars": {
            "self": f"<Basket note={say(f'{where} repr')!r}>",
            "notes": [repr(say(f"{where} list")), {"note": say(f"{where} nested")}],
            **variables,
        },
    }


def _source(text: str) -> list[str]:
    """Return *text* as it stands in a source: a literal on its own line, or a key on several."""
    if "PRIVATE KEY" in text and "\n" in text:
        return ['KEY = """', *text.split("\n"), '"""', "use(KEY)"]
    return ["def checkout(request):", f"    note = {json.dumps(text)}"]


def _transaction(say: Say, named: Callable[[str], dict[str, Any]], now: float) -> dict[str, Any]:
    return {
        "type": "transaction",
        "transaction": say("transaction name"),
        "start_timestamp": now - 1,
        "timestamp": now,
        "contexts": {
            "trace": {**TRACE, "op": "http.server", "data": {"note": say("root data"), **named("root")}}
        },
        "tags": {"note": say("transaction tag")},
        "extra": {"note": say("transaction extra")},
        "request": {"url": f"https://shop.example/?{say('transaction url')}"},
        "spans": [
            {
                "trace_id": TRACE["trace_id"],
                "span_id": "aaaa9b7ec3c1b174",
                "parent_span_id": TRACE["span_id"],
                "op": "db",
                "description": say("span description"),
                "start_timestamp": now - 1,
                "timestamp": now,
                "data": {
                    "note": say("span data"),
                    "http.query": say("span query"),
                    "db.params": [say("span parameters")],
                    **named("span"),
                },
                "tags": {"note": say("span tag")},
            }
        ],
    }


def _span(say: Say, named: Callable[[str], dict[str, Any]], now: float) -> dict[str, Any]:
    return {
        "trace_id": TRACE["trace_id"],
        "span_id": "bbbb9b7ec3c1b174",
        "name": say("streamed span"),
        "status": "ok",
        "start_timestamp": now - 1,
        "end_timestamp": now,
        "attributes": _attributes({"note": say("attribute"), **named("attribute")}),
        "links": [
            {**TRACE, "sampled": True, "attributes": _attributes({"note": say("link"), **named("link")})}
        ],
    }


def _log(say: Say, named: Callable[[str], dict[str, Any]], now: float) -> dict[str, Any]:
    told = {
        "sentry.message.template": say("log template"),
        "sentry.message.parameter.0": say("log parameter"),
        **named("log"),
    }
    return {
        "timestamp": now,
        "level": "info",
        "body": say("log body"),
        "trace_id": TRACE["trace_id"],
        "attributes": _attributes(told),
    }


def _metric(say: Say, named: Callable[[str], dict[str, Any]], now: float) -> dict[str, Any]:
    return {
        "timestamp": now,
        "name": "orders",
        "type": "counter",
        "value": 1,
        "attributes": _attributes({"note": say("metric"), **named("metric")}),
    }


def _attributes(values: dict[str, Any]) -> dict[str, Any]:
    return {key: {"value": value, "type": "string"} for key, value in values.items()}


def _session(say: Say, now: float) -> dict[str, Any]:
    return {
        "sid": "7c7b6585f9b14ab3a7e9d9b8d1d1d1d1",
        "did": say("session"),
        "status": "ok",
        "started": "2026-11-23T07:34:00Z",
        "timestamp": now,
        "attrs": {"release": "r1", "environment": "live", "user_agent": say("session agent")},
    }


def _check_in(say: Say) -> dict[str, Any]:
    return {
        "monitor_slug": "nightly",
        "status": "ok",
        "duration": 1,
        "contexts": {"x": {"note": say("check-in")}},
    }


def _feedback(say: Say, now: float) -> dict[str, Any]:
    contexts = {
        "feedback": {"message": say("feedback"), "url": f"https://shop.example/?{say('feedback url')}"}
    }
    return {"type": "feedback", "timestamp": now, "contexts": contexts, "tags": {"note": say("feedback tag")}}


def _profile(say: Say, now: float) -> dict[str, Any]:
    frames = [
        {"function": "f", "filename": "a.py", "abs_path": f"https://shop.example/a.js?{say('profile path')}"}
    ]
    return {
        "version": "1",
        "platform": "python",
        "event_id": "c" * 32,
        "timestamp": now,
        "profile": {
            "frames": frames,
            "stacks": [[0]],
            "samples": [{"stack_id": 0, "thread_id": "1", "elapsed_since_start_ns": "5"}],
            "thread_metadata": {"1": {"name": say("thread name")}},
        },
        "transaction": {**TRACE, "name": say("profiled"), "id": "d" * 32, "active_thread_id": "1"},
        "tags": {"note": say("profile tag")},
    }


def _security(say: Say) -> dict[str, Any]:
    return {
        "csp-report": {
            "document-uri": f"https://shop.example/?q={say('document')}",
            "referrer": say("referrer"),
            "blocked-uri": f"https://evil.example/?q={say('blocked')}",
            "violated-directive": "script-src-elem",
            "script-sample": say("sample"),
            "original-policy": "script-src 'self'",
        }
    }


def _as_bytes(corpus: Corpus, kind: str) -> dict[str, bytes]:
    """Return a secret of *kind* as bytes, which are text or are not; no more may they be found as base64 has them."""
    values = {}
    for place, before in (("text", b""), ("binary", b"\0\xff")):
        values[place] = before + corpus.sentence(kind, f"otlp bytes {place}").encode()
        if kind not in PEOPLE:
            corpus.secrets[base64.b64encode(values[place])[:-4]] = f"otlp bytes {place}: {kind} in base64"
    return values


def exports(corpus: Corpus, *, now: float) -> Iterator[tuple[str, str, bytes]]:
    """Give path, content type and body of OTLP requests, for each kind of secret one of each signal."""
    for number, kind in enumerate(SENTENCES):
        say = _say(corpus, kind, "otlp")
        named = _named(corpus, kind, "otlp")
        traces = _traces(say, named, int(now * 1e9))
        traces["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"] += attributes(
            packed=_as_bytes(corpus, kind), **_as_bytes(corpus, kind)
        )
        for signal, path, request in (
            ("trace", "v1/traces", traces),
            ("logs", "v1/logs", _logs(say, named, int(now * 1e9))),
            ("metrics", "v1/metrics", _metrics(say, named, int(now * 1e9))),
        ):
            if number % 2:
                yield path, JSON, json.dumps(request).encode()
            else:
                yield path, PROTOBUF, as_protobuf(request, signal)


def _resource(say: Say, named: dict[str, Any]) -> dict[str, Any]:
    return {"attributes": attributes(note=say("resource"), process__command_line=say("command"), **named)}


def _traces(say: Say, named: Callable[[str], dict[str, Any]], ns: int) -> dict[str, Any]:
    thrown = attributes(
        exception__type="Refused",
        exception__message=say("exception"),
        exception__stacktrace=f'Traceback\n  File "a.py", line 3, in f\n    x\nRefused: {say("stack trace")}',
        **named("exception"),
    )
    span = {
        "traceId": TRACE["trace_id"],
        "spanId": TRACE["span_id"],
        "name": say("span name"),
        "kind": 3,
        "startTimeUnixNano": str(ns - 10**9),
        "endTimeUnixNano": str(ns),
        "attributes": attributes(
            note=say("span"),
            url__full=f"https://shop.example/?q={say('url')}",
            url__query=say("url query"),
            db__query__text=say("statement"),
            db__query__parameter__password=say("parameter"),
            http__request__header__authorization=[say("header")],
            http__request__header__note=[say("other header")],
            deep={"note": say("map"), "list": [say("list")], **named("map")},
            **named("span"),
        ),
        "events": [
            {"name": "exception", "timeUnixNano": str(ns), "attributes": thrown},
            {"name": say("event"), "timeUnixNano": str(ns), "attributes": attributes(**named("event"))},
        ],
        "links": [{"traceId": TRACE["trace_id"], "spanId": TRACE["span_id"], "attributes": thrown}],
        "status": {"code": 2, "message": say("status")},
    }
    resource = _resource(say, named("resource"))
    return {
        "resourceSpans": [
            {"resource": resource, "scopeSpans": [{"scope": {"name": "shop"}, "spans": [span]}]}
        ]
    }


def _logs(say: Say, named: Callable[[str], dict[str, Any]], ns: int) -> dict[str, Any]:
    records = [
        {
            "timeUnixNano": str(ns),
            "severityNumber": 17,
            "body": {"stringValue": say("body")},
            "attributes": attributes(
                note=say("log"),
                log__record__template=say("template"),
                exception__type="Refused",
                exception__message=say("exception of a log"),
                exception__stacktrace=say("stack trace of a log"),
                **named("log"),
            ),
        },
        {
            "timeUnixNano": str(ns),
            "body": attributes(x={"note": say("body value"), **named("body")})[0]["value"],
        },
    ]
    resource = _resource(say, named("resource of logs"))
    return {
        "resourceLogs": [
            {"resource": resource, "scopeLogs": [{"scope": {"name": "shop"}, "logRecords": records}]}
        ]
    }


def _metrics(say: Say, named: Callable[[str], dict[str, Any]], ns: int) -> dict[str, Any]:
    points = [
        {
            "timeUnixNano": str(ns),
            "asInt": "5",
            "attributes": attributes(note=say("point"), **named("point")),
        }
    ]
    metric = {"name": "depth", "gauge": {"dataPoints": points}}
    resource = _resource(say, named("resource of metrics"))
    return {
        "resourceMetrics": [
            {"resource": resource, "scopeMetrics": [{"scope": {"name": "shop"}, "metrics": [metric]}]}
        ]
    }
