"""The traces' pages: search, operations, findings, profiles, and one trace opened."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from collections import Counter
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.web.traced import AT, REPEATS, TRACE, others, span, whole_trace
from vedette.record.signals import Error, Request, Span
from vedette.requests.queries import FilterError as RequestFilterError
from vedette.testing import Recorded
from vedette.traces.queries import FilterError, Operations, get_operations
from vedette.web import timerange
from vedette.web.traces.selection import filters_of, hint, hint_of

LIST = "/vedette/cards/traces/list"
OPENED = f"/vedette/traces/{TRACE}/"


@pytest.fixture
def traced(empty: Recorded) -> Recorded:
    """Give a store with the trace and the others."""
    for signal in (*whole_trace(), *others()):
        empty.recorder.record(signal)
    return empty


def _get(browser: Client, address: str, **params: str) -> str:
    response = browser.get(address, {"range": "2h", **params})
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def _plain(text: str) -> str:
    words = " ".join(re.sub(r"<[^>]+>", " ", text).replace("\N{NO-BREAK SPACE}", " ").split())
    return re.sub(r" (?=[,.:)])|(?<=\() ", "", words)


def _rows(text: str) -> int:
    return len(re.findall(r"<tr(?: data-row)?>\s*<td", text.partition("<tbody>")[2]))


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 43),
        ({"spans": "all"}, 43 + REPEATS + 7 + 1),
        ({"op": "http.server"}, 42),
        ({"op": "db.*", "spans": "all"}, REPEATS + 4),
        ({"name": "BOARD"}, 40),
        ({"is": "POST /orders/"}, 1),
        ({"service": "api"}, 1),
        ({"status": "error"}, 2),
        ({"release": "1.0"}, 20),
        ({"environment": "production"}, 40),
        ({"min_ms": "0.2s"}, 2),
        ({"max_ms": "20"}, 1),
        ({"attr": "plan=pro"}, 20),
        ({"attr.plan": "free", "release": "2.0"}, 10),
        ({"user": "7"}, 1),
        ({"trace": TRACE}, 3),
    ],
)
def test_filters_narrow_the_list(
    browser: Client, traced: Recorded, monkeypatch: pytest.MonkeyPatch, filters: dict[str, str], count: int
) -> None:
    monkeypatch.setattr("vedette.web.traces.listing.ON_A_PAGE", 200)
    assert _rows(_get(browser, LIST, **filters)) == count


def test_the_list_shows_the_newest_or_the_slowest_first(browser: Client, traced: Recorded) -> None:
    newest = _get(browser, LIST)
    slowest = _get(browser, LIST, sort="duration")
    assert newest.index("tasks.mail") < newest.index("POST /orders/") < newest.index("GET /board/")
    assert slowest.index("POST /orders/") < slowest.index("POST /pay") < slowest.index("GET /board/")


def test_pages_follow_each_other_by_key(
    browser: Client, traced: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vedette.web.traces.listing.ON_A_PAGE", 15)
    seen: list[str] = []
    address: str | None = f"{LIST}?range=2h"
    for _ in range(3):
        assert address is not None
        text = html.unescape(browser.get(address).content.decode())
        seen += re.findall(r"data-open href=\"/vedette/traces/([0-9a-f]{32})/[^\"]*span=([0-9a-f]+)", text)
        older = re.search(r'href="([^"]*after=[^"]*)"', text)
        address = f"{LIST}?{older[1].partition('?')[2]}" if older else None
    assert address is None
    assert len(seen) == len(set(seen)) == 43


def test_a_row_leads_to_its_trace_at_its_time(browser: Client, traced: Recorded) -> None:
    text = _get(browser, LIST, **{"is": "POST /orders/"})
    assert f'href="{OPENED}?range=2h&at={hint(AT)}&span={1:016x}"' in text


def test_a_span_of_no_trace_leads_nowhere(browser: Client, traced: Recorded) -> None:
    text = _get(browser, LIST, spans="all", name="vacuum")
    assert "no trace" in text
    assert "data-open" not in text


@pytest.mark.parametrize("oldest_h", [13, 30])
def test_nothing_is_compared_with_a_time_before_the_first_record(
    browser: Client, empty: Recorded, oldest_h: int
) -> None:
    hour_ms = 3_600_000
    recorded = [(number, -number, 200) for number in range(1, 40)]
    recorded += [(100 + number, -13 * hour_ms - number, 50) for number in range(25)]
    for id, at_ms, took in (*recorded, (200, -oldest_h * hour_ms, 50)):
        empty.recorder.record(span(id, 0, at_ms, took, "http.server", "GET /"))
    text = _get(browser, "/vedette/cards/traces/histogram", range="12h")
    assert ("against the 12 h before" in _plain(text)) is (oldest_h == 30)


def test_the_histogram_counts_what_failed(browser: Client, traced: Recorded) -> None:
    text = browser.get("/vedette/cards/traces/histogram", {"range": "2h"}).content.decode()
    chart, heat = (json.loads(html.unescape(found)) for found in re.findall(r'data-chart="([^"]*)"', text))
    assert sum(count for _, _, count in heat["heat"]["cells"]) == 43
    sums = {each["name"]: sum(value or 0 for value in each["values"]) for each in chart["series"]}
    assert sums == {"Not failed": 41, "Failed": 2}
    assert "43 root spans, p50 41 ms, p95 150 ms, 4.7 % failed" in _plain(text)


def test_time_before_the_first_span_is_unknown_in_both_charts(browser: Client, traced: Recorded) -> None:
    text = browser.get("/vedette/cards/traces/histogram", {"range": "24h"}).content.decode()
    chart, heat = (json.loads(html.unescape(found)) for found in re.findall(r'data-chart="([^"]*)"', text))
    assert chart["unknown"] == heat["unknown"] != []


def test_operations_come_with_their_figures_and_what_the_release_changed(
    browser: Client, traced: Recorded
) -> None:
    text = _get(browser, "/vedette/cards/traces/operations", op="http.server", service="shop")
    plain = _plain(text)
    assert "2 operations · 41 spans" in plain
    # Forty from 20 to 59 ms; the newer half is the faster one.
    assert "POST /orders/ takes" not in plain
    assert (
        "GET /board/ takes 65.8 % of the time of root spans: no p95 is worse than in the release before."
        in plain
    )
    board = plain[plain.index("GET /board/ http.server") :]
    assert board.startswith("GET /board/ http.server · shop 65.8 % 40")
    assert "▼ 3" in board
    assert "status=error" in text


def test_a_route_says_where_its_time_goes(browser: Client, traced: Recorded) -> None:
    of_trace = _plain(browser.get(OPENED, {"at": hint(AT)}).content.decode())
    wanted = re.search(r"along the critical path ((?:[A-Z][a-z ]+ [\d.]+ % [\d.]+ ms ?)+)", of_trace)
    assert wanted is not None, of_trace
    for address, params in (
        ("/vedette/cards/requests/spent", {"route": "/orders/"}),
        ("/vedette/cards/requests/spent", {"route": "/orders/", "method": "post"}),
        ("/vedette/cards/traces/spent", {"name": "/orders/"}),
    ):
        plain = _plain(_get(browser, address, **params))
        assert "the one sampled trace, mean of each" in plain
        assert wanted[1].strip() in plain
    refused = _plain(_get(browser, "/vedette/cards/requests/spent", route="/orders/", status="404"))
    assert "whatever else is filtered by" in refused
    for nothing in ({"route": "/nowhere/"}, {"route": "-"}, {"route": "/orders/", "method": "GET"}):
        assert "no trace was sampled" in _plain(_get(browser, "/vedette/cards/requests/spent", **nothing))


def test_names_that_are_not_kept_apart_are_a_row_that_says_so(
    browser: Client, traced: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found_with_a_rest(*args: Any, **options: Any) -> Operations:
        found = get_operations(*args, **options)
        *others, last = found.operations
        return replace(found, operations=(*others, replace(last, name="", is_rest=True)))

    monkeypatch.setattr("vedette.web.traces.operations.get_operations", found_with_a_rest)
    text = _get(browser, "/vedette/cards/traces/operations")
    plain = _plain(text)
    assert "Names that are not kept apart" in plain
    assert "the figures of others may lack some of their spans" in plain
    (door,) = re.findall(r'href="([^"]*)" title="Of the names of a service', text)
    assert "is=" not in door
    assert "op=" in door


def test_operations_are_ordered_as_asked(browser: Client, traced: Recorded) -> None:
    by_count = _get(browser, "/vedette/cards/traces/operations", sort="count")
    by_failed = _get(browser, "/vedette/cards/traces/operations", sort="failed")
    by_change = _get(browser, "/vedette/cards/traces/operations", sort="change")
    for text, first, second in (
        (by_count, "GET /board/", "POST /orders/"),
        (by_failed, "POST /orders/", "GET /board/"),
        # Of the other one there is too little to compare.
        (by_change, "GET /board/", "POST /orders/"),
    ):
        table = text[text.index("<tbody>") :]
        assert table.index(first) < table.index(second)


def test_a_repeated_statement_is_found_with_its_line_and_its_route(browser: Client, traced: Recorded) -> None:
    text = _get(browser, "/vedette/cards/traces/repeated")
    plain = _plain(text)
    assert f"{REPEATS} × apps/orders.py:88 · shop" in plain
    assert "Issued by /orders/ (1 request)" in plain
    assert "Runs 1 Executions 24 Mean 6 ms In all 144 ms" in plain
    assert f'href="{OPENED}?range=2h&at=' in text


def test_what_took_next_to_nothing_is_not_shown_at_first(browser: Client, empty: Recorded) -> None:
    for number in range(6):
        empty.recorder.record(
            Span(
                time=AT,
                service="shop",
                op="db.repeated",
                name=f"SELECT {'abcdef'[number]}",
                duration_ms=1.0 if number else 5000.0,
                attributes={"count": "9", "code.filepath": f"apps/{number}.py", "code.lineno": "1"},
            )
        )
    text = _get(browser, "/vedette/cards/traces/repeated")
    plain = _plain(text)
    assert "They took 5 s: 99.9 % of it at apps/0.py:1." in plain
    assert text.count("<article") == 3
    assert "Show 3 more that took 3 ms together" in plain
    assert _get(browser, "/vedette/cards/traces/repeated", rows="all").count("<article") == 6


def test_a_slow_statement_is_found_even_outside_of_a_trace(browser: Client, traced: Recorded) -> None:
    text = _get(browser, "/vedette/cards/traces/slow")
    plain = _plain(text)
    assert plain.index("VACUUM") < plain.index("UPDATE ledger")
    assert "Times 1 Longest 4 s Mean 4 s In all 4 s" in plain
    assert text.count("Newest example") == 1


def test_profiles_of_a_transaction_are_drawn(browser: Client, traced: Recorded) -> None:
    text = _get(browser, "/vedette/cards/traces/profiles")
    plain = _plain(text)
    assert "POST /orders/" in plain
    assert "10 samples, one each 10 ms, of 1 profile" in plain
    assert re.findall(r'<svg x="([\d.]+)%" y="(\d+)" width="([\d.]+)%" height="19" data-depth', text) == [
        ("0.0000", "0", "100.0000"),
        ("0.0000", "20", "90.0000"),
        ("0.0000", "40", "60.0000"),
        ("60.0000", "40", "30.0000"),
    ]
    assert "style=" not in text


def test_a_trace_shows_its_spans_over_all_services(browser: Client, traced: Recorded) -> None:
    text = _get(browser, OPENED, at=hint(AT))
    plain = _plain(text)
    assert f"1.05 s, {REPEATS + 10} spans over 3 services: 1 error and 2 spans that failed." in plain
    assert "shop → api → worker" in plain
    assert (
        f'href="/vedette/events/{"e" * 32}/?range=2h&at={quote(timerange.written(AT + dt.timedelta(milliseconds=300)))}'
        in text
    )
    assert f"{REPEATS} × " in plain
    assert "apps/orders.py:88 144 ms" in plain
    assert f"Span {77:016x}, which is not here" in plain
    assert "2 spans began before their parents" in plain
    assert f"/vedette/requests/{TRACE}/" in text
    assert f"q=trace%3A{TRACE}" in text


def _payload(text: str) -> dict[str, object]:
    found = re.search(
        r"<script type=\"application/json\" data-waterfall-rows>(.*?)</script>", text, re.DOTALL
    )
    assert found is not None
    body: dict[str, object] = json.loads(found[1])
    return body


def test_the_drawing_is_told_every_row(browser: Client, traced: Recorded) -> None:
    body = _payload(browser.get(OPENED, {"at": hint(AT)}).content.decode())
    rows, texts = body["rows"], body["texts"]
    assert isinstance(rows, list)
    assert isinstance(texts, list)
    assert len(rows) == REPEATS + 10 + 2
    root = rows[0]
    assert (texts[root["name"]], root["start"], root["took"], root["failed"]) == (
        "POST /orders/",
        0,
        820_000,
        True,
    )
    assert [look for _, look in root["marks"]] == ["error", "log-warning"]
    assert (
        sum(end - start for row in rows if row["kind"] == "span" for start, end in row.get("critical", []))
        == 820_000
    )
    served = next(row for row in rows if texts[row["name"]] == "POST /pay")
    # In the middle of the call that it answers.
    assert (served["start"], served["shift"]) == (265_000, 865_000)
    repeats = next(row for row in rows if row["kind"] == "repeats")
    assert (repeats["count"], repeats["busy"]) == (REPEATS, REPEATS * 6000)


def test_it_says_first_what_most_of_the_time_was_spent_on(browser: Client, traced: Recorded) -> None:
    text = browser.get(OPENED, {"at": hint(AT)}).content.decode()
    body = _payload(text)
    rows, texts = body["rows"], body["texts"]
    assert isinstance(rows, list)
    assert isinstance(texts, list)
    spent: Counter[str] = Counter()
    for row in rows:
        if row["kind"] == "span":
            own = sum(end - start for start, end in row.get("critical", []))
            name, service = texts[row["name"]], texts[row["service"]]
            spent[f"code and other work of {service}" if name.startswith("POST /") else name] += own
    [(name, micros)] = spent.most_common(1)
    assert f"{100 * micros / spent.total():.1f} % of it went into {name}" in _plain(text)


def test_what_people_sent_is_never_markup(browser: Client, empty: Recorded) -> None:
    for signal in whole_trace():
        signal.attributes["x"] = "</script><script>alert(2)</script>"
        if hasattr(signal, "name"):
            signal.name = f"</script><script>alert(1)</script><!-- {signal.name}"
        empty.recorder.record(signal)
    for address in (
        f"{OPENED}?at={hint(AT)}&span={1:016x}",
        f"{LIST}?range=2h&spans=all",
        "/vedette/cards/traces/operations?range=2h",
        "/vedette/cards/traces/repeated?range=2h",
        "/vedette/cards/traces/slow?range=2h",
        "/vedette/cards/traces/profiles?range=2h",
        f"/vedette/cards/trace/{TRACE}/span?span={1:016x}&at={hint(AT)}",
        f"/vedette/cards/trace/{TRACE}/flame?at={hint(AT)}",
    ):
        response = browser.get(address)
        text = response.content.decode()
        assert response.status_code == 200
        assert "<script>alert" not in text
        assert text.count("<!--") == 0


@pytest.mark.parametrize(
    "at",
    [hint(AT), timerange.written(AT), "", "nonsense", "0001-01-01", "9999-12-31T23:59", "9" * 30, "9" * 13],
    ids=["hint", "time", "none", "nonsense", "first year", "last year", "long number", "late number"],
)
def test_a_trace_is_found_with_a_hint_and_without(browser: Client, traced: Recorded, at: str) -> None:
    assert "POST /orders/" in _get(browser, OPENED, at=at)


def test_a_span_is_opened_by_the_address_and_by_its_card(browser: Client, traced: Recorded) -> None:
    whole = _get(browser, OPENED, at=hint(AT), span=f"{2:016x}")
    card = _get(browser, f"/vedette/cards/trace/{TRACE}/span", at=hint(AT), span=f"{2:016x}")
    for text in (whole, card):
        assert "apps/cart.py:12" in text
        assert "code.filepath" in text
    root = _get(browser, f"/vedette/cards/trace/{TRACE}/span", at=hint(AT), span=f"{1:016x}")
    assert "paying is slow" in root
    assert "PaymentError" in root


def test_a_span_that_was_not_kept_leads_to_its_request(browser: Client, traced: Recorded) -> None:
    text = _get(browser, f"/vedette/cards/trace/{TRACE}/span", at=hint(AT), span="f" * 16)
    assert "Not kept" in text
    assert f'href="/vedette/requests/{TRACE}/?range=2h&span={"f" * 16}"' in text


def test_a_trace_shows_its_profile(browser: Client, traced: Recorded) -> None:
    address = re.search(rf"/vedette/cards/trace/{TRACE}/flame\?at=\d+", _get(browser, OPENED))
    assert address is not None
    assert "10 samples" in _plain(html.unescape(browser.get(address[0]).content.decode()))


def test_a_trace_without_profile_asks_for_none(browser: Client, traced: Recorded) -> None:
    assert "/flame" not in _get(browser, f"/vedette/traces/{1:032x}/")


def test_of_a_trace_that_is_too_long_the_first_spans_are_shown_and_all_are_counted(
    browser: Client, traced: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vedette.traces.trace.MOST_SPANS", 5)
    monkeypatch.setattr("vedette.web.traces.detail.MOST_SPANS", 5)
    plain = _plain(_get(browser, OPENED, at=hint(AT)))
    assert f"The trace has {REPEATS + 10} spans, of which the first 5 are shown" in plain


def test_of_a_request_that_was_not_sampled_nothing_is_said_of_what_it_waited_for(
    browser: Client, empty: Recorded
) -> None:
    for signal in whole_trace():
        if isinstance(signal, Request) or getattr(signal, "op", "") == "db.repeated":
            empty.recorder.record(signal)
    text = _get(browser, OPENED, at=hint(AT))
    plain = _plain(text)
    assert "820 ms, not sampled: of its spans only slow queries were kept, 0 spans over 1 service" in plain
    assert "apps/orders.py:88 144 ms" in plain
    assert "Where its time went" not in plain
    rows = _payload(text)["rows"]
    assert isinstance(rows, list)
    assert [(row["unsampled"], row.get("critical", [])) for row in rows] == [(True, [])]
    assert 'aria-label="unknown"' in text[text.index("<tbody>") :]


def test_an_error_whose_event_has_no_address_is_shown_without_a_door(
    browser: Client, empty: Recorded
) -> None:
    for number, event_id in enumerate(("", "not/an/address")):
        empty.recorder.record(
            Error(time=AT, trace_id=TRACE, service="shop", event_id=event_id, type=f"Error{number}")
        )
    text = _get(browser, OPENED, at=hint(AT))
    assert "<strong>Error0</strong>" in text
    assert "<strong>Error1</strong>" in text
    assert "No span of this trace was kept" in text


def test_the_fields_suggest_what_there_is(browser: Client, traced: Recorded) -> None:
    text = _get(browser, "/vedette/cards/traces/values")
    assert '<datalist id="values-op"><option value="http.server">42 spans</option>' in text
    assert '<option value="worker">1 span</option>' in text
    assert "cache.get" not in text
    assert "cache.get" in _get(browser, "/vedette/cards/traces/values", spans="all")


def test_the_first_operations_are_shown_and_the_others_on_demand(
    browser: Client, traced: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vedette.web.traces.operations.FIRST_ROWS", 2)
    address = "/vedette/cards/traces/operations"
    assert (_rows(_get(browser, address)), "Show 2 more" in _get(browser, address)) == (2, True)
    assert _rows(_get(browser, address, rows="all")) == 4


def test_a_trace_of_spans_that_claim_centuries_is_shown(browser: Client, empty: Recorded) -> None:
    for number in range(60):
        clock = {"host": f"web-{number % 2}", "attributes": {}}
        empty.recorder.record(span(number + 1, number, -number, 1.8e13, "db", "SELECT 1", **clock))
    assert "60 spans" in _plain(_get(browser, OPENED, at=hint(AT)))


def test_a_trace_that_is_not_there(browser: Client, traced: Recorded) -> None:
    response = browser.get("/vedette/traces/nothing/")
    assert response.status_code == 404
    assert "Nothing has this trace id" in response.content.decode()


@pytest.mark.parametrize("view", ["", "operations", "findings", "profiles", "nonsense"])
def test_each_view_is_a_page_of_its_own_and_keeps_the_filters(
    browser: Client, traced: Recorded, view: str
) -> None:
    text = _get(browser, "/vedette/traces/", view=view, service="shop")
    assert text.count('aria-current="page"') == 2
    assert 'href="/vedette/traces/?range=2h&service=shop&view=operations"' in text
    assert "Remove the filter Service" in text


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (LIST, "TRACES_SAMPLE_RATE"),
        ("/vedette/cards/traces/operations", "TRACES_SAMPLE_RATE"),
        ("/vedette/cards/traces/repeated", "REPEATED_QUERY_COUNT"),
        ("/vedette/cards/traces/slow", "SLOW_QUERY_MS"),
        ("/vedette/cards/traces/profiles", "PROFILES_SAMPLE_RATE"),
    ],
)
def test_what_is_empty_teaches(browser: Client, empty: Recorded, address: str, words: str) -> None:
    assert words in _get(browser, address)


def test_an_empty_search_offers_ways_out(browser: Client, traced: Recorded) -> None:
    text = _get(browser, LIST, name="nothing like it")
    assert "No span matches" in text
    assert "spans=all" in text


@pytest.mark.parametrize(
    "bad", [{"status": "500"}, {"min_ms": "x"}, {"min_ms": "5s", "max_ms": "1s"}, {"attr": "no pair"}]
)
def test_a_filter_that_makes_no_sense_is_a_form_error(
    browser: Client, empty: Recorded, bad: dict[str, str]
) -> None:
    page = browser.get("/vedette/traces/", {"name": "kept name", **bad})
    assert page.status_code == 400
    assert "kept name" in page.content.decode()
    card = browser.get(LIST, bad)
    assert (card.status_code, "This filter makes no sense" in card.content.decode()) == (400, True)


def test_a_request_leads_to_its_trace(browser: Client, traced: Recorded) -> None:
    assert f'href="{OPENED}?' in browser.get(f"/vedette/requests/{TRACE}/").content.decode()


@pytest.mark.parametrize("address", ["/vedette/traces/", OPENED, LIST, f"/vedette/cards/trace/{TRACE}/span"])
def test_strangers_see_nothing(client: Client, traced: Recorded, db: None, address: str) -> None:
    response = client.get(address)
    assert response.status_code in {302, 403}
    assert b"POST /orders/" not in response.content


@given(
    st.dictionaries(
        st.sampled_from(["status", "min_ms", "max_ms", "op", "attr", "attr.x", "spans", "at"]),
        st.text(max_size=20),
    )
)
def test_no_link_breaks_the_filters(params: dict[str, str]) -> None:
    hint_of(params)
    try:
        filters_of(params)
    except (FilterError, RequestFilterError) as problem:
        assert str(problem)
