"""From journal lines back to signals: what is repaired, what is refused, and that nothing raises."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ground import NOON
from vedette.pipeline import lines
from vedette.pipeline.lines import Batch
from vedette.record.signals import SIGNALS, Log, Metric, Request

TIME = '"time":"2026-01-15T12:00:00Z"'


def decoded(table: str, line: str | bytes) -> Any:
    return lines.decode(table, line.encode() if isinstance(line, str) else line)[0]


@given(table=st.sampled_from(sorted(SIGNALS)), line=st.binary())
def test_arbitrary_bytes_are_refused_without_an_exception(table: str, line: bytes) -> None:
    signal, kept = lines.decode(table, line)
    assert signal is None
    assert kept == line


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(sorted({name for signal in SIGNALS.values() for name in signal.__struct_fields__}))


@given(
    table=st.sampled_from(sorted(SIGNALS)),
    record=st.dictionaries(names | st.text(max_size=8), json_values, max_size=10),
    time=st.none() | st.datetimes(timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=14))])),
)
def test_arbitrary_json_is_repaired_or_refused_without_an_exception(
    table: str, record: dict[str, Any], time: dt.datetime | None
) -> None:
    if time is not None:
        record["time"] = time.isoformat()
    line = json.dumps(record).encode()
    signal, kept = lines.decode(table, line)
    if signal is not None:
        assert signal.time.tzinfo is dt.UTC
        assert lines.decode(table, kept) == (signal, kept)


def test_a_line_that_is_right_is_kept_as_it_is() -> None:
    line = f'{{{TIME},"message":"hello","unknown":[1]}}'.encode()
    signal, kept = lines.decode("logs", line)
    assert kept is line
    assert signal == Log(time=NOON, message="hello")


@pytest.mark.parametrize(
    ("table", "line", "signal"),
    [
        ("logs", f'{{{TIME},"message":null}}', Log(time=NOON)),
        ("logs", '{"time":"2026-01-15T12:00:00"}', Log(time=NOON)),
        ("logs", '{"time":"2026-01-15T14:00:00+02:00"}', Log(time=NOON)),
        ("logs", '{"time":1768478400}', Log(time=NOON)),
        ("logs", f'{{{TIME},"line":"7"}}', Log(time=NOON, line=7)),
        ("logs", f'{{{TIME},"attributes":{{"n":1,"b":true}}}}', Log(time=NOON, attributes={"n": "1", "b": "True"})),
        ("requests", f'{{{TIME},"duration_ms":null}}', Request(time=NOON)),
        ("metrics", f'{{{TIME},"buckets":{{"3":4}}}}', Metric(time=NOON, buckets={3: 4})),
    ],
)  # fmt: skip
def test_what_is_plain_is_repaired(table: str, line: str, signal: Any) -> None:
    assert decoded(table, line) == signal


@pytest.mark.parametrize(
    "line",
    ["", "{}", "[]", "5", "null", '"x"', '{"time":"yesterday"}', '{"time":null}', f"{{{TIME}", f"{{{TIME}}}}}",
     f'{{{TIME},"message":{{}}}}', f'{{{TIME},"attributes":[]}}', '{"time":"0001-01-01T00:00:00+02:00"}',
     '{"time":"9999-12-31T23:59:59-02:00"}', "[" * 100_000, f'{{{TIME},"message":"\\ud800"}}'],
)  # fmt: skip
def test_what_is_no_record_is_refused(line: str) -> None:
    assert decoded("logs", line) is None


def test_a_batch_knows_its_times_and_size() -> None:
    batch = Batch("logs", keep_signals=True)
    for minute in (5, 3, 9):
        batch.add(f'{{"time":"2026-01-15T12:0{minute}:00Z"}}'.encode())
    batch.add(b"  \r")
    batch.add(b"broken")
    assert (batch.min_time, batch.max_time) == (
        NOON + dt.timedelta(minutes=3),
        NOON + dt.timedelta(minutes=9),
    )
    assert (len(batch.lines), len(batch.signals), batch.malformed) == (3, 3, [b"broken"])


@given(
    table=st.sampled_from(sorted(SIGNALS)),
    line=st.binary(max_size=30) | st.just(f'{{{TIME},"payload":{{"a":"ü","n":1e999}}}}'.encode()),
)
def test_rewriting_raises_nothing_and_gives_what_decodes(table: str, line: bytes) -> None:
    plain = lines.rewritten(table, line)
    assert plain is None or lines.decode(table, plain)[0] is not None
