"""Levels of log records: Python's names over OpenTelemetry's severity numbers, four to a level."""

from __future__ import annotations

LEVELS: dict[str, int] = {"TRACE": 1, "DEBUG": 5, "INFO": 9, "WARNING": 13, "ERROR": 17, "CRITICAL": 21}
"""Each level's least severity number, from the least to the greatest."""
UNKNOWN = "UNKNOWN"
"""The level of a record that says none."""
_ALIASES = {"WARN": "WARNING", "FATAL": "CRITICAL", "ERR": "ERROR"}
_PER_LEVEL = 4


class UnknownLevelError(ValueError):
    """There is no level of that name."""


def level_named(text: str) -> str:
    """Return the level that *text* names, letters' case aside.

    Raises:
        UnknownLevelError: If there is none.
    """
    name = _ALIASES.get(text.upper(), text.upper())
    if name not in LEVELS and name != UNKNOWN:
        raise UnknownLevelError(f"{text[:30]!r} is no level; there are {', '.join(LEVELS)}")
    return name


def level_of(severity: int) -> str:
    """Return the level of a severity number."""
    names = [name for name, least in LEVELS.items() if severity >= least]
    return names[-1] if names else UNKNOWN


def at_least(level: str, *, column: str = "severity") -> str:
    """Return the SQL condition that *column* is of *level* or above."""
    return f"{column} >= {LEVELS.get(level, 0)}"


def exactly(level: str, *, column: str = "severity") -> str:
    """Return the SQL condition that *column* is of *level*."""
    if level == UNKNOWN:
        return f"{column} < {LEVELS['TRACE']}"
    if level == "CRITICAL":
        return f"{column} >= {LEVELS[level]}"
    return f"{column} >= {LEVELS[level]} AND {column} < {LEVELS[level] + _PER_LEVEL}"


def least_of_level(*, column: str = "severity") -> str:
    """Return the SQL expression of the least severity number of the level that *column* is of; 0 for none."""
    cases = " ".join(f"WHEN {column} >= {least} THEN {least}" for least in reversed(LEVELS.values()))
    return f"(CASE {cases} ELSE 0 END)"
