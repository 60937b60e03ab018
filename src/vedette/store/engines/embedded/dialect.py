"""DuckDB's words."""

from __future__ import annotations

from vedette.record import buckets


class DuckDBDialect:
    """`vedette.store.dialect.Dialect` for DuckDB."""

    name = "duckdb"

    def param(self, name: str, kind: str = "text") -> str:
        """Return ``$name``; DuckDB takes the type from the value."""
        return f"${name}"

    def step(self, time: str, seconds: int) -> str:
        """Return the step by arithmetic on microseconds, which is faster than ``time_bucket``."""
        width = seconds * 1_000_000
        return f"make_timestamp((epoch_us({time}) // {width}) * {width})"

    def log_bucket(self, value: str) -> str:
        """Return DDSketch's mapping."""
        return (
            f"(CASE WHEN {value} <= {buckets.SMALLEST} THEN {buckets.LOWEST} "
            f"ELSE CAST(ceil(ln({value}) * {buckets.SCALE!r}::DOUBLE) AS INTEGER) END)"
        )

    def map_get(self, mapping: str, key: str) -> str:
        """Return an element of a MAP."""
        return f"coalesce({mapping}[{key}], '')"

    def each_key(self, mapping: str) -> str:
        """Return the keys, unnested."""
        return f"unnest(map_keys({mapping}))"

    def contains(self, text: str, part: str) -> str:
        """Return a substring search over lower-cased text."""
        return f"contains(lower({text}), lower({part}))"

    def without_numbers(self, text: str) -> str:
        """Return a replacement by regular expression (RE2, as in ClickHouse)."""
        return f"regexp_replace({text}, '\\b[0-9a-fA-F]*[0-9][0-9a-fA-F]*\\b|[0-9]+', '#', 'g')"

    def count_if(self, condition: str) -> str:
        """Return an aggregate with a filter."""
        return f"count(*) FILTER ({condition})"

    def sum_if(self, value: str, condition: str) -> str:
        """Return an aggregate with a filter."""
        return f"coalesce(sum({value}) FILTER ({condition}), 0)"

    def count_distinct(self, value: str) -> str:
        """Return an exact distinct count."""
        return f"count(DISTINCT {value})"

    def any_value(self, value: str) -> str:
        """Return ``any_value``."""
        return f"any_value({value})"

    def texts(self, **columns: str) -> str:
        """Return lists unnested side by side."""
        lists = (f"unnest(from_json({text}, '[\"VARCHAR\"]')) AS {name}" for name, text in columns.items())
        return f"(SELECT {', '.join(lists)})"

    def latest(self, value: str, time: str) -> str:
        """Return ``arg_max``."""
        return f"arg_max({value}, {time})"

    def whole_number(self, text: str) -> str:
        """Return a cast that may fail; DuckDB would round what has a fraction, hence the test for digits."""
        return (
            f"CASE WHEN regexp_full_match({text}, '[0-9]{{1,18}}') THEN TRY_CAST({text} AS BIGINT) ELSE 0 END"
        )
