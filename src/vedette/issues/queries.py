"""Questions about issues: what pages, rules and the command line ask."""

from __future__ import annotations

from vedette.issues.activity import Activity, Comment, get_activity, list_comments
from vedette.issues.events import (
    Event,
    EventPage,
    EventPlace,
    EventRow,
    TraceError,
    find_issue_of,
    find_issues_of_trace,
    get_event,
    list_events,
)
from vedette.issues.feedback import Feedback, list_feedback
from vedette.issues.figures import IssueSeries, get_figures
from vedette.issues.filters import NOBODY, FilterError, IssueFilters
from vedette.issues.issue import (
    NEW_FOR,
    Issue,
    IssueHash,
    count_hashes,
    find_issues_by_fingerprint,
    get_issue,
    get_issues,
    list_hashes,
    short_id_of,
)
from vedette.issues.listing import IssueFigures, IssuePage, Sort, list_issues
from vedette.issues.releases import ReleaseIssues, count_release_issues, list_release_issues
from vedette.issues.search import FIELDS, SearchError, parse_search, render_search
from vedette.issues.statuses import IGNORED, RESOLVED, STATUSES, UNRESOLVED
from vedette.issues.tags import Tag, list_tags

__all__ = [
    "FIELDS", "IGNORED", "NEW_FOR", "NOBODY", "RESOLVED", "STATUSES", "UNRESOLVED",
    "Activity", "Comment", "Event", "EventPage", "EventPlace", "EventRow", "Feedback", "FilterError", "Issue",
    "IssueFigures", "IssueFilters", "IssueHash", "IssuePage", "IssueSeries", "ReleaseIssues", "SearchError", "Sort", "Tag",
    "TraceError",
    "count_hashes", "count_release_issues", "find_issue_of", "find_issues_by_fingerprint", "find_issues_of_trace",
    "get_activity", "get_event", "get_figures", "get_issue", "get_issues", "list_comments", "list_events", "list_feedback",
    "list_hashes", "list_issues", "list_release_issues", "list_tags", "parse_search", "render_search", "short_id_of",
]  # fmt: skip
