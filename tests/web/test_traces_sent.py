"""What real SDKs sent is found on the pages of traces."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Iterator, Sequence

import pytest
from django.test import Client

from tests.wire.cases import CASES, RECEIVED_AT, arrival, envelopes, needs_cases
from vedette.record.signals import Signal, Span
from vedette.testing import Recorded
from vedette.web import timerange
from vedette.web.statements import shortened
from vedette.wire.errors import MalformedError
from vedette.wire.otlp.decoding import decode_traces
from vedette.wire.sentry.decoding import decode_pieces


def _sent() -> Iterator[tuple[str, Sequence[Signal]]]:
    """Yield the name of each body that holds spans, and what came of it."""
    for case in envelopes():
        try:
            signals = decode_pieces([case.body], arrival=arrival()).signals
        except MalformedError:
            continue
        if any(isinstance(signal, Span) for signal in signals):
            yield case.name, signals
    otlp = CASES / "otlp" / "trace.json"
    if otlp.exists():
        yield "trace.json", decode_traces(otlp.read_bytes(), encoding="json", arrival=arrival()).signals


SENT = dict(_sent())


@needs_cases
def test_there_are_spans_of_every_protocol() -> None:
    assert "trace.json" in SENT
    assert len(SENT) > 5


@needs_cases
@pytest.mark.parametrize("name", SENT)
def test_every_span_is_on_the_page_of_its_trace(browser: Client, empty: Recorded, name: str) -> None:
    for signal in SENT[name]:
        empty.recorder.record(signal)
    spans = [signal for signal in SENT[name] if isinstance(signal, Span)]
    for trace_id in {span.trace_id for span in spans}:
        response = browser.get(f"/vedette/traces/{trace_id}/", {"at": timerange.written(RECEIVED_AT)})
        text = html.unescape(response.content.decode())
        assert response.status_code == 200
        for span in spans:
            if span.trace_id == trace_id:
                assert shortened(span.name)[:80] in text
                assert f"span={span.span_id}" in text


@needs_cases
@pytest.mark.parametrize("name", SENT)
def test_every_trace_is_found_by_a_search_for_roots(browser: Client, empty: Recorded, name: str) -> None:
    for signal in SENT[name]:
        empty.recorder.record(signal)
    times = [signal.time for signal in SENT[name] if isinstance(signal, Span)]
    bounds = {
        "from": timerange.written(min(times)),
        "to": timerange.written(max(times) + dt.timedelta(hours=1)),
    }
    text = html.unescape(browser.get("/vedette/cards/traces/list", bounds).content.decode())
    for signal in SENT[name]:
        if isinstance(signal, Span) and signal.kind in {"server", "consumer"}:
            assert f"/vedette/traces/{signal.trace_id}/" in text
