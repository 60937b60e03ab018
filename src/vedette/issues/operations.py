"""What people do about issues: what pages and the command line call."""

from __future__ import annotations

from vedette.issues.assigning import MOST_COMMENT_CHARS, UnableToComment, assign, comment
from vedette.issues.changed import ASSIGNED, MERGED, SPLIT, UNASSIGNED
from vedette.issues.deciding import (
    MOST_IGNORED,
    UnableToIgnore,
    UnableToResolve,
    ignore,
    resolve,
    resolve_in_commits,
    unresolve,
)
from vedette.issues.locking import NoIssueError
from vedette.issues.merging import UnableToMerge, UnableToSplit, merge, split

__all__ = [
    "ASSIGNED", "MERGED", "MOST_COMMENT_CHARS", "MOST_IGNORED", "SPLIT", "UNASSIGNED",
    "NoIssueError", "UnableToComment", "UnableToIgnore", "UnableToMerge", "UnableToResolve", "UnableToSplit",
    "assign", "comment", "ignore", "merge", "resolve", "resolve_in_commits", "split", "unresolve",
]  # fmt: skip
