"""Issues on other pages: the newest ones on the overview, and those of one trace on requests and log records."""

from __future__ import annotations

import datetime as dt

from vedette.issues.queries import IssueFilters, find_issues_of_trace, list_issues
from vedette.store.query import TimeRange
from vedette.web import timerange
from vedette.web.fragments import Look, Values, card
from vedette.web.issues.listing import row_of
from vedette.web.issues.selection import MOMENT, time_in

NEWEST = 5
NEAR = dt.timedelta(hours=1)
MOST_OF_TRACE = 5


@card("cards/issues_newest.html", on="overview")
def newest_card(look: Look) -> Values:
    """Return the unresolved issues with events in the range that were first seen last."""
    shown = look.page
    filters = IssueFilters(
        service=shown.params.get("service", ""),
        environment=shown.params.get("environment", ""),
        release=shown.params.get("release", ""),
        user=shown.params.get("user", ""),
    )
    found = list_issues(look.store, range=shown.period.range, filters=filters, sort="first", limit=NEWEST)
    return {
        "rows": [row_of(shown, figures, filters) for figures in found.rows],
        "total": found.total,
        "all_issues": shown.go("issues", sort="first"),
    }


@card("cards/issues_of_trace.html", on="issues")
def trace_card(look: Look) -> Values:
    """Return the errors of a trace, with the doors to their issues."""
    at, trace_id = time_in(look.page), look.page.params.get("trace", "")
    if at is None or not trace_id:
        return {"errors": []}
    found = find_issues_of_trace(look.store, trace_id, range=TimeRange(at - NEAR, at + NEAR))
    return {
        "errors": [
            (each, look.page.go("event", each.event_id, **{MOMENT: timerange.written(each.time)}))
            for each in found[:MOST_OF_TRACE]
        ],
        "hidden": max(0, len(found) - MOST_OF_TRACE),
    }
