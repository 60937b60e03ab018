"""Answer one read-only SQL statement over the tables requests, logs, spans, errors, metrics, events, checks, profiles
and the rollups requests_hourly, durations_hourly, route_durations_hourly, users_hourly, spans_hourly, span_durations_hourly,
and the same by day (requests_daily and so on); in DuckDB's dialect.

  vedette sql "SELECT route, count(*) FROM requests GROUP BY route ORDER BY 2 DESC"
  vedette sql - < question.sql

Times are UTC.  With --json, each row is a line: an object of column to value.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Sequence

from vedette import conf
from vedette.cli.options import UsageError, add_json_argument, add_limit_argument, duration
from vedette.cli.output import Output
from vedette.cli.overseer import oversee
from vedette.cli.site import site_of
from vedette.cli.table import Column


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``vedette sql``."""
    parser.add_argument("statement", metavar="SQL", help="the statement, or - to read it from standard input")
    parser.add_argument(
        "--timeout",
        type=duration,
        metavar="DURATION",
        help="give up after this long (default: the setting QUERY_TIMEOUT_S)",
    )
    add_limit_argument(parser, default=1000, help="show at most so many rows")
    add_json_argument(parser, help="one JSON object a row")


def run(options: argparse.Namespace, output: Output) -> int:
    """Ask the store, and write the rows."""
    text = sys.stdin.read() if options.statement == "-" else options.statement
    if not text.strip():
        raise UsageError("there is no statement")
    settings = conf.get()
    timeout_s = options.timeout.total_seconds() if options.timeout else settings.QUERY_TIMEOUT_S
    if options.is_program:
        oversee(name="vedette sql", within_s=timeout_s, memory_bytes=settings.QUERY_MEMORY_BYTES)
    result = site_of(options).store().sql(text, timeout_s=timeout_s, max_rows=options.limit + 1)
    names, rows = _distinct(result.columns), result.rows[: options.limit]
    if output.is_json:
        for row in rows:
            output.document(dict(zip(names, row, strict=True)))
    elif names:
        columns = [_column(name, [row[place] for row in rows]) for place, name in enumerate(names)]
        output.table(columns, [[_shown(value) for value in row] for row in rows])
    if len(result.rows) > options.limit:
        print(f"… more rows are left out (--limit {options.limit})", file=sys.stderr)
    return 0


def _distinct(names: Sequence[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        number, candidate = 1, name
        while candidate in found:
            number += 1
            candidate = f"{name}_{number}"
        found.append(candidate)
    return found


def _column(name: str, values: Sequence[object]) -> Column:
    is_number = all(isinstance(value, int | float) or value is None for value in values)
    return Column(
        name,
        "right" if is_number and values else "left",
        is_flexible=any(isinstance(value, str | dict) for value in values),
    )


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds")
    return str(value)
