"""What capture would have recorded beside a request: logs, queries, a trace."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator

from vedette.cli.demo.pages import Failure, Page, Statement
from vedette.record.signals import SAMPLED, Log, Request, Signal, Span

_SEVERITIES = {"INFO": 9, "WARNING": 13, "ERROR": 17}
_REASONS = {404: "Not Found", 422: "Unprocessable Entity", 500: "Internal Server Error"}
_FEWEST_REPEATED = 5
_MOST_TASKS = 40_000


def logs_of(
    request: Request, page: Page, *, failure: Failure | None, choices: random.Random
) -> Iterator[Signal]:
    """Yield what the site and Django log about a request."""
    if page.log is not None:
        attributes = {"task_id": str(choices.randrange(1, _MOST_TASKS)), "change": page.log.change}
        place = ("operations", page.log.line)
        yield _log(request, "INFO", "apps.tasks", page.log.message, place=place, attributes=attributes)
    if request.status >= 400:
        yield _log(
            request,
            "ERROR" if request.status >= 500 else "WARNING",
            "django.request",
            f"{_REASONS[request.status]}: {request.path}",
            template="%s: %s",
            place=("log", 253),
            attributes={"status_code": str(request.status)},
            exception=failure.traceback if failure is not None else "",
        )


def failed_log_in_of(request: Request, *, username: str, address: str) -> Log:
    """Return what the site logs about a failed log-in."""
    return _log(
        request,
        "WARNING",
        "apps.core",
        f"Log-in failed for {username} from {address}",
        template="Log-in failed for %s from %s",
        place=("receivers", 26),
        attributes={"username": username, "ip_address": address},
    )


def queries_of(request: Request, page: Page, *, cards: int, choices: random.Random) -> Iterator[Signal]:
    """Yield the queries that are recorded of every request: repeated ones, and slow ones with their warning."""
    if cards >= _FEWEST_REPEATED:
        for statement in page.per_card:
            attributes = {**_call_site(statement), "count": str(cards)}
            ms = request.query_ms * 0.4
            yield _span(request, "db.repeated", statement.text, 0.05, ms, attributes, choices)
    if page.slow is None or not request.slow_query_count:
        return
    ms = round(request.query_ms * 0.97, 3)
    site = _call_site(page.slow)
    yield _span(request, "db", page.slow.text, 0.03, ms, {**site, "slow": "true", SAMPLED: "false"}, choices)
    yield _log(
        request,
        "WARNING",
        "django.db.backends",
        f"Slow query: {ms:.0f} ms on default: {page.slow.text[:500]}",
        template="Slow query: %.0f ms on %s: %s",
        place=("database", 217),
        attributes={
            "duration_ms": str(ms),
            "alias": "default",
            "statement": page.slow.text,
            "code.filepath": site["code.filepath"],
            "code.lineno": site["code.lineno"],
        },
    )


def trace_of(request: Request, page: Page, *, choices: random.Random) -> Iterator[Signal]:
    """Yield the spans of a request that was sampled: its own, and one for each query."""
    root = _span(
        request,
        "http.server",
        f"{request.method} {request.route}".rstrip(),
        0.0,
        request.duration_ms,
        {
            "http.request.method": request.method,
            "http.response.status_code": str(request.status),
            "http.route": request.route,
        },
        choices,
    )
    root.span_id, root.parent_span_id, root.kind = request.span_id, "", "server"
    root.status = "error" if request.status >= 500 else "ok"
    yield root
    count = len(page.statements)
    for place, text in enumerate(page.statements):
        ms = request.query_ms / (count + 2) * choices.uniform(0.4, 1.2)
        attributes = {"db.system": "sqlite", "db.alias": "default"}
        yield _span(request, "db", text, 0.1 + 0.8 * place / count, ms, attributes, choices)


def _span(
    request: Request,
    op: str,
    name: str,
    begun: float,
    ms: float,
    attributes: dict[str, str],
    choices: random.Random,
) -> Span:
    return Span(
        time=request.time + dt.timedelta(milliseconds=request.duration_ms * begun),
        service=request.service,
        environment=request.environment,
        release=request.release,
        host=request.host,
        trace_id=request.trace_id,
        span_id=f"{choices.getrandbits(64):016x}",
        request_id=request.request_id,
        user_id=request.user_id,
        attributes=attributes,
        parent_span_id=request.span_id,
        op=op,
        name=name,
        duration_ms=round(ms, 3),
        status="ok",
        kind="client",
    )


def _log(
    request: Request,
    level: str,
    logger: str,
    message: str,
    *,
    place: tuple[str, int],
    attributes: dict[str, str],
    template: str = "",
    exception: str = "",
) -> Log:
    return Log(
        time=request.time + dt.timedelta(milliseconds=request.duration_ms * 0.9),
        service=request.service,
        environment=request.environment,
        release=request.release,
        host=request.host,
        trace_id=request.trace_id,
        span_id=request.span_id,
        request_id=request.request_id,
        user_id=request.user_id,
        attributes=attributes,
        severity=_SEVERITIES[level],
        severity_text=level,
        logger=logger,
        message=message,
        template=template or message,
        module=place[0],
        line=place[1],
        exception=exception,
    )


def _call_site(statement: Statement) -> dict[str, str]:
    return {
        "db.system": "sqlite",
        "db.alias": "default",
        "code.filepath": f"apps/tasks/views/{statement.view}.py",
        "code.lineno": str(statement.line),
        "code.function": statement.view,
    }
