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

FEWEST_SHOWN = 3
NEGLIGIBLE = 0.01
"""The share of the time that findings may have together and not be shown at first."""


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
    shown = found.findings if page.params.get("rows") == "all" else _that_matter(found.findings)
    spent_ms = sum(each.total_ms for each in found.findings)
    hidden_ms = spent_ms - sum(each.total_ms for each in shown)
    place, place_ms = _costliest_place(found.findings)
    return {
        "kind": kind,
        "rows": [_row(page, each) for each in shown],
        "hidden_count": len(found.findings) - len(shown),
        "hidden_ms": hidden_ms,
        "spent_ms": spent_ms,
        "place": place,
        "place_percent": 100 * place_ms / spent_ms if spent_ms else None,
        "finding_count": found.finding_count,
        "read_count": len(found.findings),
        "is_cut": found.finding_count > len(found.findings),
        "slow_ms": settings.SLOW_QUERY_MS,
        "repeated_at": settings.REPEATED_QUERY_COUNT,
    }


def _that_matter(findings: Sequence[Finding]) -> Sequence[Finding]:
    """Return the first of *findings*, which go by time spent, that are all but a hundredth of it; a few at least."""
    left_ms = sum(each.total_ms for each in findings)
    least_ms = left_ms * NEGLIGIBLE
    for place, each in enumerate(findings):
        if left_ms <= least_ms and place >= FEWEST_SHOWN:
            return findings[:place]
        left_ms -= each.total_ms
    return findings


def _costliest_place(findings: Sequence[Finding]) -> tuple[str, float]:
    """Return the line of code whose statements took the most time, ``""`` where none is known, and that time."""
    spent: dict[str, float] = {}
    for each in findings:
        if each.call_site:
            spent[each.call_site] = spent.get(each.call_site, 0.0) + each.total_ms
    return max(spent.items(), key=lambda pair: pair[1], default=("", 0.0))


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
