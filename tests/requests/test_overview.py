"""Every figure of the overview equals the same figure computed row by row."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.requests.conftest import REQUESTS
from tests.requests.kept import Kept
from tests.requests.traffic import NOW, PREDICATES, ROUTES, grouped, percentile, within
from vedette.record.signals import Request
from vedette.requests import sources
from vedette.requests.queries import WEEK, Figures, Filters, Overview, Percentiles, get_overview
from vedette.store import steps
from vedette.store.bindings import Bindings
from vedette.store.query import TimeRange

lengths = st.one_of(
    st.timedeltas(dt.timedelta(minutes=1), dt.timedelta(hours=14)),
    st.timedeltas(dt.timedelta(hours=1), dt.timedelta(days=16)),
    st.timedeltas(dt.timedelta(days=1), dt.timedelta(days=40)),
)
ends = st.one_of(
    st.just(NOW), st.datetimes(NOW.replace(tzinfo=None) - dt.timedelta(days=3), NOW.replace(tzinfo=None))
)
ranges = st.builds(
    lambda end, length: TimeRange(end.replace(tzinfo=dt.UTC) - length, end.replace(tzinfo=dt.UTC)),
    ends,
    lengths,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(range=ranges, filters=st.sampled_from(list(PREDICATES)))
def test_every_figure_equals_the_one_computed_row_by_row(
    kept: Kept, range: TimeRange, filters: Filters
) -> None:
    overview = get_overview(kept.store, range=range, filters=filters, now=NOW)

    wanted = [request for request in REQUESTS if PREDICATES[filters](request)]
    current, previous = within(wanted, range), within(wanted, range.previous())
    assert (overview.current.range, overview.previous.range) == (range, range.previous())
    assert_figures(overview.current.figures, current, seconds=range.seconds)
    assert_figures(overview.previous.figures, previous, seconds=range.seconds)
    assert overview.current.active_users == len({each.user_id for each in current} - {""})
    assert overview.previous.active_users == len({each.user_id for each in previous} - {""})
    assert_series(overview, current)
    assert_week_before(overview, wanted)
    assert_routes(overview, current, previous)


def assert_figures(figures: Figures, requests: list[Request], *, seconds: float) -> None:
    assert figures.requests == len(requests)
    assert figures.errors == sum(1 for each in requests if each.status >= 500)
    assert figures.query_count == sum(each.query_count for each in requests)
    assert figures.duration_ms == pytest.approx(sum(each.duration_ms for each in requests))
    assert figures.query_ms == pytest.approx(sum(each.query_ms for each in requests))
    assert figures.per_minute == pytest.approx(len(requests) * 60 / seconds)
    assert_percentiles(figures.percentiles, requests)


def assert_percentiles(found: Percentiles, requests: list[Request]) -> None:
    durations = [each.duration_ms for each in requests]
    for percent, value in ((50, found.p50_ms), (95, found.p95_ms), (99, found.p99_ms)):
        exact = percentile(durations, percent)
        # A duration of less than a microsecond is taken for one.
        assert value == (None if exact is None else pytest.approx(exact, rel=0.0101, abs=0.0011))


def assert_series(overview: Overview, requests: list[Request]) -> None:
    by_step = grouped(requests, lambda each: steps.floor(each.time, overview.step_s))
    assert [point.time for point in overview.series] == steps.starts(overview.current.range, overview.step_s)
    for point in overview.series:
        of_step = by_step.get(point.time, [])
        assert point.requests == len(of_step)
        assert point.errors == sum(1 for each in of_step if each.status >= 500)
        for digit, count in point.by_status_class.items():
            assert count == sum(1 for each in of_step if each.status // 100 == digit)
        assert_percentiles(point.percentiles, of_step)


def assert_week_before(overview: Overview, requests: list[Request]) -> None:
    range = overview.current.range
    if range.end - range.start > WEEK:
        assert overview.week_before is None
        return
    by_step = grouped(
        within(requests, range.shifted(-WEEK)), lambda each: steps.floor(each.time, overview.step_s)
    )
    assert overview.week_before == tuple(len(by_step.get(point.time - WEEK, [])) for point in overview.series)


def assert_routes(overview: Overview, current: list[Request], previous: list[Request]) -> None:
    by_route, before = grouped(current, lambda each: each.route), grouped(previous, lambda each: each.route)
    assert {row.route for row in overview.routes} == set(by_route)
    assert overview.route_count == len(by_route)
    spent = [row.figures.duration_ms for row in overview.routes]
    assert spent == sorted(spent, reverse=True)
    total = sum(each.duration_ms for each in current)
    for row in overview.routes:
        own = by_route[row.route]
        assert_figures(row.figures, own, seconds=overview.current.range.seconds)
        assert_figures(row.previous, before.get(row.route, []), seconds=overview.previous.range.seconds)
        assert sum(row.sparkline) == len(own)
        if total:
            assert row.time_share == pytest.approx(sum(each.duration_ms for each in own) / total)


@pytest.mark.parametrize("grain", ["raw", "hourly", "daily"])
def test_the_sums_of_hours_and_days_give_what_the_rows_give(kept: Kept, grain: sources.Grain) -> None:
    range = TimeRange(NOW - dt.timedelta(days=40, minutes=17), NOW - dt.timedelta(minutes=3))

    def ask(grain: sources.Grain) -> list[tuple[object, ...]]:
        bindings = Bindings(kept.store.dialect)
        keys = "service, release, route, method, status_class, bucket"
        source = sources.traffic(
            bindings, [(1, range)], grain=grain, filters=Filters(), columns=tuple(keys.split(", "))
        )
        sql = f"SELECT {keys}, sum(requests) AS n FROM {source.relation} GROUP BY {keys} ORDER BY {keys}"
        return list(kept.store.run(source.query(sql, bindings))[0].rows)

    assert ask(grain) == ask("raw")


def test_a_range_that_goes_on_is_compared_with_as_much_of_the_one_before(kept: Kept) -> None:
    midnight = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
    overview = get_overview(kept.store, range=TimeRange(midnight, midnight + dt.timedelta(days=1)), now=NOW)

    assert overview.current.range == TimeRange(midnight, NOW)
    assert overview.previous.range == TimeRange(midnight, NOW).shifted(-dt.timedelta(days=1))
    assert overview.current.figures.requests == len(within(REQUESTS, overview.current.range))
    assert overview.previous.figures.requests == len(within(REQUESTS, overview.previous.range))


def test_a_release_is_marked_where_its_first_request_came(kept: Kept) -> None:
    overview = get_overview(kept.store, range=TimeRange(NOW - dt.timedelta(hours=10), NOW), now=NOW)

    first = {
        service: min(each.time for each in REQUESTS if each.release == "1.2" and each.service == service)
        for service in ("todo", "billing")
    }
    assert {(each.service, each.release, each.first_at) for each in overview.releases} == {
        (service, "1.2", at) for service, at in first.items()
    }


def test_a_release_that_was_there_before_is_not_marked(kept: Kept) -> None:
    range = TimeRange(NOW - dt.timedelta(hours=2), NOW)

    assert get_overview(kept.store, range=range, now=NOW).releases == ()


def test_routes_are_compared_with_the_release_before(kept: Kept) -> None:
    range = TimeRange(NOW - dt.timedelta(hours=10), NOW)
    overview = get_overview(kept.store, range=range, now=NOW)

    both = within(REQUESTS, range.previous().covering(range))
    compared = {row.route: row.since_release for row in overview.routes}
    assert set(compared) == set(ROUTES)
    for route, comparison in compared.items():
        assert comparison is not None
        assert (comparison.release, comparison.previous_release) == ("1.2", "1.1")
        after = [each for each in both if each.route == route and each.release == "1.2"]
        before = [each for each in both if each.route == route and each.release == "1.1"]
        assert (comparison.figures.requests, comparison.previous.requests) == (len(after), len(before))
        assert_percentiles(comparison.figures.percentiles, after)


def test_an_empty_store_gives_an_overview_of_nothing(tmp_path: Path) -> None:
    overview = get_overview(
        Kept(tmp_path, now=NOW).store, range=TimeRange(NOW - dt.timedelta(hours=1), NOW), now=NOW
    )

    assert overview.current.figures.requests == 0
    assert overview.current.figures.error_share is None
    assert overview.current.figures.percentiles == Percentiles()
    assert overview.routes == ()
    assert {point.requests for point in overview.series} == {0}


def test_the_overview_shows_the_queries_behind_it(kept: Kept) -> None:
    overview = get_overview(kept.store, range=TimeRange(NOW - dt.timedelta(hours=1), NOW), now=NOW)

    assert len(overview.queries) == 8
    assert all(query.sql.startswith(("SELECT", "WITH")) for query in overview.queries)
