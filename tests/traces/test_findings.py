"""Repeated and slow statements, against the same found span by span."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.requests.kept import Kept
from tests.requests.traffic import NOW
from tests.traces.conftest import REPEATED, REQUESTS, SPANS
from vedette.record.signals import Span
from vedette.store import steps
from vedette.store.query import TimeRange
from vedette.traces.findings import MOST_ROUTES, Kind
from vedette.traces.queries import Filters, get_findings

RANGE = TimeRange(NOW - dt.timedelta(days=3), NOW)
SLOW_MS = 60.0
ROUTES = {each.span_id: each.route for each in REQUESTS}
Key = tuple[str, str, str]


def call_site(span: Span) -> str:
    """Return the line of code that *span* names."""
    file = span.attributes.get("code.filepath")
    return f"{file}:{span.attributes['code.lineno']}" if file else ""


def by_key(kind: Kind) -> dict[Key, list[Span]]:
    """Return what is to be found, by statement, line and service."""
    slow = [each for each in SPANS if each.op in {"db", "db.sql.query"} and each.duration_ms > SLOW_MS]
    groups: dict[Key, list[Span]] = defaultdict(list)
    for each in REPEATED if kind == "repeated" else slow:
        if RANGE.start <= each.time < RANGE.end:
            groups[each.name, call_site(each), each.service].append(each)
    return groups


def executions(kind: Kind, span: Span) -> int:
    """Return how often the statement was executed."""
    count = span.attributes.get("count", "")
    return 1 if kind == "slow" else int(count) if count.isdecimal() else 0


@pytest.mark.parametrize("kind", ["repeated", "slow"])
def test_the_figures_are_those_of_the_spans(kept: Kept, kind: Kind) -> None:
    found = get_findings(kept.store, kind=kind, range=RANGE, slow_ms=SLOW_MS, repeated_at=10, now=NOW)

    wanted = by_key(kind)
    assert {(each.statement, each.call_site, each.service) for each in found.findings} == set(wanted)
    assert found.finding_count == len(wanted)
    for each in found.findings:
        spans = wanted[each.statement, each.call_site, each.service]
        last = max(spans, key=lambda span: span.time)
        assert each.times == len(spans)
        assert each.executions == sum(executions(kind, span) for span in spans)
        assert each.most == max(executions(kind, span) for span in spans)
        assert each.total_ms == pytest.approx(sum(span.duration_ms for span in spans))
        assert each.longest_ms == max(span.duration_ms for span in spans)
        assert (each.last_at, each.example_trace_id) == (last.time, last.trace_id)
        assert each.example_span_id == last.parent_span_id
        counts = Counter(steps.floor(span.time, found.sparkline_step_s) for span in spans)
        assert each.sparkline == tuple(counts[at] for at in steps.starts(RANGE, found.sparkline_step_s))
    totals = [each.total_ms for each in found.findings]
    assert totals == sorted(totals, reverse=True)


@pytest.mark.parametrize("kind", ["repeated", "slow"])
def test_the_routes_are_those_of_the_requests_that_asked(kept: Kept, kind: Kind) -> None:
    found = get_findings(kept.store, kind=kind, range=RANGE, slow_ms=SLOW_MS, repeated_at=10, now=NOW)

    for each in found.findings:
        spans = by_key(kind)[each.statement, each.call_site, each.service]
        asking: Sequence[str] = sorted(
            {span.parent_span_id for span in spans if span.parent_span_id in ROUTES}
        )
        counts = Counter(ROUTES[span_id] for span_id in asking)
        assert len(counts) <= MOST_ROUTES
        assert {route.route: route.requests for route in each.routes} == counts


def test_filters_say_where_to_look(kept: Kept) -> None:
    found = get_findings(
        kept.store,
        kind="repeated",
        range=RANGE,
        filters=Filters(service="billing", environment="staging", operation="http.server"),
        slow_ms=SLOW_MS,
        repeated_at=10,
        now=NOW,
    )

    wanted = [
        span
        for spans in by_key("repeated").values()
        for span in spans
        if (span.service, span.environment) == ("billing", "staging")
    ]
    assert sum(each.times for each in found.findings) == len(wanted) > 0


def test_only_the_first_are_returned_and_how_many_there_are_is_known(kept: Kept) -> None:
    whole = get_findings(kept.store, kind="slow", range=RANGE, slow_ms=SLOW_MS, repeated_at=10, now=NOW)
    cut = get_findings(
        kept.store, kind="slow", range=RANGE, slow_ms=SLOW_MS, repeated_at=10, now=NOW, limit=2
    )

    assert [each.statement for each in cut.findings] == [each.statement for each in whole.findings[:2]]
    assert cut.finding_count == whole.finding_count > 2


def _queries(count: int, *, parent: int, name: str = "SELECT 1", **values: object) -> list[Span]:
    common = {"op": "db", "service": "api", "trace_id": "c" * 32, **values}
    return [
        Span(
            time=NOW - dt.timedelta(minutes=5, milliseconds=number),
            span_id=f"{1000 * parent + number:016x}",
            parent_span_id=f"{parent:016x}",
            name=name,
            duration_ms=2.5,
            **common,  # type: ignore[arg-type]
        )
        for number in range(count)
    ]


def test_what_another_service_repeats_is_counted_from_its_spans(tmp_path: Path) -> None:
    kept = Kept(tmp_path, now=NOW)
    site = {"code.file.path": "api.py", "code.line.number": "9"}
    kept.record(
        [
            *_queries(12, parent=1, attributes=site),
            *_queries(20, parent=2, attributes=site),
            *_queries(9, parent=3, attributes=site),
            *_queries(30, parent=4, name="SELECT 2", op="cache.get"),
            # The site's own queries: their request counts them, sampled or not.
            *_queries(30, parent=5, name="SELECT 3", attributes={"db.alias": "default"}),
        ]
    )

    found = get_findings(kept.store, kind="repeated", range=RANGE, slow_ms=SLOW_MS, repeated_at=10, now=NOW)

    (each,) = found.findings
    assert (each.statement, each.call_site, each.service) == ("SELECT 1", "api.py:9", "api")
    assert (each.times, each.executions, each.most) == (2, 32, 20)
    assert each.total_ms == pytest.approx(32 * 2.5)
    assert (each.example_trace_id, each.routes) == ("c" * 32, ())
    assert sum(each.sparkline) == 2
