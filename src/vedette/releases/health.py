"""Which sessions, and which people, met no crash of a release.

What `vedette.wire.sentry.session` writes, counted: an update of a session tells its state, and the worst one told is the
session's; it is counted where the update that began it is there.  A count of many sessions is what it says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vedette.store import steps
from vedette.store.bindings import Bindings
from vedette.store.dialect import Dialect
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


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCourses:
    """The health of releases of one service over time, by version; `sessions` counts those of all its releases."""

    starts: tuple[dt.datetime, ...]
    step_s: int
    by_version: dict[str, tuple[Health, ...]]
    sessions: tuple[int, ...]


def get_health(
    store: Store, *, range: TimeRange, service: str = "", environment: str = ""
) -> dict[tuple[str, str], Health]:
    """Return the health of each release (service and version) that had sessions in *range*.

    Raises:
        QueryError: If the store cannot answer.
    """
    bindings = Bindings(store.dialect)
    keys = {"service": "service", "release": "release"}
    sql = _counted(store.dialect, bindings, keys, range=range, service=service, environment=environment)
    (result,) = store.run(Query(sql, ("metrics",), bindings.values, range))
    return {(named, release): _health(counts) for named, release, *counts in result.rows}


def get_health_courses(
    store: Store,
    *,
    range: TimeRange,
    service: str,
    versions: Sequence[str],
    points: int,
    environment: str = "",
) -> HealthCourses:
    """Return the health of *versions* of *service* over time; a session is counted in the step in which it began.

    Raises:
        QueryError: If the store cannot answer.
    """
    step_s = steps.choose_step_s(range, points=points)
    bindings = Bindings(store.dialect)
    wanted = ", ".join(bindings.bind("version", version) for version in versions)
    # The others together: there may be very many, and they matter as the whole of which a release has a share alone.
    keys = {
        "version": f"CASE WHEN release IN ({wanted}) THEN release ELSE '' END",
        "step_start": store.dialect.step("time", step_s),
    }
    sql = _counted(store.dialect, bindings, keys, range=range, service=service, environment=environment)
    (result,) = store.run(Query(sql, ("metrics",), bindings.values, range))
    starts = tuple(steps.starts(range, step_s))
    found = {(version, at): _health(counts) for version, at, *counts in result.rows}
    nothing = Health()
    courses = {
        version: tuple(found.get((version, at), nothing) for at in starts) for version in (*versions, "")
    }
    sessions = tuple(sum(step.sessions for step in each) for each in zip(*courses.values(), strict=True))
    del courses[""]
    return HealthCourses(starts=starts, step_s=step_s, by_version=courses, sessions=sessions)


def _health(counts: Sequence[float]) -> Health:
    sessions, crashed, users, crashed_users = (int(each) for each in counts)
    return Health(sessions=sessions, crashed_sessions=crashed, users=users, crashed_users=crashed_users)


def _counted(
    dialect: Dialect,
    bindings: Bindings,
    keys: Mapping[str, str],
    *,
    range: TimeRange,
    service: str,
    environment: str,
) -> str:
    """Return the statement that counts sessions by *keys*: expressions over `time`, `service` and `release`, by name."""

    def attribute(name: str) -> str:
        return dialect.map_get("attributes", bindings.bind("attribute", name))

    conditions = [f"name = {bindings.bind('name', NAME)}", bindings.within(range)]
    if service:
        conditions.append(f"service = {bindings.bind('service', service)}")
    if environment:
        conditions.append(f"environment = {bindings.bind('environment', environment)}")
    crashed = f"status = {bindings.bind('crashed', 'crashed')}"
    began = f"began = {bindings.bind('began', 'true')}"
    # Columns of other names than the keys': an alias must not stand for the column that it is made of.
    chosen = ", ".join(f"{expression} AS key_{name}" for name, expression in keys.items())
    grouped = ", ".join(f"key_{name}" for name in keys)
    return (
        f"WITH told AS (SELECT time, service, release, user_id, sum AS sessions, {attribute('sid')} AS sid, "
        f"{attribute('status')} AS status, {attribute('init')} AS began "
        f"FROM metrics WHERE {' AND '.join(conditions)}), "
        "single AS (SELECT min(time) AS time, service, release, sid, max(user_id) AS user_id, "
        f"max(CASE WHEN {began} THEN 1 ELSE 0 END) AS sessions, max(CASE WHEN {crashed} THEN 1 ELSE 0 END) AS is_crashed "
        "FROM told WHERE sid <> '' GROUP BY service, release, sid), "
        "counted AS (SELECT time, service, release, user_id, sessions, sessions * is_crashed AS crashed FROM single "
        "UNION ALL SELECT time, service, release, user_id, sessions, "
        f"CASE WHEN {crashed} THEN sessions ELSE 0 END AS crashed FROM told WHERE sid = '') "
        f"SELECT {chosen}, sum(sessions) AS sessions, sum(crashed) AS crashed, "
        f"{dialect.count_distinct(_person('sessions'))} AS users, "
        f"{dialect.count_distinct(_person('crashed'))} AS crashed_users "
        f"FROM counted GROUP BY {grouped}"
    )


def _person(counted: str) -> str:
    return f"CASE WHEN user_id <> '' AND {counted} > 0 THEN user_id END"


def _share(all: int, crashed: int) -> float | None:
    return (all - crashed) / all if all >= FEWEST_SESSIONS else None
