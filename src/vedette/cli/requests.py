"""Search and rank requests.

  vedette requests --slower-than 1s --since 1d        the slow ones, newest first
  vedette requests --status 5xx --user 7              what failed for one person
  vedette requests --sort duration --limit 10         the slowest of the last hour
  vedette requests --top route --order time           where the time goes

With --json, each request (or each value, with --top) is a line, in the order of the table.
"""

from __future__ import annotations

import argparse

from vedette.cli import words
from vedette.cli.options import (
    UsageError,
    add_json_argument,
    add_limit_argument,
    add_range_arguments,
    milliseconds,
    pair,
    range_of,
)
from vedette.cli.output import Output
from vedette.cli.site import Site, site_of
from vedette.cli.table import Column
from vedette.requests import queries
from vedette.requests.queries import Filters
from vedette.store.query import TimeRange

TOP = ("route", "user", "status", "path", "method", "release", "host", "ip")
_FIELDS = {"user": "user_id"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``vedette requests``."""
    parser.add_argument(
        "--slower-than",
        type=milliseconds,
        metavar="DURATION",
        help="that took this long or longer: 250ms, 1s",
    )
    parser.add_argument(
        "--faster-than", type=milliseconds, metavar="DURATION", help="that took this long at most"
    )
    parser.add_argument("--status", default="", metavar="STATUS", help="404, 5xx, or error (500 and above)")
    parser.add_argument(
        "--route", default="", metavar="PATTERN", help="of this URL pattern; - for those that matched none"
    )
    parser.add_argument("--method", default="", metavar="METHOD", help="GET, POST, …")
    parser.add_argument("--path", default="", metavar="PART", help="whose path contains this")
    parser.add_argument("--user", default="", metavar="ID", help="of this user")
    parser.add_argument("--release", default="", metavar="RELEASE", help="answered by this release")
    parser.add_argument("--service", default="", metavar="SERVICE", help="answered by this service")
    parser.add_argument(
        "--attribute", action="append", default=[], type=pair, metavar="KEY=VALUE", help="with this attribute"
    )
    add_range_arguments(parser, since="1h")
    parser.add_argument(
        "--sort", choices=("time", "duration"), default="time", help="newest or slowest first"
    )
    parser.add_argument(
        "--top", metavar="FIELD", help=f"rank the values of {', '.join(TOP)} or attributes.NAME"
    )
    parser.add_argument(
        "--order", choices=("requests", "time", "errors"), default="requests", help="what --top ranks by"
    )
    add_limit_argument(parser, default=50, help="show at most so many")
    add_json_argument(parser, help="one JSON object a line")


def run(options: argparse.Namespace, output: Output) -> int:
    """Answer from the store."""
    site, range = site_of(options), range_of(options)
    filters = _filters(options)
    if options.top:
        _rank(site, filters, range, options, output)
    else:
        _list(site, filters, range, options, output)
    return 0


def _filters(options: argparse.Namespace) -> Filters:
    try:
        return Filters(
            service=options.service,
            release=options.release,
            route=options.route,
            method=options.method,
            status=options.status,
            user_id=options.user,
            min_duration_ms=options.slower_than,
            max_duration_ms=options.faster_than,
            path=options.path,
            attributes=tuple(options.attribute),
        )
    except queries.FilterError as error:
        raise UsageError(str(error)) from error


def _list(
    site: Site, filters: Filters, range: TimeRange, options: argparse.Namespace, output: Output
) -> None:
    page = queries.list_requests(
        site.store(), range=range, filters=filters, sort=options.sort, limit=options.limit
    )
    if output.is_json:
        for request in page.requests:
            output.document(request)
        return
    if not page.requests:
        output.line(f"No request matches, from {output.time(range.start)} to {output.time(range.end)}.")
        return
    columns = [
        Column("time"),
        Column("status", "right"),
        Column("duration", "right"),
        Column("SQL", "right"),
        Column("method"),
        Column("path", is_flexible=True),
        Column("user"),
        Column("request", is_flexible=True),
    ]
    rows = [
        (
            output.time(each.time),
            str(each.status),
            words.duration(each.duration_ms),
            f"{each.query_count} in {words.duration(each.query_ms)}" if each.query_count else "-",
            each.method,
            each.path,
            each.user_id or "-",
            each.request_id,
        )
        for each in page.requests
    ]
    output.table(columns, rows)
    if page.next is not None:
        output.line(output.styled(f"… more are left out (--limit {options.limit})", "dim"))


def _rank(
    site: Site, filters: Filters, range: TimeRange, options: argparse.Namespace, output: Output
) -> None:
    field = _FIELDS.get(options.top, options.top)
    try:
        top = queries.get_top(
            site.store(), field=field, range=range, filters=filters, order=options.order, limit=options.limit
        )
    except queries.UnknownFieldError as error:
        raise UsageError(str(error)) from error
    if output.is_json:
        for group in top.groups:
            output.document(_ranked(options.top, group))
        return
    columns = [
        Column(options.top, is_flexible=True),
        *(
            Column(title, "right")
            for title in ("requests", "errors", "mean", "p50", "p95", "p99", "time", "SQL/request")
        ),
    ]
    rows = [
        (
            group.value or "-",
            words.count(group.figures.requests),
            words.share(group.figures.error_share),
            words.duration(group.figures.mean_ms),
            words.duration(group.figures.percentiles.p50_ms),
            words.duration(group.figures.percentiles.p95_ms),
            words.duration(group.figures.percentiles.p99_ms),
            words.duration(group.figures.duration_ms),
            f"{group.figures.mean_query_count or 0:.1f}",
        )
        for group in top.groups
    ]
    output.table(columns, rows)


def _ranked(name: str, group: queries.Group) -> dict[str, object]:
    figures = group.figures
    return {
        name: group.value,
        "requests": figures.requests,
        "errors": figures.errors,
        "duration_ms": figures.duration_ms,
        "mean_ms": figures.mean_ms,
        "p50_ms": figures.percentiles.p50_ms,
        "p95_ms": figures.percentiles.p95_ms,
        "p99_ms": figures.percentiles.p99_ms,
        "query_ms": figures.query_ms,
        "query_count": figures.query_count,
    }
