"""The states of an issue."""

from __future__ import annotations

UNRESOLVED = "unresolved"
RESOLVED = "resolved"
IGNORED = "ignored"
STATUSES = (UNRESOLVED, RESOLVED, IGNORED)
