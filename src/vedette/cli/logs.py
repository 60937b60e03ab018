"""Search, follow and count log records.

  vedette logs --level ERROR --since 1h                what went wrong in the last hour
  vedette logs --grep "time out" --follow              as `tail -f | grep`, over all processes
  vedette logs --count-by type --level ERROR           which exceptions, how often
  vedette logs --failed-logins --since 1d              who failed to log in, from where
  vedette logs 'logger:django.request -favicon user:7' the language of the pages' query bar

With --json, each record is a line: {"time", "level", "logger", "message", ...}, oldest first; --count-by, --patterns and
--failed-logins give a line per row.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import time
from collections.abc import Iterable

from vedette.cli import words
from vedette.cli.options import (
    UsageError,
    add_json_argument,
    add_limit_argument,
    add_range_arguments,
    pair,
    range_of,
)
from vedette.cli.output import Output
from vedette.cli.site import Site, site_of
from vedette.cli.table import Column
from vedette.cli.text import visible
from vedette.logs import queries
from vedette.logs.queries import Filters, Log
from vedette.store.paging import Cursor
from vedette.store.query import StoreUnavailableError, TimeRange

SETTLE = dt.timedelta(milliseconds=300)
"""A record is written this long after the time it bears at the latest; before that it may be missed, so it waits."""
POLL_S = 0.5
_STYLES = {"CRITICAL": "alarm", "ERROR": "red", "WARNING": "yellow", "DEBUG": "dim", "TRACE": "dim"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``vedette logs``."""
    parser.add_argument(
        "query", nargs="*", metavar="QUERY", help="words and name:value pairs, as in the query bar"
    )
    parser.add_argument("--level", metavar="LEVEL", help="of this level and above")
    parser.add_argument(
        "--grep",
        action="append",
        default=[],
        metavar="WORDS",
        help="all of these words occur; may be repeated",
    )
    parser.add_argument("--logger", metavar="NAME", help="of this logger and those below it")
    parser.add_argument("--user", metavar="ID", help="logged while serving this user")
    parser.add_argument("--request", metavar="ID", help="logged while serving this request")
    parser.add_argument(
        "--attribute",
        action="append",
        default=[],
        type=pair,
        metavar="KEY=VALUE",
        help="with this attribute (* is any value)",
    )
    add_range_arguments(parser, since="1h")
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--follow", "-f", action="store_true", help="show what comes, until Ctrl-C")
    kinds.add_argument(
        "--count-by",
        metavar="FIELD",
        help="count by level, logger, type (of exception), template, … or an attribute",
    )
    kinds.add_argument("--patterns", action="store_true", help="group what differs only in its values")
    kinds.add_argument("--failed-logins", action="store_true", help="failed log-ins by user and address")
    parser.add_argument("--exceptions", action="store_true", help="show whole tracebacks")
    add_limit_argument(parser, default=100, help="show at most so many, the newest or most frequent")
    add_json_argument(parser, help="one JSON object a line")


def run(options: argparse.Namespace, output: Output) -> int:
    """Answer from the store, once or again and again."""
    site = site_of(options)
    filters = _filters(options)
    if options.follow:
        _follow(site, filters, options, output)
        return 0
    range = range_of(options)
    if options.count_by:
        _count(site, filters, range, options, output)
    elif options.patterns:
        _show_patterns(site, filters, range, options, output)
    elif options.failed_logins:
        _show_failed_logins(site, filters, range, options, output)
    else:
        _list(site, filters, range, options, output)
    return 0


def _filters(options: argparse.Namespace) -> Filters:
    try:
        filters = queries.parse(" ".join(options.query))
        if options.level:
            filters = dataclasses.replace(filters, min_level=options.level)
    except (queries.ParseError, queries.UnknownLevelError) as error:
        raise UsageError(str(error)) from error
    named = {"logger": options.logger, "user_id": options.user, "request_id": options.request}
    return dataclasses.replace(
        filters,
        words=(*filters.words, *(word for text in options.grep for word in text.split())),
        attributes=(*filters.attributes, *options.attribute),
        **{name: value for name, value in named.items() if value},
    )


def _list(
    site: Site, filters: Filters, range: TimeRange, options: argparse.Namespace, output: Output
) -> None:
    page = queries.list_logs(site.store(), range=range, filters=filters, limit=options.limit)
    if page.older is not None and not output.is_json:
        output.line(output.styled(f"… older records are left out (--limit {options.limit})", "dim"))
    _write(reversed(page.logs), options, output)
    if not page.logs and not output.is_json:
        output.line(f"No log record matches, from {output.time(range.start)} to {output.time(range.end)}.")


def _follow(site: Site, filters: Filters, options: argparse.Namespace, output: Output) -> None:
    if options.until != "now":
        raise UsageError("--follow has no end: leave out --until")
    now = site.now()
    until = now - SETTLE
    range = range_of(options)
    if range.start < until:
        page = queries.list_logs(
            site.store(), range=TimeRange(range.start, until), filters=filters, limit=options.limit
        )
        _write(reversed(page.logs), options, output)
    cursor = Cursor(until)
    while True:
        output.flush()
        try:
            arrivals = queries.list_after(
                site.store(), after=cursor, until=site.now() - SETTLE, filters=filters
            )
        except StoreUnavailableError as error:
            # Its files are being moved, or its disk is away: what comes meanwhile is shown when it is back.
            output.line(output.styled(f"… {error}", "dim"))
            time.sleep(POLL_S)
            continue
        _write(arrivals.logs, options, output)
        cursor = arrivals.next
        if not arrivals.has_more:
            time.sleep(POLL_S)


def _write(logs: Iterable[Log], options: argparse.Namespace, output: Output) -> None:
    for log in logs:
        if output.is_json:
            output.document({"level": log.level, "id": log.id, **_fields(log)})
        else:
            _write_line(log, options, output)


def _fields(log: Log) -> dict[str, object]:
    return {field.name: getattr(log, field.name) for field in dataclasses.fields(log)}


def _write_line(log: Log, options: argparse.Namespace, output: Output) -> None:
    level = output.styled(f"{log.level:<8}", _STYLES.get(log.level, ""))
    extras = " ".join(f"{key}={value}" for key, value in sorted(log.attributes.items()))
    origin = f"user={log.user_id} " if log.user_id else ""
    origin += f"request={log.request_id}" if log.request_id else ""
    details = visible(" ".join(part for part in (extras, origin.strip()) if part))
    parts = [
        output.styled(output.time(log.time), "dim"),
        level,
        output.styled(visible(log.logger), "cyan"),
        visible(log.message),
        output.styled(details, "dim"),
    ]
    output.line(" ".join(part for part in parts if part))
    lines = log.exception.splitlines()
    for line in lines if options.exceptions else lines[-1:]:
        output.line(f"    {output.styled(visible(line), 'red')}")


def _count(
    site: Site, filters: Filters, range: TimeRange, options: argparse.Namespace, output: Output
) -> None:
    counts = queries.count_by(
        site.store(), field=options.count_by, range=range, filters=filters, limit=options.limit
    )
    if output.is_json:
        for value in counts.values:
            output.document({counts.field: value.value, "logs": value.logs})
        return
    rows = [
        (value.value, words.count(value.logs), words.share(value.logs / counts.logs))
        for value in counts.values
    ]
    output.table(
        [Column(counts.field, is_flexible=True), Column("logs", "right"), Column("share", "right")], rows
    )
    rest = counts.logs - sum(value.logs for value in counts.values)
    if rest:
        output.line(output.styled(f"and {words.count(rest)} others, or without one", "dim"))


def _show_patterns(
    site: Site, filters: Filters, range: TimeRange, options: argparse.Namespace, output: Output
) -> None:
    found = queries.list_patterns(site.store(), range=range, filters=filters, limit=options.limit).patterns
    if output.is_json:
        for pattern in found:
            output.document(pattern)
        return
    columns = [
        Column("logs", "right"),
        Column("before", "right"),
        Column("level"),
        Column("logger", is_flexible=True),
        Column("pattern", is_flexible=True),
        Column("last"),
    ]
    rows = [
        (
            words.count(each.logs),
            words.count(each.previous),
            each.level,
            each.logger,
            each.label,
            output.time(each.last_at),
        )
        for each in found
    ]
    output.table(columns, rows)


def _show_failed_logins(
    site: Site, filters: Filters, range: TimeRange, options: argparse.Namespace, output: Output
) -> None:
    found = queries.list_failed_logins(site.store(), range=range, filters=filters, limit=options.limit).logins
    if output.is_json:
        for each in found:
            output.document(each)
        return
    columns = [
        Column("user", is_flexible=True),
        Column("address"),
        Column("failed", "right"),
        Column("first"),
        Column("last"),
    ]
    rows = [
        (
            each.user or "-",
            each.address or "-",
            words.count(each.count),
            output.time(each.first_at),
            output.time(each.last_at),
        )
        for each in found
    ]
    output.table(columns, rows)
