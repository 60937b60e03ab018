"""Rollups: sums over whole hours and days of a signal, from which pages over long ranges are answered.

A rollup's rows add up: rows of the same keys may lie in several parts, and a reader sums them.  A part of level 0 of the
source is not rolled up yet (`vedette.store.merge` does it when it merges the part); readers roll those up on the fly, so
that a rollup always agrees with its source.  The same goes for parts that were merged before there was a rollup.
"""

from __future__ import annotations

from dataclasses import dataclass

from vedette.record.buckets import LN_GAMMA
from vedette.record.signals import SAMPLED
from vedette.store.dialect import Dialect
from vedette.store.schema import Column

HOUR_S = 3600
DAY_S = 86400
_MOST = 2**63 - 1
_ORIGIN = ("service", "environment", "release")


MOST_NAMES = 500
"""How many names of operations a rollup keeps apart for each service, those that took the most time; the rest is one.

What a program calls its operations may hold an id: without a bound such a rollup would be as large as its source.
"""


@dataclass(frozen=True, slots=True)
class Rollup:
    """Sums of `source` over steps of `step_s` seconds, by `keys`; it came with the edition `edition` of the rollups."""

    name: str
    source: str
    step_s: int
    keys: tuple[Column, ...]
    measures: tuple[Column, ...]
    edition: int = 1

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns, `time` (the start of the step) first."""
        return (Column("time", "time", None), *self.keys, *self.measures)

    @property
    def has_names(self) -> bool:
        """Whether names are among the keys, of which `MOST_NAMES` are kept apart."""
        return any(key.name == "is_rest" for key in self.keys)

    def prepared(self, dialect: Dialect) -> dict[str, str]:
        """Return the columns that `from_source` reads, each with its expression over the source table."""
        expressions = _prepared(dialect)
        names = {_READ_FROM.get(column.name, column.name) for column in (*self.keys, *self.measures)}
        return {name: expressions.get(name, name) for name in sorted(names - _MADE | {"time"})}

    def from_source(self, dialect: Dialect, prepared: str, *, is_summed: bool = True) -> str:
        """Return the SELECT that rolls up the relation *prepared*, which has the columns of `prepared`.

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
        return f"SELECT {', '.join(keys + measures)} FROM {prepared}{condition}{grouping}"

    def merged(self, relation: str) -> str:
        """Return the SELECT that adds up the rows of *relation*, which has this rollup's columns."""
        keys = ", ".join(("time", *(key.name for key in self.keys)))
        measures = ", ".join(f"{_sum(measure, measure.name)} AS {measure.name}" for measure in self.measures)
        return f"SELECT {keys}, {measures} FROM {relation} GROUP BY ALL"

    def bounded(self, relation: str) -> str:
        """Return the SELECT of *relation*, which has this rollup's columns, with no more than `MOST_NAMES` names."""
        spent = _SPENT_US if any(each.name == "duration_ms" for each in self.measures) else _ESTIMATED_US
        kept = (
            f"SELECT {_NAMED} FROM (SELECT {_NAMED}, row_number() OVER "
            "(PARTITION BY service, is_root ORDER BY spent_us DESC, op, name) AS place "
            f"FROM (SELECT {_NAMED}, sum({spent}) AS spent_us FROM rolled WHERE is_rest = 0 GROUP BY {_NAMED})"
            f") WHERE place <= {MOST_NAMES}"
        )
        is_kept = f"is_rest = 0 AND ({_NAMED}) IN ({kept})"
        replaced = {
            "name": "CASE WHEN is_kept THEN name ELSE '' END",
            "is_rest": "CASE WHEN is_kept THEN 0 ELSE 1 END",
        }
        columns = ", ".join(f"{replaced.get(each.name, each.name)} AS {each.name}" for each in self.columns)
        told = f"(SELECT {columns} FROM (SELECT *, {is_kept} AS is_kept FROM rolled))"
        # Not materialized: with names without end the rows may be more than there is memory for, those that are kept not.
        return f"WITH rolled AS NOT MATERIALIZED (SELECT * FROM {relation}) {self.merged(told)}"


def _prepared(dialect: Dialect) -> dict[str, str]:
    return {
        "is_root": f"CASE WHEN {is_root(dialect)} THEN 1 ELSE 0 END",
        "is_sampled": f"CASE WHEN {is_sampled(dialect)} THEN 1 ELSE 0 END",
    }


def is_root(dialect: Dialect) -> str:
    """Return the condition that a service's part of a trace begins with the span.

    Such a span has no parent, or one in another service: it serves a request, takes a message, or is said to be one.
    """
    said = dialect.map_get("attributes", "'sentry.is_segment'")
    return f"trace_id <> '' AND (parent_span_id = '' OR kind IN ('server', 'consumer') OR {said} = 'true')"


def is_sampled(dialect: Dialect) -> str:
    """Return the condition that the span was kept with its trace, and not for what it is."""
    return dialect.map_get("attributes", f"'{SAMPLED}'") + " <> 'false'"


def _expressions(dialect: Dialect) -> dict[str, str]:
    return {
        "status_class": "CAST(status // 100 AS BIGINT)",
        "bucket": dialect.log_bucket("duration_ms"),
        "is_rest": "0",
    }


_READ_FROM = {"status_class": "status", "bucket": "duration_ms"}
_MADE = frozenset({"requests", "spans", "is_rest"})
_SOURCES = {"requests": "1", "spans": "1", "response_bytes": "coalesce(response_bytes, 0)"}
_NAMED = "service, is_root, op, name"
# Whole numbers add up to the same in any order, so that the same names are kept however often one asks.
_SPENT_US = "CAST(1000 * greatest(least(duration_ms, 1e14), 0) AS BIGINT)"
# What the spans of a bucket took, within 1 %: enough to say which names matter.
_ESTIMATED_US = f"CAST(1000 * spans * least(exp(bucket * {LN_GAMMA!r}), 1e9) AS BIGINT)"


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
_SPAN_KEYS = (*_texts(*_ORIGIN, "op", "name", "status"), *_integers("is_root", "is_sampled", "is_rest"))
_SPAN_MEASURES = (*_integers("spans"), *_floats("duration_ms"))
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
        Rollup("spans_hourly", "spans", HOUR_S, _SPAN_KEYS, _SPAN_MEASURES, edition=2),
        Rollup("spans_daily", "spans", DAY_S, _SPAN_KEYS, _SPAN_MEASURES, edition=2),
        Rollup(
            "span_durations_hourly", "spans", HOUR_S, (*_SPAN_KEYS, _BUCKET), _integers("spans"), edition=2
        ),
        Rollup("span_durations_daily", "spans", DAY_S, (*_SPAN_KEYS, _BUCKET), _integers("spans"), edition=2),
    )
}


EDITION = max(rollup.edition for rollup in ROLLUPS.values())
"""The edition of the rollups that a part is in once it was rolled up."""


def rollups_of(source: str, *, after: int = 0) -> tuple[Rollup, ...]:
    """Return the rollups made from the table *source* that came after the edition *after*."""
    return tuple(rollup for rollup in ROLLUPS.values() if rollup.source == source and rollup.edition > after)
