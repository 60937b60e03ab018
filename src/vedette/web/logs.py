"""The logs: search, counts, live tail; and one record opened with what was logged around it."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase, JsonResponse

from vedette.logs.queries import (
    LEVELS,
    Filters,
    Histogram,
    Log,
    UnknownLogError,
    get_histogram,
    get_log,
    list_after,
    list_facets,
    list_logs,
    list_neighbours,
    list_patterns,
    parse,
    render,
)
from vedette.store.beginning import find_first_time
from vedette.store.paging import Cursor
from vedette.store.query import QueryError
from vedette.web import access, figures, frame, timerange
from vedette.web.asking import Listener, explain
from vedette.web.charts import Chart, Series
from vedette.web.completion import choices_for
from vedette.web.fragments import Look, Values, card
from vedette.web.page import Page
from vedette.web.parts import Parts

POINTS = 80
_LENGTH = re.compile(r"\d+[smhdw]", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
ON_A_PAGE = 100
TAIL_LINES = 200
TAIL_LAG = dt.timedelta(seconds=1)
"""A live tail looks at what is this old: a record is written shortly after the time that it bears."""
TAIL_COLOURS = {
    "CRITICAL": "fatal",
    "ERROR": "error",
    "WARNING": "warning",
    "INFO": "info",
    "DEBUG": "debug",
    "TRACE": "debug",
    "UNKNOWN": "debug",
}


@access.page
def logs(request: HttpRequest, *, parts: Parts) -> HttpResponseBase:
    """Answer with the frame and the query bar; histogram, facets and lines are cards."""
    page = frame.look(request, name="logs", parts=parts)
    values = {
        "is_live": _is_live(page),
        "live_door": page.here(live="1", view=""),
        "still_door": page.here(live=""),
        "shows_patterns": page.params.get("view") == "patterns",
        "command": command_of(page),
    }
    return frame.show(page, "logs.html", values)


def _is_live(page: Page) -> bool:
    return page.params.get("live") == "1"


def _filters(page: Page) -> Filters:
    return parse(page.params.get("q", ""))


def command_of(page: Page) -> str:
    """Return the command that prints what the page shows."""
    bounds = page.period.range
    command = ["python", "manage.py", "vedette", "logs"]
    if _is_live(page):
        command.append("--follow")
    elif _LENGTH.fullmatch(page.period.words):
        command += ["--since", page.period.words]
    else:
        command += ["--since", timerange.written(bounds.start)]
        command += [] if page.period.is_moving else ["--until", timerange.written(bounds.end)]
    if page.params.get("view") == "patterns" and not _is_live(page):
        command.append("--patterns")
    query = page.params.get("q", "")
    # What follows -- is the query, even where it begins with a minus.
    return " ".join(_quoted(word) for word in ([*command, "--", query] if query else command))


def _quoted(word: str) -> str:
    """Quote *word* for a shell; no control character is left, on which a terminal would act when it is pasted."""
    if _CONTROL.search(word) is None:
        return shlex.quote(word)
    escaped = word.replace("\\", "\\\\").replace("'", "\\'")
    return "$'" + _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", escaped) + "'"


@card("cards/logs_histogram.html", on="logs")
def histogram_card(look: Look) -> Values:
    """Return the records over time by level."""
    page = look.page
    filters = _filters(page)
    found = get_histogram(look.store, range=page.period.range, filters=filters, points=POINTS)
    # A histogram that begins with nothing may begin before there were records.
    first_at = None if found.bars[0].total else find_first_time(look.store, table="logs")
    return {"total": found.total, "chart": _chart(found, page.here(live=""), filters).known_since(first_at)}


def _chart(found: Histogram[str], door: str, filters: Filters) -> Chart:
    totals = {level: found.count(level) for level in TAIL_COLOURS}
    series = [
        Series(
            level.capitalize(),
            colour,
            [bar.counts.get(level, 0) for bar in found.bars],
            total=figures.count(totals[level]),
        )
        for level, colour in reversed(TAIL_COLOURS.items())
        if totals[level]
    ]
    return Chart(
        kind="bars",
        unit="count",
        start=found.bars[0].time,
        step_s=found.step_s,
        length=len(found.bars),
        title="Log records by level",
        series=series,
        door=door,
        shape="short",
        service=filters.service,
        environment=filters.environment,
    )


@card("cards/logs_list.html", on="logs")
def list_card(look: Look) -> Values:
    """Return a page of records, the newest first, by key."""
    page = look.page
    older, newer = page.params.get("older"), page.params.get("newer")
    found = list_logs(
        look.store,
        range=page.period.range,
        filters=_filters(page),
        older_than=Cursor.parse(older) if older else None,
        newer_than=Cursor.parse(newer) if newer else None,
        limit=ON_A_PAGE,
    )
    return {
        "logs": found.logs,
        "older": page.here(older=str(found.older)) if found.older else "",
        "newer": page.here(newer=str(found.newer)) if found.newer else "",
        "first": page.here() if older or newer else "",
        "has_query": bool(page.params.get("q")),
    }


@card("cards/logs_tail.html", on="logs")
def tail_card(look: Look) -> Values:
    """Return what has come since the last look, the newest first, and where the next look begins."""
    page = look.page
    until = page.now - TAIL_LAG
    filters = _filters(page)
    if not page.params.get("after"):
        newest = list_logs(look.store, range=page.period.range, filters=filters, limit=ON_A_PAGE)
        return _tail(page, newest.logs, Cursor(until), is_first=True)
    after = Cursor.parse(page.params["after"])
    found = list_after(look.store, after=after, until=until, filters=filters, limit=TAIL_LINES)
    return _tail(page, found.logs[::-1], found.next, has_more=found.has_more)


def _tail(
    page: Page, records: tuple[Log, ...], following: Cursor, *, is_first: bool = False, has_more: bool = False
) -> Values:
    # What is younger than the tail's lag comes with the next look.
    shown = [log for log in records if not is_first or log.time < page.now - TAIL_LAG]
    params = {**page.params, "after": str(following)}
    return {"logs": shown, "next_query": urlencode(params), "is_first": is_first, "has_more": has_more}


@dataclass(frozen=True, slots=True)
class Choice:
    """A value in the side column: its count, its share of the greatest, and the address that turns it on or off."""

    text: str
    count: int
    most: int
    door: str
    is_on: bool
    colour: str = ""


@card("cards/logs_facets.html", on="logs")
def facets_card(look: Look) -> Values:
    """Return what the matching records are of: levels, loggers, attributes."""
    page = look.page
    filters = _filters(page)
    found = list_facets(look.store, range=page.period.range, filters=filters)
    return {
        "levels": _choices(
            page,
            [
                (each.value, each.logs, _with_level(filters, each.value), each.value in filters.levels)
                for each in found.levels
            ],
        ),
        "loggers": _choices(
            page,
            [
                (
                    each.value,
                    each.logs,
                    replace(filters, logger="" if filters.logger == each.value else each.value),
                    filters.logger == each.value,
                )
                for each in found.loggers
            ],
        ),
        "attributes": [
            (
                attribute.key,
                attribute.logs,
                _choices(
                    page,
                    [
                        (
                            each.value,
                            each.logs,
                            _with_attribute(filters, attribute.key, each.value),
                            (attribute.key, each.value) in filters.attributes,
                        )
                        for each in attribute.values
                    ],
                ),
            )
            for attribute in found.attributes
        ],
        "attributes_over": found.attributes_over if found.attributes_over < found.logs else 0,
    }


def _choices(page: Page, found: list[tuple[str, int, Filters, bool]]) -> list[Choice]:
    most = max((count for _, count, _, _ in found), default=1)
    return [
        Choice(text, count, most, page.here(q=render(filters)), is_on, TAIL_COLOURS.get(text, ""))
        for text, count, filters, is_on in found
    ]


def _with_level(filters: Filters, level: str) -> Filters:
    kept = () if level in filters.levels else (level,)
    return replace(filters, min_level="", levels=kept)


def _with_attribute(filters: Filters, key: str, value: str) -> Filters:
    pair = (key, value)
    if pair in filters.attributes:
        return replace(filters, attributes=tuple(each for each in filters.attributes if each != pair))
    return replace(filters, attributes=(*filters.attributes, pair))


@card("cards/logs_patterns.html", on="logs")
def patterns_card(look: Look) -> Values:
    """Return the matching records grouped by template."""
    page = look.page
    filters = _filters(page)
    found = list_patterns(look.store, range=page.period.range, filters=filters)
    rows = []
    for pattern in found.patterns:
        if pattern.template:
            narrowed = replace(filters, template=pattern.template)
        else:
            words = (*filters.words, pattern.words) if pattern.words else filters.words
            narrowed = replace(filters, words=words, logger=pattern.logger)
        change = figures.change(pattern.logs, pattern.previous, unit="count")
        severity = LEVELS.get(pattern.level, 0)
        rows.append((pattern, severity, change, page.here(q=render(narrowed), view="")))
    return {"rows": rows, "has_query": bool(page.params.get("q"))}


@access.page
def complete(request: HttpRequest, *, parts: Parts) -> HttpResponseBase:
    """Answer with what may stand in the query bar where ``word`` is being typed, as JSON."""
    page = frame.look(request, name="logs", parts=parts)
    word = request.GET.get("word", "")[:200]
    try:
        choices = choices_for(word, parts.store(), range=page.period.range)
    except QueryError:
        choices = []  # completion is a help: the query itself will say what is wrong with the store
    return JsonResponse({"choices": [{"text": text, "note": note} for text, note in choices]})


@access.page
def log_detail(request: HttpRequest, id: str, *, parts: Parts) -> HttpResponseBase:
    """Answer with one record, the others of its request, and what its process logged around it."""
    page = frame.look(request, name="logs", parts=parts)
    store = Listener(parts.store())
    try:
        log = get_log(store, id=id)
        if log is None:
            return frame.show(page, "log_missing.html", {"id": id}, status=404)
        around = list_neighbours(store, log=log)
    except UnknownLogError:
        return frame.show(page, "log_missing.html", {"id": id}, status=404)
    except QueryError as error:
        failure = explain(error)
        values = {"what": failure.what, "why": failure.why, "do": failure.do}
        return frame.show(page, "request_failed.html", values, status=failure.status)
    return frame.show(page, "log.html", {**_opened(page, log), "around": around, "asked": store.asked})


def _opened(page: Page, log: Log) -> dict[str, object]:
    minutes = dt.timedelta(minutes=15)
    bounds = {
        "from_": timerange.written(log.time - minutes),
        "to": timerange.written(log.time + minutes),
        "range": "",
    }
    return {
        "log": log,
        "attributes": [
            (key, value, page.go("logs", q=render(Filters(attributes=((key, value),)))))
            for key, value in sorted(log.attributes.items())
        ],
        "same_logger": page.go("logs", **bounds, q=render(Filters(logger=log.logger))),
        "same_template": page.go("logs", q=render(Filters(template=log.template))) if log.template else "",
        "same_user": page.go("logs", **bounds, q=render(Filters(user_id=log.user_id))) if log.user_id else "",
        "same_trace": page.go("logs", **bounds, q=render(Filters(trace_id=log.trace_id)))
        if log.trace_id
        else "",
        "command": shlex.join(
            [
                "python",
                "manage.py",
                "vedette",
                "logs",
                "--since",
                timerange.written(log.time - minutes),
                "--until",
                timerange.written(log.time + minutes),
            ]
        ),
    }
