"""Questions about traces: what pages and the command line ask the store."""

from __future__ import annotations

from vedette.store.histogram import Histogram
from vedette.store.timed import Sort
from vedette.traces.figures import Figures
from vedette.traces.filters import NO_FILTERS, REPEATED, STATUSES, FilterError, Filters, Scope
from vedette.traces.findings import Finding, Findings, get_findings
from vedette.traces.flame import Block, Flame, Frame, blocks, hottest, without_trunk
from vedette.traces.histogram import FAILED, Durations, get_durations, get_histogram
from vedette.traces.listing import Page, Span, list_spans
from vedette.traces.opened import Opened, get_span
from vedette.traces.operations import Comparison, Operation, Operations, get_operations
from vedette.traces.profiles import (
    Profiled,
    Transaction,
    Transactions,
    get_flame,
    get_trace_flame,
    list_transactions,
)
from vedette.traces.spent import CODE, Spent, get_spent
from vedette.traces.summary import Summary, get_summary
from vedette.traces.trace import MOST_SPANS, Error, Log, Request, Suspect, Trace, get_trace
from vedette.traces.values import Value, list_values
from vedette.traces.waterfall import Row

__all__ = [
    "CODE", "FAILED", "MOST_SPANS", "NO_FILTERS", "REPEATED", "STATUSES",
    "Block", "Comparison", "Durations", "Error", "Figures", "FilterError", "Filters", "Finding", "Findings", "Flame", "Frame", "Histogram",
    "Log", "Opened", "Operation", "Operations", "Page", "Profiled", "Request", "Row", "Scope", "Sort", "Span", "Spent", "Summary", "Suspect",
    "Trace", "Transaction", "Transactions", "Value",
    "blocks", "get_durations", "get_findings", "get_flame", "get_histogram", "get_operations", "get_span", "get_spent", "get_summary", "get_trace", "get_trace_flame",
    "hottest", "list_spans", "list_transactions", "list_values", "without_trunk",
]  # fmt: skip
