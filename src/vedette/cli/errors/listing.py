"""The list of issues."""

from __future__ import annotations

import argparse
import dataclasses

from vedette.cli import words
from vedette.cli.options import UsageError, range_of
from vedette.cli.output import Output
from vedette.cli.site import site_of
from vedette.cli.table import Column
from vedette.issues import queries
from vedette.issues.queries import IssueFigures, IssueFilters, SearchError


def write(options: argparse.Namespace, output: Output) -> None:
    """Write the issues that were asked for."""
    site, range = site_of(options), range_of(options)
    page = queries.list_issues(
        site.store(), range=range, filters=_filters(options), sort=options.sort, limit=options.limit
    )
    if output.is_json:
        for row in page.rows:
            output.document(_document(row))
        return
    if not page.rows:
        output.line(f"No issue matches, from {output.time(range.start)} to {output.time(range.end)}.")
        return
    now = site.now()
    columns = [
        Column("issue"),
        Column("events", "right"),
        Column("users", "right"),
        Column("last seen"),
        Column("first seen"),
        Column("state"),
        Column("title", is_flexible=True),
        Column("where", is_flexible=True),
    ]
    rows = [
        (
            row.issue.short_id,
            words.count(row.events),
            words.count(row.users) if row.users else "-",  # no event names one: not known
            words.ago(row.last_at, now=now),
            words.ago(row.issue.first_at, now=now),
            "regressed" if row.issue.is_regressed else row.issue.status,
            row.issue.title,
            row.issue.culprit or "-",
        )
        for row in page.rows
    ]
    output.table(columns, rows)
    if page.next is not None:
        output.line(
            output.styled(f"… {page.total - len(rows):,} more are left out (--limit {options.limit})", "dim")
        )
    if page.is_cut:
        output.line(output.styled("There are more issues than are looked at: name a shorter time.", "dim"))


def _filters(options: argparse.Namespace) -> IssueFilters:
    text = " ".join(options.query)
    try:
        filters = queries.parse_search(text)
    except SearchError as error:
        raise UsageError(str(error)) from error
    if options.status is not None:
        filters = dataclasses.replace(filters, status="" if options.status == "all" else options.status)
    return filters


def _document(row: IssueFigures) -> dict[str, object]:
    # The range's figures, beside all that were ever seen.
    return {
        "issue": row.issue,
        "events": row.events,
        "users": row.users,
        "last_at": row.last_at,
        "sparkline": row.sparkline,
        "step_s": row.step_s,
    }
