"""The cards on an issue's page: its events over time, their tags, their list, what was logged around one, what people wrote."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from vedette.issues.queries import (
    Issue,
    IssueSeries,
    Tag,
    get_figures,
    get_issue,
    list_events,
    list_feedback,
    list_tags,
)
from vedette.logs.queries import Filters as LogFilters
from vedette.logs.queries import list_logs
from vedette.releases.queries import short
from vedette.store.beginning import find_first_time
from vedette.store.paging import Cursor
from vedette.store.query import TimeRange
from vedette.web import figures, timerange
from vedette.web.charts import Chart, Series
from vedette.web.fragments import Look, Values, card
from vedette.web.issues import around
from vedette.web.issues.coming import arrival_before
from vedette.web.issues.selection import MOMENT, door_to, filters_of, is_chosen, time_in
from vedette.web.markers import Arrivals
from vedette.web.page import Page

POINTS = 60
EVENTS_ON_A_PAGE = 25
LOG_LINES = 15
BEFORE, AFTER = dt.timedelta(minutes=10), dt.timedelta(minutes=1)
COLOURS = ("failed", "refused", "users", "p95", "p50", "moved", "debug", "ghost")


@dataclass(frozen=True, slots=True)
class Share:
    """A value of a tag, with its share of the events and the address of those alone."""

    value: str
    count: int
    percent: figures.Text
    door: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Distribution:
    """A tag, and what the events have of it; it `tells` where some value is more than one event's own, such as an id."""

    name: str
    shares: tuple[Share, ...]
    others: int
    missing: int
    counted: int
    tells: bool

    @property
    def is_common(self) -> bool:
        """Tell whether all the events have the same value of it."""
        return len(self.shares) == 1 and not self.others and not self.missing


@card("cards/issue_figures.html", on="issue")
def figures_card(look: Look) -> Values:
    """Return the sentence at the top, and the events over time by release."""
    shown, issue = look.page, _issue(look)
    if issue is None:
        return {"issue": None}
    range, filters = shown.period.range, filters_of(shown)
    found = get_figures(look.store, issue, range=range, points=POINTS, filters=filters)
    first_at = None if not found.events or found.counts[0] else find_first_time(look.store, table="errors")
    return {
        "issue": issue,
        "found": found,
        "span": figures.span(range.seconds),
        "arrival": arrival_before(issue),
        "chart": _chart(shown, issue, found).known_since(first_at),
    }


@card("cards/issue_tags.html", on="issue")
def tags_card(look: Look) -> Values:
    """Return how the tags of the events in the range are distributed."""
    shown, issue = look.page, _issue(look)
    if issue is None:
        return {"tags": [], "common": []}
    found = list_tags(look.store, issue, range=shown.period.range, filters=filters_of(shown))
    tags = [_distribution(shown, tag) for tag in found]
    return {
        "tags": sorted((tag for tag in tags if not tag.is_common), key=lambda tag: not tag.tells),
        "common": [tag for tag in tags if tag.is_common],
    }


@card("cards/issue_events.html", on="issue")
def events_card(look: Look) -> Values:
    """Return a page of the events in the range, the newest first, by key."""
    shown, issue = look.page, _issue(look)
    if issue is None:
        return {"rows": []}
    after = Cursor.parse(shown.params["after"]) if shown.params.get("after") else None
    found = list_events(
        look.store,
        issue,
        range=shown.period.range,
        filters=filters_of(shown),
        after=after,
        limit=EVENTS_ON_A_PAGE,
    )
    own = {name: value for name, value in shown.filters.items() if name not in {"which", "order"}}
    rows = [
        (
            row,
            short(row.release),
            shown.go(
                "issue-event", str(issue.id), row.event_id, **{**own, MOMENT: timerange.written(row.time)}
            ),
        )
        for row in found.rows
    ]
    return {
        "rows": rows,
        "older": shown.here(after=str(found.next)) if found.next else "",
        "newest": shown.here() if after else "",
    }


@card("cards/issue_logs.html", on="issue")
def logs_card(look: Look) -> Values:
    """Return what happened in the trace of an event, and the last lines that were logged in it or in its request.

    Both until shortly after it.
    """
    shown, at = look.page, time_in(look.page)
    trace_id, request_id = shown.params.get("trace", ""), shown.params.get("request", "")
    if at is None or not (trace_id or request_id):
        return {"logs": ()}
    filters = LogFilters(trace_id=trace_id) if trace_id else LogFilters(request_id=request_id)
    range, span_id = TimeRange(at - BEFORE, at + AFTER), shown.params.get("span", "")
    found = list_logs(look.store, range=range, filters=filters, limit=LOG_LINES)
    return {
        "logs": found.logs[::-1],
        "has_more": found.older is not None,
        "around": around.of_event(look.store, trace_id=trace_id, span_id=span_id, at=at, range=range)
        if trace_id
        else None,
        "trace": shown.go("trace", trace_id, span=span_id) if trace_id else "",
    }


@card("cards/issue_feedback.html", on="issue")
def feedback_card(look: Look) -> Values:
    """Return what people wrote of the events."""
    issue = _issue(look)
    if issue is None:
        return {"feedback": []}
    return {
        "feedback": [
            (each, look.page.go("issue-event", str(issue.id), each.event_id))
            for each in list_feedback(look.store, issue)
        ]
    }


def _issue(look: Look) -> Issue | None:
    return get_issue(look.names["id"])


def _chart(shown: Page, issue: Issue, found: IssueSeries) -> Chart:
    series = [
        Series(_release_name(release), colour, counts, total=figures.count(sum(counts)))
        for (release, counts), colour in zip(found.by_release, COLOURS, strict=False)
    ]
    return Chart(
        kind="bars",
        unit="count",
        start=found.starts[0],
        step_s=found.step_s,
        length=len(found.starts),
        title="Events by release",
        series=series,
        markers=Arrivals().between(
            shown.period.range, service=issue.service, environment=shown.params.get("environment", "")
        ),
        door=shown.here(),
        shape="short",
    )


def _release_name(release: str) -> str:
    if release == "…":
        return "other releases"
    return short(release) if release else "no release"


def _distribution(shown: Page, tag: Tag) -> Distribution:
    counted = sum(count for _, count in tag.values) + tag.others
    shares = tuple(
        Share(
            value,
            count,
            figures.percent(100 * count / counted),
            door_to(shown, tag.name, value),
            is_chosen(shown, tag.name, value),
        )
        for value, count in tag.values
    )
    tells = counted == 1 or max(count for _, count in tag.values) > 1
    return Distribution(tag.name, shares, tag.others, tag.missing, counted, tells)
