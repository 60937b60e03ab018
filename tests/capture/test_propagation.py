"""Ids that callers send, and ids that they are given."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.capture.observed import Observed
from vedette.capture.propagation import Allowance, Parent, parent_of, request_id_of
from vedette.record import ids

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def test_a_valid_traceparent_is_taken_over(site: Observed) -> None:
    site.get("/", HTTP_TRACEPARENT=f"00-{TRACE}-{SPAN}-00")
    assert site.request.trace_id == TRACE
    assert site.request.span_id != SPAN
    assert site.request.attributes["parent_span_id"] == SPAN


@pytest.mark.parametrize(
    "header",
    [
        "",
        "nonsense",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-01\n00",
    ],
)
def test_an_invalid_traceparent_is_ignored(header: str) -> None:
    assert parent_of(header) is None


def test_a_later_version_of_traceparent_is_read() -> None:
    assert parent_of(f"cc-{TRACE}-{SPAN}-01-what-the-future-brings") == Parent(TRACE, SPAN, True)


@pytest.mark.parametrize(("flags", "is_sampled"), [("00", False), ("01", True), ("02", False), ("03", True)])
def test_the_sampled_flag_is_read(flags: str, is_sampled: bool) -> None:
    assert parent_of(f"00-{TRACE}-{SPAN}-{flags}") == Parent(TRACE, SPAN, is_sampled)


@given(st.text())
def test_no_header_raises(header: str) -> None:
    parent_of(header)
    request_id_of(header)


def test_a_request_id_is_passed_on_and_given_back(site: Observed) -> None:
    answer = site.get("/", HTTP_X_REQUEST_ID="edge-7.a_B")
    assert answer.headers["X-Request-ID"] == "edge-7.a_B"
    assert site.request.request_id == "edge-7.a_B"


@pytest.mark.parametrize("header", ["", "a b", "a\r\nSet-Cookie: x", "x" * 129, "é", "<script>"])
def test_a_request_id_that_cannot_be_passed_on_is_replaced(site: Observed, header: str) -> None:
    answer = site.get("/", HTTP_X_REQUEST_ID=header)
    assert answer.headers["X-Request-ID"] == site.request.request_id == site.request.trace_id


def test_a_trace_id_begins_with_the_time(site: Observed) -> None:
    site.get("/")
    made_at = ids.time_of(site.request.trace_id)
    assert made_at is not None
    assert abs((site.request.time - made_at).total_seconds()) < 0.01


def test_an_answer_500_carries_its_request_id(site: Observed) -> None:
    assert site.get("/boom/").headers["X-Request-ID"] == site.request.request_id


def test_headers_are_read_under_asgi(site: Observed) -> None:
    answer = asyncio.run(site.aget("/", traceparent=f"00-{TRACE}-{SPAN}-00", x_request_id="edge-8"))
    assert answer.headers["X-Request-ID"] == "edge-8"
    assert (site.request.trace_id, site.request.request_id) == (TRACE, "edge-8")


def test_an_allowance_is_used_up_within_a_second_and_new_in_the_next() -> None:
    allowance = Allowance(2)

    assert [allowance.take(7.1), allowance.take(7.5), allowance.take(7.9), allowance.take(8.0)] == [
        True,
        True,
        False,
        True,
    ]
