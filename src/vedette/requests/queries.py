"""Questions about requests: what pages, rules and the command line ask the store."""

from __future__ import annotations

from vedette.requests.arrivals import Release
from vedette.requests.detail import Detail, Log, Moment, Span, Suspect, get_request
from vedette.requests.figures import Figures
from vedette.requests.filters import NO_FILTERS, NO_ROUTE, FilterError, Filters
from vedette.requests.histogram import Bar, Histogram, get_histogram
from vedette.requests.listing import Page, Request, list_requests
from vedette.requests.overview import Overview, Signals, get_overview
from vedette.requests.plan import WEEK
from vedette.requests.route_table import Comparison, Route
from vedette.requests.series import STATUS_CLASSES, Point
from vedette.requests.top import Group, Order, Top, get_top
from vedette.requests.values import (
    FIELDS,
    Difference,
    Differences,
    UnknownFieldError,
    Value,
    Values,
    get_differences,
    list_values,
)
from vedette.store.heat import Cell
from vedette.store.percentiles import FEWEST_VALUES, Percentiles
from vedette.store.timed import Sort

__all__ = [
    "FEWEST_VALUES", "FIELDS", "NO_FILTERS", "NO_ROUTE", "STATUS_CLASSES", "WEEK",
    "Bar", "Cell", "Comparison", "Detail", "Difference", "Differences", "Figures", "FilterError", "Filters",
    "Group", "Histogram", "Log", "Moment", "Order", "Overview", "Page", "Percentiles", "Point", "Release", "Request", "Route",
    "Signals", "Sort", "Span", "Suspect", "Top", "UnknownFieldError", "Value", "Values",
    "get_differences", "get_histogram", "get_overview", "get_request", "get_top", "list_requests", "list_values",
]  # fmt: skip
