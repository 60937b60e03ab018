"""Which sessions, and which people, met no crash of a release.

What `vedette.wire.sentry.session` writes, counted: an update of a session tells its state, and the worst one told is the
session's; it is counted where the update that began it is there.  A count of many sessions is what it says.
"""

from __future__ import annotations

from dataclasses import dataclass

from vedette.store.bindings import Bindings
from vedette.store.query import Query, Store, TimeRange

NAME = "sessions"
FEWEST_SESSIONS = 20
"""Of fewer sessions, or people, no share is told: it would say more than is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The sessions of a release that began in a range; `users` are those that are known, each once."""

    sessions: int = 0
    crashed_sessions: int = 0
    users: int = 0
    crashed_users: int = 0

    @property
    def crash_free_sessions(self) -> float | None:
        """The share (0 to 1) of sessions that met no crash; None where there are too few."""
        return _share(self.sessions, self.crashed_sessions)

    @property
    def crash_free_users(self) -> float | None:
        """The share (0 to 1) of people who met no crash; None where there are too few."""
        return _share(self.users, self.crashed_users)


def get_health(
    store: Store, *, range: TimeRange, service: str = "", environment: str = ""
) -> dict[tuple[str, str], Health]:
    """Return the health of each release (service and version) that had sessions in *range*.

    Raises:
        QueryError: If the store cannot answer.
    """
    (result,) = store.run(_query(store, range, service, environment))
    return {
        (named, release): Health(
            sessions=int(sessions),
            crashed_sessions=int(crashed),
            users=int(users),
            crashed_users=int(crashed_users),
        )
        for named, release, sessions, crashed, users, crashed_users in result.rows
    }


def _query(store: Store, range: TimeRange, service: str, environment: str) -> Query:
    dialect = store.dialect
    bindings = Bindings(dialect)

    def attribute(name: str) -> str:
        return dialect.map_get("attributes", bindings.bind("attribute", name))

    conditions = [f"name = {bindings.bind('name', NAME)}", bindings.within(range)]
    if service:
        conditions.append(f"service = {bindings.bind('service', service)}")
    if environment:
        conditions.append(f"environment = {bindings.bind('environment', environment)}")
    crashed = f"status = {bindings.bind('crashed', 'crashed')}"
    began = f"began = {bindings.bind('began', 'true')}"
    sql = (
        f"WITH told AS (SELECT service, release, user_id, sum AS sessions, {attribute('sid')} AS sid, "
        f"{attribute('status')} AS status, {attribute('init')} AS began "
        f"FROM metrics WHERE {' AND '.join(conditions)}), "
        "single AS (SELECT service, release, sid, max(user_id) AS user_id, "
        f"max(CASE WHEN {began} THEN 1 ELSE 0 END) AS sessions, max(CASE WHEN {crashed} THEN 1 ELSE 0 END) AS is_crashed "
        "FROM told WHERE sid <> '' GROUP BY service, release, sid), "
        "counted AS (SELECT service, release, user_id, sessions, sessions * is_crashed AS crashed FROM single "
        f"UNION ALL SELECT service, release, user_id, sessions, CASE WHEN {crashed} THEN sessions ELSE 0 END AS crashed "
        "FROM told WHERE sid = '') "
        "SELECT service, release, sum(sessions) AS sessions, sum(crashed) AS crashed, "
        f"{dialect.count_distinct(_person('sessions'))} AS users, "
        f"{dialect.count_distinct(_person('crashed'))} AS crashed_users "
        "FROM counted GROUP BY service, release"
    )
    return Query(sql, ("metrics",), bindings.values, range)


def _person(counted: str) -> str:
    return f"CASE WHEN user_id <> '' AND {counted} > 0 THEN user_id END"


def _share(all: int, crashed: int) -> float | None:
    return (all - crashed) / all if all >= FEWEST_SESSIONS else None
