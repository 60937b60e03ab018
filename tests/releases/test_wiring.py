"""Releases as the parts of a site are put together."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.ground import NOON, Ground, a_request
from vedette import wiring
from vedette.catalogue.catalogue import StateCatalogue
from vedette.issues.digest import IssueDigest
from vedette.issues.models import IssueRow
from vedette.pipeline.lines import Batch
from vedette.releases import operations
from vedette.releases.digest import ReleaseDigest
from vedette.releases.operations import NoReleaseError
from vedette.releases.queries import Commit, find_releases, list_releases

pytestmark = pytest.mark.usefixtures("state")
HOUR = dt.timedelta(hours=1)


def an_issue(**values: Any) -> IssueRow:
    """Make an issue of the service ``shop``."""
    given: dict[str, Any] = {
        "service": "shop", "title": "TypeError", "culprit": "", "type": "", "value": "", "level": "error",
        "platform": "python", "first_us": 0, "last_us": 0, "grouping_version": "", **values,
    }  # fmt: skip
    return IssueRow.objects.using("vedette").create(**given)


def test_commits_resolve_the_issues_that_they_say_they_fix() -> None:
    issue, other = an_issue(), an_issue()
    waiting = an_issue(status="resolved", resolved_commit="3f2a1bc")
    operations.announce("shop", "2.0", at=NOON)
    commits = [Commit(sha="c0ffee", message=f"Mend\n\nFixes SHOP-{issue.pk}"), Commit(sha="3f2a1bc9d0")]

    wiring.set_commits("shop", "2.0", commits, at=NOON, actor="token ci")

    for row in (issue, other, waiting):
        row.refresh_from_db(using="vedette")
    assert (issue.status, issue.resolved_in) == ("resolved", "2.0")
    assert (other.status, waiting.resolved_in) == ("unresolved", "2.0")


def test_commits_of_no_release_resolve_nothing() -> None:
    issue = an_issue()
    with pytest.raises(NoReleaseError):
        wiring.set_commits("shop", "2.0", [Commit(sha="c0ffee", message=f"Fixes SHOP-{issue.pk}")], at=NOON)

    issue.refresh_from_db(using="vedette")
    assert issue.status == "unresolved"


def test_the_worker_s_drain_knows_releases_before_issues(tmp_path: Path) -> None:
    sinks = wiring.sinks()
    kinds = [type(sink) for sink in sinks]
    assert kinds.index(ReleaseDigest) < kinds.index(IssueDigest)

    ground = Ground(tmp_path, sinks=sinks)
    ground.record([a_request(service="shop", release="2.0", environment="production")])
    ground.drain_all()
    ground.recorder.journal.close()
    assert find_releases("2.0")[0].first_at == NOON


class _Broken:
    tables: frozenset[str] = frozenset()
    is_broken = True

    def prepare(self, batches: dict[str, Batch]) -> None:
        """Do nothing."""

    def digest(self, batches: dict[str, Batch]) -> None:
        """Fail once."""
        if self.is_broken:
            raise RuntimeError("the process was killed")


def test_a_round_that_is_not_committed_has_not_happened(tmp_path: Path) -> None:
    broken = _Broken()
    catalogue = StateCatalogue(fence=lambda: None)
    ground = Ground(tmp_path, catalogue=catalogue, sinks=[ReleaseDigest(), broken])  # type: ignore[list-item]
    ground.record([a_request(service="shop", release="2.0")])
    with pytest.raises(RuntimeError):
        ground.drain_all()
    assert list_releases().total == 0

    broken.is_broken = False
    ground.drain_all()
    ground.recorder.journal.close()
    assert [release.version for release in list_releases().releases] == ["2.0"]
    assert len(ground.request_ids()) == 1
