"""What people wrote of the errors that they met."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from vedette.issues.issue import Issue
from vedette.issues.owners import owned, owners_of
from vedette.store.bindings import Bindings
from vedette.store.query import Query, Store, TimeRange
from vedette.wire.sentry.feedback import NAME

MOST = 100
WRITTEN_WITHIN = dt.timedelta(days=30)
"""How long after an error people write of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What somebody wrote of an event; `name` and `email` as they gave them."""

    time: dt.datetime
    event_id: str
    user_id: str
    name: str
    email: str
    message: str
    url: str


def list_feedback(store: Store, issue: Issue) -> list[Feedback]:
    """Return what people wrote of the events of *issue*, the newest first.

    Raises:
        QueryError: If the store cannot answer.
        django.db.Error: If the state database cannot be asked.
    """
    range = TimeRange(issue.first_at, issue.last_at + WRITTEN_WITHIN)
    bindings = Bindings(store.dialect)

    def said(name: str) -> str:
        return store.dialect.map_get("properties", bindings.bind("property", name))

    about = said("associated_event_id")
    texts = ", ".join(f"{said(name)} AS {name}" for name in ("name", "email", "message", "url"))
    sql = (
        f"SELECT time, {about} AS event_id, user_id, {texts} FROM events WHERE {bindings.within(range)} "
        f"AND name = {bindings.bind('event', NAME)} AND {about} IN "
        f"(SELECT errors.event_id FROM {owned(owners_of([issue.id]), bindings)}) ORDER BY time DESC LIMIT {MOST}"
    )
    (result,) = store.run(Query(sql, ("events", "errors"), bindings.values, range))
    return [Feedback(**row) for row in result.dicts()]
