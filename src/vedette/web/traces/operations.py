"""The table of operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vedette.traces.queries import Operation, get_operations
from vedette.web import figures
from vedette.web.figures import Change
from vedette.web.fragments import Look, Values, card
from vedette.web.judgement import percent
from vedette.web.page import Page
from vedette.web.traces.kinds import kind_of
from vedette.web.traces.selection import ALL, SCOPE, chips, filters_of, own

FIRST_ROWS = 30


def _slowed(row: Operation) -> float:
    """Return how many times as long p95 is as in the release before; 0 where that is not known."""
    since = row.since_release
    if since is None or not since.previous.percentiles.p95_ms:
        return 0.0
    return (since.figures.percentiles.p95_ms or 0.0) / since.previous.percentiles.p95_ms


# What the table can be ordered by: the column's name in a link, and its value (greatest first).
ORDERS: dict[str, Callable[[Operation], tuple[float, ...]]] = {
    "time": lambda row: (row.figures.duration_ms,),
    "count": lambda row: (row.figures.spans,),
    "p50": lambda row: (row.figures.percentiles.p50_ms or 0,),
    "p95": lambda row: (row.figures.percentiles.p95_ms or 0,),
    "p99": lambda row: (row.figures.percentiles.p99_ms or 0,),
    "failed": lambda row: (row.figures.failed_share or 0, row.figures.failed),
    "change": lambda row: (_slowed(row),),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table."""

    operation: Operation
    kind: str
    door: str
    failed_door: str
    per_minute: float
    share_percent: float
    failed_percent: float | None
    since_release: Change | None
    since_title: str


@card("cards/traces_operations.html", on="traces")
def operations_card(look: Look) -> Values:
    """Return the operations that took the most time."""
    page = look.page
    found = get_operations(look.store, range=page.period.range, filters=filters_of(page.params), now=page.now)
    order = page.params.get("sort", "time")
    order = order if order in ORDERS else "time"
    rows = [
        _row(page, each, each.figures.per_minute(found.range))
        for each in sorted(found.operations, key=ORDERS[order], reverse=True)
    ]
    shown = rows if page.params.get("rows") == "all" else rows[:FIRST_ROWS]
    return {
        "rows": shown,
        **_answer(rows),
        "found_count": len(rows),
        "hidden_count": len(rows) - len(shown),
        "operation_count": found.operation_count,
        "spans": found.spans,
        "is_cut": found.operation_count > len(rows),
        "order": order,
        "is_compared": any(row.operation.since_release for row in rows),
        "has_rest": any(row.operation.is_rest for row in rows),
        "findings": page.go("traces", view="findings"),
        "is_whole": page.params.get(SCOPE) == ALL,
        "has_filters": any(True for _ in chips(page)),
        "cleared": page.go("traces", view="operations"),
    }


def _answer(rows: Sequence[Row]) -> Values:
    """Return which operation takes the most time, and what became worse with its service's newest release."""
    worse = [row for row in rows if row.since_release and row.since_release.judgement == "worse"]
    named = [row for row in rows if not row.operation.is_rest]
    return {
        "leader": max(named, key=lambda row: row.share_percent, default=None),
        "worst": max(worse, key=lambda row: _slowed(row.operation), default=None),
        "worse_count": len(worse),
        "is_judged": any(row.since_release for row in rows),
    }


def _row(page: Page, operation: Operation, per_minute: float) -> Row:
    named = {"op": operation.op, "service": operation.service}
    if not operation.is_rest:
        named["is"] = operation.name
    kept = {**own(page), **named, "sort": "duration"}
    since = operation.since_release
    return Row(
        operation=operation,
        kind=kind_of(operation.op),
        door=page.go("traces", **kept),
        failed_door=page.go("traces", **{**kept, "status": "error"}),
        per_minute=per_minute,
        share_percent=100 * operation.time_share,
        failed_percent=percent(operation.figures.failed_share),
        since_release=None
        if since is None
        else figures.change(
            since.figures.percentiles.p95_ms, since.previous.percentiles.p95_ms, unit="ms", higher_is="worse"
        ),
        since_title="" if since is None else f"{since.release} against {since.previous_release}",
    )
