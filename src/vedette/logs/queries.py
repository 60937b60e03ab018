"""Questions about log records: what pages, rules and the command line ask the store."""

from __future__ import annotations

from vedette.logs.facets import Attribute, Counts, Facets, Value, count_by, list_facets
from vedette.logs.filters import ANY, NO_FILTERS, Filters
from vedette.logs.histogram import get_histogram
from vedette.logs.language import FIELDS, ParseError, parse, render
from vedette.logs.levels import LEVELS, UNKNOWN, UnknownLevelError, level_named, level_of
from vedette.logs.listing import (
    Arrivals,
    Log,
    Neighbours,
    Page,
    UnknownLogError,
    get_log,
    list_after,
    list_logs,
    list_neighbours,
)
from vedette.logs.logins import FailedLogins, FailedLoginsFound, list_failed_logins
from vedette.logs.patterns import Pattern, Patterns, list_patterns
from vedette.store.histogram import Histogram

__all__ = [
    "ANY", "FIELDS", "LEVELS", "NO_FILTERS", "UNKNOWN",
    "Arrivals", "Attribute", "Counts", "Facets", "FailedLogins", "FailedLoginsFound", "Filters", "Histogram",
    "Log", "Neighbours", "Page", "ParseError", "Pattern", "Patterns", "UnknownLevelError", "UnknownLogError", "Value",
    "count_by", "get_histogram", "get_log", "level_named", "level_of", "list_after", "list_facets", "list_failed_logins",
    "list_logs", "list_neighbours", "list_patterns", "parse", "render",
]  # fmt: skip
