"""What is in the store of each service, and what was dropped on its way there.

Records are counted by their service, not by the key that let them in: a site's own service has records that came with no
key at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from vedette.ingest.uses import METRIC as KEY_USED
from vedette.store.bindings import Bindings
from vedette.store.losses import METRIC as DROPPED
from vedette.store.query import Query, Store, TimeRange

CLIENT_REPORT = "sentry.client_report"
"""The metric in which an SDK tells what it dropped before it could send it."""
TABLES = ("errors", "logs", "spans", "requests", "metrics", "checks", "events", "profiles")


@dataclass(frozen=True, slots=True)
class Received:
    """The records of one table, and when the last of them was made."""

    table: str
    records: int
    last_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Dropped:
    """What was lost of one kind for one reason; by the sender itself, or here."""

    kind: str
    reason: str
    records: int
    is_by_sender: bool

    @property
    def why(self) -> str:
        """The reason in words."""
        return self.reason.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Intake:
    """What came of one service in a time; tables without a record are left out, the most dropped come first."""

    received: tuple[Received, ...] = ()
    dropped: tuple[Dropped, ...] = ()

    @property
    def records(self) -> int:
        """All records."""
        return sum(each.records for each in self.received)

    @property
    def dropped_here(self) -> int:
        """All that was sent and not kept."""
        return sum(each.records for each in self.dropped if not each.is_by_sender)

    @property
    def last_at(self) -> dt.datetime | None:
        """When the last record was made."""
        return max((each.last_at for each in self.received), default=None)

    def of(self, table: str) -> int:
        """Return how many records of *table* there are."""
        return next((each.records for each in self.received if each.table == table), 0)


def get_intake(store: Store, *, range: TimeRange) -> Mapping[str, Intake]:
    """Return what came in the *range*, by service.

    Raises:
        QueryError: If the store cannot answer.
    """
    counted, lost = store.run(_received(store, range), _dropped(store, range))
    received: dict[str, list[Received]] = {}
    for table, service, records, last_at in counted.rows:
        received.setdefault(service, []).append(Received(table, records, last_at))
    dropped: dict[str, list[Dropped]] = {}
    for service, name, kind, reason, records in lost.rows:
        dropped.setdefault(service, []).append(Dropped(kind, reason, round(records), name == CLIENT_REPORT))
    return {
        service: Intake(
            tuple(sorted(received.get(service, ()), key=lambda each: TABLES.index(each.table))),
            tuple(dropped.get(service, ())),
        )
        for service in received.keys() | dropped.keys()
    }


def _received(store: Store, range: TimeRange) -> Query:
    bindings = Bindings(store.dialect)
    within = bindings.within(range)
    # What tells of losses, or of the use of keys, is no record of the service's own.
    names = [bindings.bind("own", name) for name in (DROPPED, CLIENT_REPORT, KEY_USED)]
    told = f"name NOT IN ({', '.join(names)})"
    counts = (
        f"SELECT '{table}' AS kind, service, count(*) AS records, max(time) AS last_at FROM {table} "
        f"WHERE {within}{f' AND {told}' if table == 'metrics' else ''} GROUP BY service"
        for table in TABLES
    )
    return Query(" UNION ALL ".join(counts), TABLES, bindings.values, range)


def _dropped(store: Store, range: TimeRange) -> Query:
    bindings = Bindings(store.dialect)
    signal, category, reason = (
        store.dialect.map_get("attributes", f"'{key}'") for key in ("signal", "category", "reason")
    )
    names = f"({bindings.bind('dropped', DROPPED)}, {bindings.bind('report', CLIENT_REPORT)})"
    # Either names what was lost in an attribute of its own, and has nothing under the other's name.
    sql = (
        f"SELECT service, name, concat({signal}, {category}) AS what, {reason} AS why, sum(sum) AS records FROM metrics "
        f"WHERE {bindings.within(range)} AND name IN {names} GROUP BY service, name, what, why "
        "ORDER BY records DESC, what, why"
    )
    return Query(sql, ("metrics",), bindings.values, range)
