"""Transactions and streamed spans become spans of one form."""

from __future__ import annotations

from typing import Any

import pytest

from tests.wire.cases import RECEIVED_AT
from tests.wire.sentry.sent import decoded
from vedette.record.signals import Signal, Span
from vedette.wire.sentry.limits import Limits
from vedette.wire.sentry.span import duration_ms, kind_of, status_of

NOW = RECEIVED_AT.timestamp()
TRACE = "5b8efff798038103d269b633813fc60c"
ROOT, CHILD = "eee19b7ec3c1b174", "eee19b7ec3c1b175"
TRANSACTION: dict[str, Any] = {
    "type": "transaction",
    "transaction": "/pay/",
    "start_timestamp": NOW - 2,
    "timestamp": NOW - 1,
    "environment": "prod",
    "release": "a@1",
    "server_name": "web-1",
    "user": {"id": 7},
    "tags": {"plan": "pro"},
    "contexts": {
        "trace": {
            "trace_id": TRACE,
            "span_id": ROOT,
            "op": "http.server",
            "status": "internal_error",
            "data": {"http.route": "/pay/", "password": "hunter2"},
        },
        "response": {"status_code": 500},
    },
    "request": {"method": "GET", "url": "https://shop.example/pay/?token=abc"},
    "measurements": {"lcp": {"value": 1.5, "unit": "second"}},
    "spans": [
        {
            "span_id": CHILD,
            "op": "db",
            "description": "SELECT * FROM users WHERE password = 'hunter2'",
            "start_timestamp": NOW - 1.9,
            "timestamp": NOW - 1.5,
            "data": {"db.system": "sqlite"},
            "tags": [["a", "b"]],
        },
        None,
        {},
    ],
}


def spans(*items: tuple[str, Any], **arrived: Any) -> list[Span]:
    """Return the spans that come of *items*."""
    found: list[Signal] = decoded(*items, **arrived).signals
    return [signal for signal in found if isinstance(signal, Span)]


def test_a_transaction_is_its_root_span() -> None:
    headers = {"trace": {"sample_rate": "0.25"}}
    root = spans(("transaction", TRANSACTION), headers=headers)[0]

    assert (root.name, root.op, root.kind, root.status) == ("/pay/", "http.server", "server", "error")
    assert (root.trace_id, root.span_id, root.parent_span_id) == (TRACE, ROOT, "")
    assert (root.duration_ms, root.user_id, root.host) == (1000.0, "7", "web-1")
    assert root.attributes["sentry.sample_rate"] == "0.25"
    assert root.attributes["sentry.status"] == "internal_error"
    assert root.attributes["http.response.status_code"] == "500"
    assert root.attributes["measurement.lcp"] == "1.5"
    assert root.attributes["plan"] == "pro"
    assert root.attributes["sentry.is_segment"] == "true"


def test_a_transactions_spans_are_its_children() -> None:
    _, child, bare = spans(("transaction", TRANSACTION))

    assert (child.parent_span_id, child.trace_id, child.span_id) == (ROOT, TRACE, CHILD)
    assert (child.op, child.kind) == ("db", "client")
    assert child.duration_ms == pytest.approx(400, abs=0.01)
    assert (child.environment, child.release, child.user_id) == ("prod", "a@1", "7")
    assert child.attributes["db.system"] == "sqlite"
    assert child.attributes["a"] == "b"
    assert (bare.name, bare.duration_ms, bare.status) == ("<unnamed>", 0.0, "")


def test_secrets_in_spans_go() -> None:
    root, child, _ = spans(("transaction", TRANSACTION))

    assert root.attributes["password"] == "[Filtered]"
    assert root.attributes["url.full"] == "https://shop.example/pay/?token=[Filtered]"
    assert child.name == "SELECT * FROM users WHERE password = '[Filtered]'"


@pytest.mark.parametrize(("said", "status"), [("internal_error", "error"), ("ok", "ok"), (None, "")])
def test_a_span_may_have_its_status_among_its_tags(said: str | None, status: str) -> None:
    item = {"span_id": CHILD, "op": "db", "tags": {"status": said}}

    _, child = spans(("transaction", {**TRANSACTION, "spans": [item]}))

    assert child.status == status


def test_a_transaction_may_come_as_an_event() -> None:
    assert spans(("event", TRANSACTION))[0].name == "/pay/"


def typed(**attributes: Any) -> dict[str, Any]:
    """Return *attributes*, dots written as two underscores, as spans v2 type them."""
    return {name.replace("__", "."): {"value": value, "type": "x"} for name, value in attributes.items()}


def test_a_streamed_span_has_the_same_form() -> None:
    item = {
        "trace_id": TRACE,
        "span_id": ROOT,
        "parent_span_id": CHILD,
        "name": "GET /pay",
        "status": "ok",
        "is_segment": True,
        "start_timestamp": NOW - 2,
        "end_timestamp": NOW - 1.75,
        "links": [{"trace_id": TRACE, "span_id": CHILD}],
        "attributes": typed(
            sentry__op="http.server",
            sentry__environment="prod",
            sentry__release="a@1",
            sentry__sdk__name="sentry.python.django",
            server__address="web-1",
            user__id=7,
            list=["a", 1],
        ),
    }
    (span,) = spans(("span", {"version": 2, "items": [item, None, "odd"]}))

    assert (span.name, span.op, span.kind, span.status, span.duration_ms) == (
        "GET /pay",
        "http.server",
        "server",
        "ok",
        250.0,
    )
    assert (span.environment, span.release, span.host, span.user_id) == ("prod", "a@1", "web-1", "7")
    assert (span.trace_id, span.span_id, span.parent_span_id) == (TRACE, ROOT, CHILD)
    assert span.attributes["list"] == '["a",1]'
    assert CHILD in span.attributes["links"]


def test_the_other_side_of_a_call_is_not_the_host() -> None:
    attributes = typed(
        sentry__op="http.client", sentry__sdk__name="sentry.python", server__address="api.example.com"
    )
    (span,) = spans(("span", {"items": [{"name": "GET", "attributes": attributes}]}))

    assert span.host == ""
    assert span.attributes["server.address"] == "api.example.com"


def test_spans_past_the_limit_are_counted() -> None:
    found = decoded(("span", {"items": [{"name": "a"}] * 5}), limits=Limits(container_items=3))

    assert len(found.signals) == 3
    assert [(declined.category, declined.reason, declined.quantity) for declined in found.declined] == [
        ("span", "too_many", 2)
    ]


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("http.server", "server"),
        ("db", "client"),
        ("db.redis", "client"),
        ("dbase", "internal"),
        ("cache.get", "client"),
        ("queue.publish", "producer"),
        ("queue.process", "consumer"),
        ("view.render", "internal"),
        ("", "internal"),
    ],
)
def test_an_operation_has_a_kind(operation: str, kind: str) -> None:
    assert kind_of(operation) == kind


@pytest.mark.parametrize(
    ("given", "status", "word"),
    [
        ("ok", "ok", ""),
        ("error", "error", ""),
        ("not_found", "error", "not_found"),
        ("cancelled", "", "cancelled"),
        (None, "", ""),
    ],
)
def test_a_status_is_ok_error_or_unknown(given: object, status: str, word: str) -> None:
    assert status_of(given) == (status, word)


def test_a_duration_is_never_negative() -> None:
    assert duration_ms(2, 1) == 0.0
    assert duration_ms(None, 1) == 0.0
    assert duration_ms("2026-11-23T07:00:00Z", "2026-11-23T07:00:01.5Z") == 1500.0
