"""The figures of each release equal those computed row by row."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.requests.conftest import REQUESTS
from tests.requests.kept import Kept
from tests.requests.test_overview import assert_figures, ranges
from tests.requests.traffic import NOW, PREDICATES, grouped, percentile, within
from vedette.record.signals import Request
from vedette.requests.per_release import get_courses, get_per_release
from vedette.requests.queries import NO_FILTERS, Filters
from vedette.store import steps
from vedette.store.query import TimeRange

_VERSIONS = ("1.1", "1.2", "9.9")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(range=ranges, filters=st.sampled_from(list(PREDICATES)))
def test_every_figure_equals_the_one_computed_row_by_row(
    kept: Kept, range: TimeRange, filters: Filters
) -> None:
    found = get_per_release(kept.store, range=range, filters=filters, now=NOW)

    wanted = [request for request in REQUESTS if PREDICATES[filters](request)]
    both = TimeRange(range.previous().start, range.end)
    assert (found.range, found.both) == (range, both)
    for figures, period in ((found.current, range), (found.compared, both)):
        expected = {
            (each[0].service, each[0].release): each
            for each in grouped(within(wanted, period), lambda each: (each.service, each.release)).values()
        }
        assert figures.keys() == expected.keys()
        for release, requests in expected.items():
            assert_figures(figures[release], requests, seconds=period.seconds)
    for (service, _), release in zip(found.current, found.current, strict=True):
        served = [each for each in within(wanted, range) if each.service == service]
        share = found.share(release)
        assert share == sum(each.release == release[1] for each in served) / len(served)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(range=ranges, environment=st.sampled_from(["", "production"]))
def test_every_step_equals_the_one_computed_row_by_row(
    kept: Kept, range: TimeRange, environment: str
) -> None:
    filters = Filters(service="todo", environment=environment)
    found = get_courses(kept.store, range=range, filters=filters, versions=_VERSIONS, points=40)

    assert list(found.by_version) == list(_VERSIONS)
    assert list(found.starts) == steps.starts(range, found.step_s)
    service = [
        each
        for each in within(REQUESTS, range)
        if each.service == "todo" and environment in {"", each.environment}
    ]
    served = grouped(service, lambda each: steps.floor(each.time, found.step_s))
    assert list(found.served) == [len(served.get(at, [])) for at in found.starts]
    for version, course in found.by_version.items():
        wanted = [each for each in service if each.release == version]
        by_step = grouped(wanted, lambda each: steps.floor(each.time, found.step_s))
        for at, step in zip(found.starts, course, strict=True):
            requests = by_step.get(at, [])
            assert (step.requests, step.errors) == (
                len(requests),
                sum(each.status >= 500 for each in requests),
            )
            expected = percentile([each.duration_ms for each in requests], 95)
            assert (step.percentiles.p95_ms is None) == (len(requests) < 20)
            if step.percentiles.p95_ms is not None:
                assert expected is not None
                assert abs(step.percentiles.p95_ms - expected) <= 0.011 * expected


def test_where_nothing_was_served_no_share_is_known(tmp_path: Path) -> None:
    kept = Kept(tmp_path, now=NOW)
    kept.record([Request(time=NOW - dt.timedelta(hours=1), service="todo", release="1.0")])
    hour = TimeRange(NOW - dt.timedelta(hours=2), NOW + dt.timedelta(hours=5))
    found = get_per_release(kept.store, range=hour, filters=NO_FILTERS, now=NOW)

    assert found.range.end == NOW
    assert (found.share(("todo", "1.0")), found.share(("todo", "2.0"))) == (1.0, 0.0)
    assert found.share(("mail", "1.0")) is None
