"""The cards of findings: statements that are repeated, and slow ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vedette import conf
from vedette.requests.queries import NO_ROUTE
from vedette.traces.findings import Kind
from vedette.traces.queries import Finding, get_findings
from vedette.web.fragments import Look, Values, card
from vedette.web.page import Page
from vedette.web.traces.selection import filters_of, hint


@dataclass(frozen=True, slots=True)
class Route:
    """A route that issues the statement, and the door to its requests."""

    name: str
    requests: int
    door: str


@dataclass(frozen=True, slots=True)
class Row:
    """A finding, the door to its newest example (``""`` where that was in no trace) and its routes."""

    finding: Finding
    example: str
    routes: Sequence[Route]
    mean_ms: float


@card("cards/traces_findings.html", on="traces")
def repeated_card(look: Look) -> Values:
    """Return the statements that requests issued again and again."""
    return _values(look, "repeated")


@card("cards/traces_findings.html", on="traces")
def slow_card(look: Look) -> Values:
    """Return the statements that were slow."""
    return _values(look, "slow")


def _values(look: Look, kind: Kind) -> Values:
    page = look.page
    settings = conf.load_site()[0]
    found = get_findings(
        look.store,
        kind=kind,
        range=page.period.range,
        filters=filters_of(page.params),
        slow_ms=settings.SLOW_QUERY_MS,
        repeated_at=settings.REPEATED_QUERY_COUNT,
        now=page.now,
    )
    return {
        "kind": kind,
        "rows": [_row(page, each) for each in found.findings],
        "finding_count": found.finding_count,
        "is_cut": found.finding_count > len(found.findings),
        "slow_ms": settings.SLOW_QUERY_MS,
        "repeated_at": settings.REPEATED_QUERY_COUNT,
    }


def _row(page: Page, finding: Finding) -> Row:
    example = ""
    if finding.example_trace_id:
        example = page.go(
            "trace", finding.example_trace_id, at=hint(finding.last_at), span=finding.example_span_id
        )
    routes = [
        Route(
            each.route or "no route",
            each.requests,
            page.go("requests", route=each.route or NO_ROUTE, sort="duration"),
        )
        for each in finding.routes
    ]
    mean_ms = finding.total_ms / finding.executions if finding.executions else finding.total_ms
    return Row(finding, example, routes, mean_ms)
