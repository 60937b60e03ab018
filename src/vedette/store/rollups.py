"""Rollups: sums over whole hours and days of a signal, from which pages over long ranges are answered.

A rollup's rows add up: rows of the same keys may lie in several parts, and a reader sums them.  A part of level 0 of the
source is not rolled up yet (`vedette.store.merge` does it when it merges the part); readers roll those up on the fly, so
that a rollup always agrees with its source.
"""

from __future__ import annotations

from dataclasses import dataclass

from vedette.store.dialect import Dialect
from vedette.store.schema import Column

HOUR_S = 3600
DAY_S = 86400
_MOST = 2**63 - 1
_ORIGIN = ("service", "environment", "release")


@dataclass(frozen=True, slots=True)
class Rollup:
    """Sums of `source` over steps of `step_s` seconds, by `keys`."""

    name: str
    source: str
    step_s: int
    keys: tuple[Column, ...]
    measures: tuple[Column, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns, `time` (the start of the step) first."""
        return (Column("time", "time", None), *self.keys, *self.measures)

    @property
    def source_columns(self) -> frozenset[str]:
        """The columns of the source that `from_source` reads."""
        names = {_READ_FROM.get(column.name, column.name) for column in (*self.keys, *self.measures)}
        return frozenset(names - {"requests"} | {"time"})

    def from_source(self, dialect: Dialect, source: str, *, is_summed: bool = True) -> str:
        """Return the SELECT that rolls up the relation *source*, which has the source table's columns.

        Where it is not *is_summed*, each row of the source gives one of its own, which a reader adds up with the others.
        """
        expressions = _expressions(dialect)
        keys = [f"{dialect.step('time', self.step_s)} AS time"]
        keys += [f"{expressions.get(key.name, key.name)} AS {key.name}" for key in self.keys]
        terms = {measure: _SOURCES.get(measure.name, measure.name) for measure in self.measures}
        measures = [
            f"{_sum(measure, term) if is_summed else term} AS {measure.name}"
            for measure, term in terms.items()
        ]
        condition = " WHERE user_id <> ''" if self.name.startswith("users") else ""
        grouping = " GROUP BY ALL" if is_summed else ""
        return f"SELECT {', '.join(keys + measures)} FROM {source}{condition}{grouping}"

    def merged(self, relation: str) -> str:
        """Return the SELECT that adds up the rows of *relation*, which has this rollup's columns."""
        keys = ", ".join(("time", *(key.name for key in self.keys)))
        measures = ", ".join(f"{_sum(measure, measure.name)} AS {measure.name}" for measure in self.measures)
        return f"SELECT {keys}, {measures} FROM {relation} GROUP BY ALL"


def _expressions(dialect: Dialect) -> dict[str, str]:
    return {
        "status_class": "CAST(status // 100 AS BIGINT)",
        "bucket": dialect.log_bucket("duration_ms"),
    }


_READ_FROM = {"status_class": "status", "bucket": "duration_ms"}
_SOURCES = {"requests": "1", "response_bytes": "coalesce(response_bytes, 0)"}


def _sum(measure: Column, expression: str) -> str:
    # Whole sums are of a wider type than their terms; a part must hold the column's own.  What records claim may be beyond
    # it, and must not make the rollup impossible.
    total = f"sum({expression})"
    within = f"greatest(least({total}, {_MOST}), -{_MOST})"
    return f"CAST({within} AS BIGINT)" if measure.kind == "integer" else total


def _texts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "text", "") for name in names)


def _integers(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "integer", 0) for name in names)


def _floats(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "float", 0.0) for name in names)


_TRAFFIC_KEYS = (*_texts(*_ORIGIN, "route", "method"), *_integers("status_class"))
_DURATION_KEYS = (*_texts(*_ORIGIN), *_integers("status_class", "bucket"))
(_BUCKET,) = _integers("bucket")
_TRAFFIC_MEASURES = (
    *_integers("requests"),
    *_floats("duration_ms", "query_ms"),
    *_integers("response_bytes", "query_count", "slow_query_count", "repeated_query_count"),
)

ROLLUPS: dict[str, Rollup] = {
    rollup.name: rollup
    for rollup in (
        Rollup("requests_hourly", "requests", HOUR_S, _TRAFFIC_KEYS, _TRAFFIC_MEASURES),
        Rollup("requests_daily", "requests", DAY_S, _TRAFFIC_KEYS, _TRAFFIC_MEASURES),
        # Tables of their own: counts by bucket are tens of times as many rows as sums are, and by route ten times again.
        Rollup("durations_hourly", "requests", HOUR_S, _DURATION_KEYS, _integers("requests")),
        Rollup("durations_daily", "requests", DAY_S, _DURATION_KEYS, _integers("requests")),
        Rollup(
            "route_durations_hourly", "requests", HOUR_S, (*_TRAFFIC_KEYS, _BUCKET), _integers("requests")
        ),
        Rollup("route_durations_daily", "requests", DAY_S, (*_TRAFFIC_KEYS, _BUCKET), _integers("requests")),
        Rollup("users_hourly", "requests", HOUR_S, _texts(*_ORIGIN, "user_id"), _integers("requests")),
        Rollup("users_daily", "requests", DAY_S, _texts(*_ORIGIN, "user_id"), _integers("requests")),
    )
}


def rollups_of(source: str) -> tuple[Rollup, ...]:
    """Return the rollups made from the table *source*."""
    return tuple(rollup for rollup in ROLLUPS.values() if rollup.source == source)
