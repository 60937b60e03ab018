"""Questions about issues: what pages, rules and the command line ask."""

from __future__ import annotations

from vedette.issues.filters import NOBODY, FilterError, IssueFilters
from vedette.issues.issue import (
    NEW_FOR,
    Issue,
    IssueHash,
    find_issues_by_fingerprint,
    get_issue,
    get_issues,
    list_hashes,
    short_id_of,
)
from vedette.issues.listing import IssueFigures, IssuePage, Sort, count_by_status, list_issues
from vedette.issues.search import FIELDS, SearchError, parse_search, render_search
from vedette.issues.statuses import IGNORED, RESOLVED, STATUSES, UNRESOLVED

__all__ = [
    "FIELDS", "IGNORED", "NEW_FOR", "NOBODY", "RESOLVED", "STATUSES", "UNRESOLVED",
    "FilterError", "Issue", "IssueFigures", "IssueFilters", "IssueHash", "IssuePage", "SearchError", "Sort",
    "count_by_status", "find_issues_by_fingerprint", "get_issue", "get_issues", "list_hashes", "list_issues",
    "parse_search", "render_search", "short_id_of",
]  # fmt: skip
