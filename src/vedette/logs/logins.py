"""Failed log-ins, by the name that was tried and the address they came from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from vedette.logs.filters import NO_FILTERS, Filters, conditions
from vedette.store.bindings import Bindings
from vedette.store.dialect import Dialect
from vedette.store.query import Query, Store, TimeRange

USER_ATTRIBUTES = ("username", "user", "email", "login", "user.name")
ADDRESS_ATTRIBUTES = ("ip_address", "ip", "client_ip", "remote_addr", "client.address")
EVENTS = ("user_login_failed", "login_failed")
"""Values of the attribute ``event`` that say so outright; the first is the name of Django's signal."""
PHRASES = (
    "log-in failed",
    "login failed",
    "failed log-in",
    "failed login",
    "login failure",
    "invalid login",
    "authentication failed",
    "invalid credentials",
)
"""What the message says otherwise, of a record that names a user or an address in its attributes."""
HINTS = ("log-in", "login", "authentication", "credentials")
"""One of these is in the message of any of them; the attributes of other records need not be read."""


@dataclass(frozen=True, slots=True)
class FailedLogins:
    """The failed log-ins of one user from one address; ``""`` where a record does not say."""

    user: str
    address: str
    count: int
    first_at: dt.datetime
    last_at: dt.datetime


@dataclass(frozen=True, slots=True)
class FailedLoginsFound:
    """Failed log-ins, the most frequent first."""

    logins: tuple[FailedLogins, ...]
    queries: tuple[Query, ...]


def list_failed_logins(
    store: Store, *, range: TimeRange, filters: Filters = NO_FILTERS, limit: int = 100
) -> FailedLoginsFound:
    """Return the failed log-ins that log records of *range* tell of.

    Raises:
        QueryError: If the store cannot answer.
    """
    bindings = Bindings(store.dialect)
    user = _first_of(store.dialect, USER_ATTRIBUTES)
    address = _first_of(store.dialect, ADDRESS_ATTRIBUTES)
    where = " AND ".join([bindings.within(range), *conditions(filters, bindings)])
    event = store.dialect.map_get("attributes", "'event'")
    by_event = " OR ".join(f"{event} = {bindings.bind('event', name)}" for name in EVENTS)
    sql = (
        "SELECT who, address, count(*) AS n, min(time) AS first_at, max(time) AS last_at FROM "
        f"(SELECT time, {user} AS who, {address} AS address, CASE WHEN {by_event} THEN 1 ELSE 0 END AS is_event, "
        f"CASE WHEN {_says(PHRASES, bindings)} THEN 1 ELSE 0 END AS is_said FROM logs "
        f"WHERE {where} AND ({_says(HINTS, bindings)})) AS seen "
        "WHERE is_event = 1 OR (is_said = 1 AND (who <> '' OR address <> '')) "
        f"GROUP BY who, address ORDER BY n DESC, last_at DESC, who, address LIMIT {limit}"
    )
    query = Query(sql, ("logs",), bindings.values, range)
    (result,) = store.run(query)
    return FailedLoginsFound(tuple(FailedLogins(*row) for row in result.rows), (query,))


def _first_of(dialect: Dialect, names: tuple[str, ...]) -> str:
    found = [dialect.map_get("attributes", f"'{name}'") for name in names]
    cases = " ".join(f"WHEN {value} <> '' THEN {value}" for value in found)
    return f"(CASE {cases} ELSE '' END)"


def _says(phrases: tuple[str, ...], bindings: Bindings) -> str:
    """Return the condition that the message has one of *phrases*.

    There are few templates and many messages: the template is asked where there is one.
    """
    contains = bindings.dialect.contains
    placeholders = [bindings.bind("phrase", phrase) for phrase in phrases]
    template = " OR ".join(contains("template", phrase) for phrase in placeholders)
    message = " OR ".join(contains("message", phrase) for phrase in placeholders)
    return f"{template} OR (template = '' AND ({message}))"
