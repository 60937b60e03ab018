"""Every model of Vedette; a list, so that Django finds them."""

from __future__ import annotations

from vedette.background.models import LeaseRow
from vedette.catalogue.models import PartRow, SegmentRow, Telemetry
from vedette.changes.models import ChangeRow
from vedette.issues.models import CommentRow, IssueHashRow, IssueRow, IssueUserRow
from vedette.projects.models import KeyRow, ProjectRow
from vedette.releases.models import CommitRow, DeployRow, ReleaseRow, ReleaseSeenRow
from vedette.sourcemaps.models import BundleFileRow, BundleReleaseRow, BundleRow
from vedette.tokens.models import TokenRow

__all__ = [
    "BundleFileRow",
    "BundleReleaseRow",
    "BundleRow",
    "ChangeRow",
    "CommentRow",
    "CommitRow",
    "DeployRow",
    "IssueHashRow",
    "IssueRow",
    "IssueUserRow",
    "KeyRow",
    "LeaseRow",
    "PartRow",
    "ProjectRow",
    "ReleaseRow",
    "ReleaseSeenRow",
    "SegmentRow",
    "Telemetry",
    "TokenRow",
]
