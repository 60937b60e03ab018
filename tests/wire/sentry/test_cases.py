"""What real SDKs sent is decoded whole, with a sensible title, and without what was planted in it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.cases import CANARIES, Case, arrival, envelopes, events, needs_cases, payload_of
from tests.wire.sentry.test_envelope import mutated
from vedette.record.signals import SIGNALS, Check, Error, Event, Log, Metric, Profile, Signal, Span
from vedette.wire.errors import MalformedError, TooLargeError
from vedette.wire.sentry.decoding import decode_event, decode_pieces

pytestmark = needs_cases

EXPECTED: dict[str, type[Signal]] = {
    "check_in": Check,
    "event": Error,
    "feedback": Event,
    "log": Log,
    "profile": Profile,
    "profile_chunk": Profile,
    "session": Metric,
    "sessions": Metric,
    "span": Span,
    "trace_metric": Metric,
    "transaction": Span,
    "client_report": Metric,
}
TITLES = {
    "event-exception-defaultpii-01.bin": ("ValueError", "cannot price order 17", "/orders/{order_id}/"),
    "event-exceptiongroup-01.bin": ("ExceptionGroup", "many", "__main__ in <module>"),
    "event-fingerprint-tags-user-01.bin": ("ZeroDivisionError", "division by zero", "__main__ in <module>"),
    "event-logging-error-01.bin": ("", "payment 1235 declined for [Filtered]", ""),
    "event-message-01.bin": ("", "Nightly import finished with 3 warnings", ""),
    "js-browser-02.bin": ("TypeError", "Cannot read properties of null (reading 'length')", "/cart"),
    "js-browser-03.bin": ("", "hello from browser", "/cart"),
    "js-browser-v10-02.bin": ("TypeError", "Cannot read properties of null (reading 'length')", "/cart"),
}


def encoded(signals: list[Signal]) -> bytes:
    """Return *signals* as the journal would hold them, each read back as it was."""
    lines = []
    for signal in signals:
        line = msgspec.json.encode(signal)
        again = msgspec.json.decode(line, type=SIGNALS[signal.table])
        assert msgspec.json.encode(again) == line
        lines.append(line)
    return b"\n".join(lines)


@pytest.mark.parametrize("case", envelopes(), ids=lambda case: case.name)
def test_each_item_of_a_real_envelope_becomes_its_signal(case: Case) -> None:
    decoded = decode_pieces([case.body], arrival=arrival())

    assert decoded.declined == []
    kinds = {part.split("[")[0].split("(")[0].strip() for part in case.contents.split("|")[1].split(";")}
    kinds -= {"attachment"}
    assert {type(signal) for signal in decoded.signals} == {EXPECTED[kind] for kind in kinds}
    for signal in decoded.signals:
        assert signal.service == "shop"
        assert signal.environment or "client_report" in kinds
        assert signal.release or "client_report" in kinds


@pytest.mark.parametrize(
    "case", [case for case in envelopes() if case.name in TITLES], ids=lambda case: case.name
)
def test_an_error_is_named_by_what_was_raised(case: Case) -> None:
    (error,) = decode_pieces([case.body], arrival=arrival()).signals

    assert isinstance(error, Error)
    assert (error.type, error.value, error.culprit) == TITLES[case.name]
    assert error.trace_id
    assert error.span_id


@pytest.mark.parametrize("case", envelopes(), ids=lambda case: case.name)
def test_nothing_that_was_planted_is_kept_by_default(case: Case) -> None:
    decoded = decode_pieces([case.body], arrival=arrival(salt=b"salt"))
    kept = encoded(decoded.signals) + b"".join(attachment.data for attachment in decoded.attachments)

    assert [canary for canary in CANARIES if canary in kept] == []
    assert b"198.51.100.9" not in kept


@pytest.mark.parametrize("case", envelopes(), ids=lambda case: case.name)
def test_secrets_go_but_people_stay_where_that_was_asked_for(case: Case) -> None:
    kept = encoded(decode_pieces([case.body], arrival=arrival(send_pii=True)).signals)

    for secret in CANARIES[:4]:
        assert secret not in kept
    people = CANARIES[4:]
    assert {person for person in people if person in kept} == {
        person for person in people if person in case.body and not case.name.startswith("transaction-01")
    }


@pytest.mark.parametrize("path", events(), ids=lambda path: path.stem)
def test_a_real_event_has_a_title(path: Path) -> None:
    data = path.read_bytes()
    (error,) = decode_event(data, arrival=arrival()).signals

    assert isinstance(error, Error)
    assert error.value
    assert error.value != "<no message>"
    assert error.level == "error"
    assert error.event_id == msgspec.json.decode(data).get("event_id", error.event_id)
    thrown = payload_of(error)["exception"]["values"] if "exception" in payload_of(error) else []
    assert error.type or not any(item.get("type") for item in thrown)
    encoded([error])


@given(data=st.data())
def test_a_mutated_envelope_is_decoded_or_refused(data: st.DataObject) -> None:
    body = data.draw(mutated())
    try:
        decoded = decode_pieces([body], arrival=arrival())
    except (MalformedError, TooLargeError):
        return
    encoded(decoded.signals)
