"""Repeated and slow statements, against the same found span by span."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence

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
    found = get_findings(kept.store, kind=kind, range=RANGE, slow_ms=SLOW_MS, now=NOW)

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
    found = get_findings(kept.store, kind=kind, range=RANGE, slow_ms=SLOW_MS, now=NOW)

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
    whole = get_findings(kept.store, kind="slow", range=RANGE, slow_ms=SLOW_MS, now=NOW)
    cut = get_findings(kept.store, kind="slow", range=RANGE, slow_ms=SLOW_MS, now=NOW, limit=2)

    assert [each.statement for each in cut.findings] == [each.statement for each in whole.findings[:2]]
    assert cut.finding_count == whole.finding_count > 2
