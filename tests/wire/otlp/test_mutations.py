"""Export requests that were damaged on their way are read or refused, never anything else."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.cases import arrival
from tests.wire.otlp.requests import as_protobuf, attributes, logs, metrics, traces
from tests.wire.otlp.test_metrics import counter, exponential, histogram_of
from vedette.wire.arrival import Decoded
from vedette.wire.errors import MalformedError
from vedette.wire.otlp.answers import Encoding
from vedette.wire.otlp.decoding import decode_logs, decode_metrics, decode_traces
from vedette.wire.otlp.deltas import Deltas

TOLD = attributes(exception__type="E", exception__message="no", exception__stacktrace="at a (b:1:2)")
REQUESTS: dict[str, dict[str, Any]] = {
    "trace": traces(
        {"kind": 2, "attributes": TOLD, "events": [{"name": "exception", "attributes": TOLD}], "links": [{}]}
    ),
    "logs": logs({"severityNumber": 17, "body": {"stringValue": "x"}, "attributes": TOLD}),
    "metrics": metrics(counter(5), histogram_of([1, 2, 3, 4]), exponential([1, 2])),
}


def _decode(signal: str, body: bytes, encoding: Encoding) -> None:
    try:
        found: Decoded
        if signal == "metrics":
            found = decode_metrics(body, encoding=encoding, arrival=arrival(), deltas=Deltas(since=0))
        elif signal == "logs":
            found = decode_logs(body, encoding=encoding, arrival=arrival())
        else:
            found = decode_traces(body, encoding=encoding, arrival=arrival())
    except MalformedError:
        return
    for kept in found.signals:
        assert msgspec.json.decode(msgspec.json.encode(kept), type=type(kept)).time == kept.time


def _mutated(draw: st.DrawFn, body: bytes) -> bytes:
    changed = bytearray(body)
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, max(0, len(changed) - 1)))
        if draw(st.booleans()):
            changed[at : at + 1] = draw(st.binary(min_size=1, max_size=2))
        else:
            del changed[at : at + draw(st.integers(1, 20))]
    return bytes(changed)


@st.composite
def mutations(draw: st.DrawFn, encoding: Encoding) -> tuple[str, bytes]:
    """Give a request with some of its bytes changed or cut out."""
    signal = draw(st.sampled_from(sorted(REQUESTS)))
    request = REQUESTS[signal]
    body = json.dumps(request).encode() if encoding == "json" else as_protobuf(request, signal)
    return signal, _mutated(draw, body)


@given(mutations("protobuf"))
def test_damaged_protobuf_is_read_or_refused(damaged: tuple[str, bytes]) -> None:
    _decode(*damaged, "protobuf")


@given(mutations("json"))
def test_damaged_json_is_read_or_refused(damaged: tuple[str, bytes]) -> None:
    _decode(*damaged, "json")


@st.composite
def odd_requests(draw: st.DrawFn) -> tuple[str, bytes]:
    """Give a request in which some values are of another type."""
    signal = draw(st.sampled_from(sorted(REQUESTS)))
    odd: st.SearchStrategy[Any] = (
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
    )
    odd = odd | st.lists(odd, max_size=2) | st.dictionaries(st.text(max_size=3), odd, max_size=2)

    def changed(value: Any) -> Any:
        if draw(st.integers(0, 30)) == 0:
            return draw(odd)
        if isinstance(value, dict):
            return {key: changed(item) for key, item in value.items()}
        return [changed(item) for item in value] if isinstance(value, list) else value

    return signal, json.dumps(changed(REQUESTS[signal])).encode()


@given(odd_requests())
def test_odd_types_are_read_or_refused(changed: tuple[str, bytes]) -> None:
    _decode(*changed, "json")
