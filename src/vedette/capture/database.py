"""SQL on every alias of the site: counted, timed, and recorded where it is slow or repeated.

One function is added to each connection's ``execute_wrappers`` when the connection is opened, and stays there: a request
pays nothing for it but the calls.
"""

from __future__ import annotations

import contextvars
import datetime as dt
import functools
import logging
import os
from collections.abc import Callable
from time import perf_counter
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from vedette.capture import callsite, sdk
from vedette.capture.exceptions import type_name
from vedette.capture.queries import MOST_SPANS
from vedette.capture.recorder import recorder, settings
from vedette.capture.spans import parent_id, traced_work
from vedette.capture.statements import STATEMENT_CHARS, normalised
from vedette.capture.work import Work
from vedette.pipeline.limits import as_text, clip
from vedette.record.context import RequestContext, current_request, is_recording
from vedette.record.ids import new_span_id
from vedette.record.redaction import names_secret, redacted, redacted_sql
from vedette.record.secrets import FILTERED
from vedette.record.signals import SAMPLED, Span

OWN_ALIAS = "vedette"

logger = logging.getLogger("django.db.backends")
_is_reporting = contextvars.ContextVar("vedette_reporting_query", default=False)

_Execute = Callable[[Any, Any, bool, dict[str, Any]], Any]


def install() -> None:
    """Observe the connections that are open and those that will be opened; once, however often it is called."""
    connection_created.connect(_observe_new, dispatch_uid="vedette.capture.database")
    for connection in connections.all(initialized_only=True):
        _observe(connection)


def _observe_new(sender: object, connection: BaseDatabaseWrapper, **_: object) -> None:
    _observe(connection)


def _observe(connection: BaseDatabaseWrapper) -> None:
    wrappers: list[Any] = connection.execute_wrappers
    if connection.alias != OWN_ALIAS and _timed not in wrappers:
        # First, hence outermost; and Django's own context manager takes away the last.
        wrappers.insert(0, _timed)


def _timed(execute: _Execute, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    if not is_recording.get():
        return execute(sql, params, many, context)
    started = perf_counter()
    try:
        result = execute(sql, params, many, context)
    except Exception as error:
        _note(sql, params, (perf_counter() - started) * 1000, context, error)
        raise
    _note(sql, params, (perf_counter() - started) * 1000, context, None)
    return result


def _note(sql: Any, params: Any, ms: float, context: dict[str, Any], error: Exception | None) -> None:
    try:
        values = settings()
        connection = context["connection"]
        text = sql if isinstance(sql, str) else as_text(sql)
        if len(text) > STATEMENT_CHARS:
            text = text[:STATEMENT_CHARS]
        statement = normalised(text, is_mysql=True) if connection.vendor == "mysql" else normalised(text)
        work: RequestContext | None = current_request.get() or sdk.joined()
        is_slow = ms > values.SLOW_QUERY_MS
        is_chosen = False
        if isinstance(work, Work):
            suspect = work.queries.add(
                statement,
                ms,
                vendor=connection.vendor,
                alias=connection.alias,
                is_slow=is_slow,
                suspect_at=values.REPEATED_QUERY_COUNT,
            )
            if suspect is not None:
                suspect.call_site = callsite.find(base_dir=_base_dir())
        traced = traced_work()
        if traced is not None:
            work = traced
            if traced.queries.span_count < MOST_SPANS:
                traced.queries.span_count += 1
                is_chosen = True
        if is_slow or is_chosen:
            _record(
                work,
                statement,
                ms,
                connection,
                error,
                is_slow,
                is_chosen,
                (sql, params) if values.SEND_DEFAULT_PII else None,
            )
    except Exception:  # noqa: BLE001 - the host's edge: the site's query has succeeded or failed by itself
        recorder().drops.count(Span.table, "capture_failed")


def _record(
    work: RequestContext | None,
    statement: str,
    ms: float,
    connection: BaseDatabaseWrapper,
    error: Exception | None,
    is_slow: bool,
    is_chosen: bool,
    whole: tuple[Any, Any] | None,
) -> None:
    attributes = {"db.system": connection.vendor, "db.alias": connection.alias}
    site = callsite.find(base_dir=_base_dir())
    if site is not None:
        attributes.update(site.attributes())
    if is_slow:
        attributes["slow"] = "true"
    if not is_chosen:
        # Kept for what it is: figures of what was sampled leave it out, or slow statements would seem frequent.
        attributes[SAMPLED] = "false"
    if error is not None:
        attributes["exception.type"] = type_name(error)
    if whole is not None:
        attributes["db.query.text"] = redacted_sql(clip(as_text(whole[0]), STATEMENT_CHARS), keep_pii=True)
        attributes["db.query.parameters"] = _parameters(statement, whole[1])
    recorder().record(
        Span(
            time=dt.datetime.now(dt.UTC) - dt.timedelta(milliseconds=ms),
            trace_id=work.trace_id if work is not None else "",
            span_id=new_span_id(),
            parent_span_id=_parent_id(work),
            request_id=work.request_id if work is not None else "",
            user_id=work.user_id if work is not None else "",
            op="db",
            kind="client",
            name=statement,
            duration_ms=round(ms, 3),
            status="error" if error is not None else "ok",
            attributes=attributes,
        )
    )
    if is_slow:
        _warn(statement, ms, connection.alias, attributes)


def _parameters(statement: str, params: Any) -> str:
    # Which of them is the secret that the statement names, only the database knows.
    if params and names_secret(statement):
        return FILTERED
    return redacted(clip(as_text(params), STATEMENT_CHARS), keep_pii=True)


def _parent_id(work: RequestContext | None) -> str:
    if work is None:
        return ""
    return parent_id(work) if isinstance(work, Work) and work.is_sampled else work.span_id


def _warn(statement: str, ms: float, alias: str, attributes: dict[str, str]) -> None:
    # A site's own handler may write to its database, slowly: that query is a span, but it is not logged in turn.
    if _is_reporting.get():
        return
    token = _is_reporting.set(True)
    try:
        extra = {"duration_ms": round(ms, 3), "alias": alias, "statement": statement}
        extra.update(
            {name: attributes[name] for name in ("code.filepath", "code.lineno") if name in attributes}
        )
        if "db.query.text" in attributes:
            extra["sql"], extra["params"] = attributes["db.query.text"], attributes["db.query.parameters"]
        logger.warning("Slow query: %.0f ms on %s: %s", ms, alias, clip(statement, 500), extra=extra)
    finally:
        _is_reporting.reset(token)


@functools.lru_cache(maxsize=1)
def _base_dir() -> str:
    from django.conf import settings as site

    base_dir = getattr(site, "BASE_DIR", "")
    return os.fspath(base_dir) if isinstance(base_dir, str | os.PathLike) else ""
