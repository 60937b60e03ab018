"""Statements that a piece of work has repeated, recorded when it ends."""

from __future__ import annotations

from vedette.capture.queries import Statement
from vedette.capture.recorder import recorder
from vedette.capture.work import Work
from vedette.record.ids import new_span_id
from vedette.record.signals import Span


def record(work: Work) -> None:
    """Record each statement that was repeated in *work* as a span ``db.repeated`` below its root."""
    for statement in work.queries.suspects or ():
        recorder().record(
            Span(
                time=statement.first_at,
                trace_id=work.trace_id,
                span_id=new_span_id(),
                parent_span_id=work.span_id,
                request_id=work.request_id,
                user_id=work.user_id,
                op="db.repeated",
                kind="client",
                name=statement.text,
                duration_ms=round(statement.ms, 3),
                status="ok",
                attributes=_attributes(statement),
            )
        )


def _attributes(statement: Statement) -> dict[str, str]:
    attributes = {"db.system": statement.vendor, "db.alias": statement.alias, "count": str(statement.count)}
    if statement.call_site is not None:
        attributes.update(statement.call_site.attributes())
    return attributes
