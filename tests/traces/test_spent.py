"""Where the time of many traces went, against the waterfall of each."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from tests.requests.kept import Kept
from tests.requests.traffic import NOW
from tests.traces.conftest import SPANS
from tests.traces.spans import is_root
from vedette.store.query import TimeRange
from vedette.traces import spent
from vedette.traces.queries import CODE, NO_FILTERS, Filters, get_spent, get_trace

RANGE = TimeRange(NOW - dt.timedelta(days=6), NOW)


def by_op(kept: Kept, trace_ids: list[str]) -> Counter[str]:
    """Return where the time of the traces went by the rows of their waterfalls."""
    found: Counter[str] = Counter()
    for trace_id in trace_ids:
        trace = get_trace(kept.store, id=trace_id, at=None)
        assert trace is not None
        for row in trace.rows:
            if row.kind == "span" and row.place is not None and row.critical_us:
                span = trace.spans[row.place]
                found[CODE if span.kind in {"server", "consumer"} else span.op] += row.critical_us
    return found


@pytest.mark.parametrize(
    ("filters", "names"),
    [(NO_FILTERS, ()), (Filters(service="billing"), ()), (NO_FILTERS, ("GET /tasks/", "POST /tasks/"))],
)
def test_the_parts_are_those_of_each_critical_path(
    kept: Kept, filters: Filters, names: tuple[str, ...]
) -> None:
    found = get_spent(kept.store, range=RANGE, filters=filters, names=names, limit=12)

    roots = [
        each
        for each in sorted(SPANS, key=lambda each: each.time, reverse=True)
        if is_root(each)
        and each.time >= RANGE.start
        and (not names or each.name in names)
        and filters.service in {"", each.service}
    ][:12]
    assert found.traces == len(roots) == 12
    assert found.by_op == by_op(kept, [each.trace_id for each in roots])
    assert found.total_us == sum(round(each.duration_ms * 1000) for each in roots)


def test_a_trace_of_which_some_may_be_missing_is_left_out(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = get_spent(kept.store, range=RANGE, filters=NO_FILTERS, limit=12)
    monkeypatch.setattr(spent, "MOST_SPANS", 10)

    cut = get_spent(kept.store, range=RANGE, filters=NO_FILTERS, limit=12)

    assert 0 < cut.traces < whole.traces
    assert cut.total_us < whole.total_us


def test_of_no_traces_nothing_is_said(kept: Kept) -> None:
    found = get_spent(kept.store, range=RANGE, filters=Filters(service="nobody"))

    assert (found.traces, found.total_us, found.by_op) == (0, 0, {})
