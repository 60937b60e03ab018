"""The decoder of protobuf agrees with OpenTelemetry's own messages, and fails by name alone."""

from __future__ import annotations

import importlib
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wire.otlp.requests import oracle
from vedette.wire.errors import MalformedError, TooLargeError
from vedette.wire.otlp import messages, protobuf

NUMBERS = st.integers(0, 2**64 - 1)
SIGNED = st.integers(-(2**63), 2**63 - 1)
FLOATS = st.floats(allow_nan=False)


def any_value(depth: int = 3) -> st.SearchStrategy[dict[str, Any]]:
    """Give an AnyValue in OTLP/JSON's form."""
    scalars = (
        st.text().map(lambda value: {"stringValue": value})
        | st.booleans().map(lambda value: {"boolValue": value})
        | SIGNED.map(lambda value: {"intValue": value})
        | FLOATS.map(lambda value: {"doubleValue": value})
    )
    if not depth:
        return scalars
    inner = any_value(depth - 1)
    return (
        scalars
        | st.lists(inner, max_size=3).map(lambda values: {"arrayValue": {"values": values} if values else {}})
        | st.lists(key_value(inner), max_size=3).map(
            lambda values: {"kvlistValue": {"values": values} if values else {}}
        )
    )


def key_value(values: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Give a KeyValue."""
    return st.fixed_dictionaries({"key": st.text(min_size=1), "value": values})


def put(message: Any, value: dict[str, Any]) -> None:
    """Write *value*, in the decoder's form, into the package's *message*."""
    for name, item in value.items():
        field = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
        if isinstance(item, dict):
            getattr(message, field).SetInParent()
            put(getattr(message, field), item)
        elif isinstance(item, list) and item and isinstance(item[0], dict):
            for each in item:
                put(getattr(message, field).add(), each)
        elif isinstance(item, list):
            getattr(message, field).extend(item)
        elif name.endswith("Id"):
            setattr(message, field, bytes.fromhex(item))
        else:
            setattr(message, field, item)


ATTRIBUTES = st.lists(key_value(any_value()), min_size=1, max_size=3)
SPAN = st.fixed_dictionaries(
    {},
    optional={
        "traceId": st.binary(min_size=16, max_size=16).map(bytes.hex),
        "spanId": st.binary(min_size=8, max_size=8).map(bytes.hex),
        "name": st.text(min_size=1),
        "kind": st.integers(1, 5),
        "startTimeUnixNano": st.integers(1, 2**64 - 1),
        "attributes": ATTRIBUTES,
        "events": st.lists(
            st.fixed_dictionaries({"name": st.text(min_size=1), "attributes": ATTRIBUTES}),
            min_size=1,
            max_size=2,
        ),
        "status": st.fixed_dictionaries({"code": st.integers(1, 2), "message": st.text(min_size=1)}),
    },
)
LOG = st.fixed_dictionaries(
    {},
    optional={
        "timeUnixNano": st.integers(1, 2**64 - 1),
        "observedTimeUnixNano": st.integers(1, 2**64 - 1),
        "severityNumber": st.integers(1, 24),
        "severityText": st.text(min_size=1),
        "body": any_value(),
        "attributes": ATTRIBUTES,
        "eventName": st.text(min_size=1),
        "traceId": st.binary(min_size=16, max_size=16).map(bytes.hex),
    },
)
POINT = {
    "startTimeUnixNano": st.integers(1, 2**64 - 1),
    "timeUnixNano": st.integers(1, 2**64 - 1),
    "attributes": ATTRIBUTES,
}
COUNTS = st.lists(NUMBERS, min_size=1, max_size=5)
METRIC = (
    st.fixed_dictionaries(
        {"name": st.text(min_size=1), "unit": st.text(min_size=1)},
        optional={
            "sum": st.fixed_dictionaries(
                {
                    "dataPoints": st.lists(
                        st.fixed_dictionaries({**POINT, "asInt": SIGNED}), min_size=1, max_size=2
                    ),
                    "aggregationTemporality": st.integers(1, 2),
                    "isMonotonic": st.just(True),
                }
            )
        },
    )
    | st.fixed_dictionaries(
        {
            "histogram": st.fixed_dictionaries(
                {
                    "dataPoints": st.lists(
                        st.fixed_dictionaries(
                            {
                                **POINT,
                                "count": st.integers(1, 2**64 - 1),
                                "sum": FLOATS,
                                "bucketCounts": COUNTS,
                            }
                            | {
                                "explicitBounds": st.lists(FLOATS, min_size=1, max_size=4),
                                "min": FLOATS,
                                "max": FLOATS,
                            }
                        ),
                        min_size=1,
                        max_size=2,
                    )
                }
            )
        }
    )
    | st.fixed_dictionaries(
        {
            "exponentialHistogram": st.fixed_dictionaries(
                {
                    "dataPoints": st.lists(
                        st.fixed_dictionaries(
                            {
                                "scale": st.integers(-(2**31), 2**31 - 1).filter(bool),
                                "zeroCount": st.integers(1, 2**64 - 1),
                                "positive": st.fixed_dictionaries(
                                    {"offset": st.integers(-(2**31), -1), "bucketCounts": COUNTS}
                                ),
                            }
                        ),
                        min_size=1,
                        max_size=2,
                    )
                }
            )
        }
    )
)


def _same(table: messages.Table, module: str, name: str, value: dict[str, Any]) -> None:
    message = getattr(oracle(module), name)()
    put(message, value)

    assert protobuf.decode(message.SerializeToString(), table) == value


@given(SPAN)
def test_spans_are_read_as_the_package_wrote_them(value: dict[str, Any]) -> None:
    _same(messages.SPAN, "trace.v1.trace_pb2", "Span", value)


@given(LOG)
def test_log_records_are_read_as_the_package_wrote_them(value: dict[str, Any]) -> None:
    _same(messages.LOG_RECORD, "logs.v1.logs_pb2", "LogRecord", value)


@given(METRIC)
def test_metrics_are_read_as_the_package_wrote_them(value: dict[str, Any]) -> None:
    _same(messages.METRIC, "metrics.v1.metrics_pb2", "Metric", value)


MODULES = {
    "trace.v1.trace_pb2": {
        "Span": messages.SPAN,
        "ScopeSpans": messages.SCOPE_SPANS,
        "ResourceSpans": messages.RESOURCE_SPANS,
    },
    "logs.v1.logs_pb2": {"LogRecord": messages.LOG_RECORD, "ResourceLogs": messages.RESOURCE_LOGS},
    "metrics.v1.metrics_pb2": {
        "Metric": messages.METRIC,
        "NumberDataPoint": messages.NUMBER_POINT,
        "HistogramDataPoint": messages.HISTOGRAM_POINT,
        "ExponentialHistogramDataPoint": messages.EXPONENTIAL_POINT,
        "SummaryDataPoint": messages.SUMMARY_POINT,
    },
    "common.v1.common_pb2": {"AnyValue": messages.ANY_VALUE, "KeyValue": messages.KEY_VALUE},
}


@pytest.mark.parametrize(
    ("module", "name", "table"),
    [(module, name, table) for module, tables in MODULES.items() for name, table in tables.items()],
)
def test_the_tables_have_the_fields_of_the_package(module: str, name: str, table: messages.Table) -> None:
    fields = getattr(oracle(module), name).DESCRIPTOR.fields_by_number

    for number, (json_name, _) in table.items():
        assert fields[number].json_name == json_name


def test_deep_values_are_refused_rather_than_followed() -> None:
    value = b""
    for _ in range(500):
        value = protobuf.field(5, protobuf.field(1, value))

    with pytest.raises(MalformedError, match="deeply"):
        protobuf.decode(value, messages.ANY_VALUE)


def test_messages_that_would_swell_in_memory_are_refused() -> None:
    with pytest.raises(TooLargeError):
        protobuf.decode(b"\x0a\x00" * 200_001, messages.TRACES)


@pytest.mark.parametrize(
    "data",
    [
        b"\x0a",
        b"\x0a\x05a",
        b"\xff" * 20,
        b"\x08" + b"\xff" * 11,
        b"\x00\x00",
        b"\x03",
        b"\x0b\x0c",
        b"\x39\x00",
        b"\x3d\x00",
        b"\x0a" + protobuf.varint(1 << 62),
    ],
)
def test_what_is_cut_short_or_wrong_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        protobuf.decode(data, messages.SPAN)


def test_a_list_of_numbers_that_is_cut_short_is_malformed() -> None:
    with pytest.raises(MalformedError):
        protobuf.decode(protobuf.field(6, b"\0" * 9), messages.HISTOGRAM_POINT)


def test_numbers_that_are_not_packed_are_read_too() -> None:
    data = b"\x31" + struct.pack("<Q", 7) + b"\x31" + struct.pack("<Q", 8) + b"\x39" + struct.pack("<d", 0.5)

    assert protobuf.decode(data, messages.HISTOGRAM_POINT) == {
        "bucketCounts": [7, 8],
        "explicitBounds": [0.5],
    }
    assert protobuf.decode(b"\x10\x07\x10\x08", messages.BUCKETS) == {"bucketCounts": [7, 8]}


def test_fields_of_another_kind_than_expected_are_passed_over() -> None:
    assert protobuf.decode(protobuf.field(5, 1), messages.SPAN) == {}
    assert protobuf.decode(b"\x39" + b"\0" * 8 + b"\x2d" + b"\0" * 4, messages.ARRAY_VALUE) == {}
    assert protobuf.decode(protobuf.field(6, "text"), messages.SPAN) == {}
    assert protobuf.decode(protobuf.field(1, b"abc"), {1: ("odd", ["string"])}) == {"odd": []}


def test_a_message_that_comes_in_parts_is_put_together() -> None:
    data = protobuf.field(15, protobuf.field(2, "why")) + protobuf.field(15, protobuf.field(3, 2))

    assert protobuf.decode(data, messages.SPAN) == {"status": {"message": "why", "code": 2}}


@settings(max_examples=300)
@given(
    st.binary(max_size=300),
    st.sampled_from([messages.TRACES, messages.LOGS, messages.METRICS, messages.ANY_VALUE]),
)
def test_any_bytes_are_a_message_or_malformed(data: bytes, table: messages.Table) -> None:
    try:
        protobuf.decode(data, table)
    except MalformedError:
        return


@given(NUMBERS)
def test_a_varint_is_written_as_the_package_does(number: int) -> None:
    try:
        encoder: Any = importlib.import_module("google.protobuf.internal.encoder")
    except ImportError:
        pytest.skip("protobuf is not installed")

    assert protobuf.varint(number) == encoder._VarintBytes(number)
