"""The real `sentry-cli` tells of releases over a real socket."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.flows.releases.conftest import SentryCli, commit, git
from vedette.issues.models import IssueRow
from vedette.releases.queries import find_releases, list_commits, list_deploys_of
from vedette.tokens.operations import make_token

pytestmark = pytest.mark.slow


def test_the_usual_job_works_unchanged(cli: SentryCli) -> None:
    version = git(cli.checkout, "rev-parse", "HEAD")
    assert cli.succeed("releases", "propose-version").strip() == version

    cli.succeed("releases", "new", version)
    cli.succeed("releases", "set-commits", version, "--auto")
    cli.succeed("releases", "finalize", version)
    cli.succeed(
        "deploys", "new", "--release", version, "--env", "production", "--name", "blue", "--time", "60"
    )

    (release,) = find_releases(version)
    assert release.service == "shop"
    assert release.finalized_at is not None
    assert [each.title for each in list_commits(release.id)] == ["Commit 2", "Commit 1", "Commit 0"]
    assert [each.files for each in list_commits(release.id)] == [("f2.py",), ("f1.py",), ("f0.py",)]
    (deploy,) = list_deploys_of([release.id])[release.id]
    assert (deploy.environment, deploy.name) == ("production", "blue")
    assert deploy.started_at is not None
    assert (deploy.finished_at - deploy.started_at).total_seconds() == pytest.approx(60)


def test_the_next_release_brings_the_commits_since_then_and_resolves_what_they_fix(cli: SentryCli) -> None:
    cli.succeed("releases", "set-commits", "1.0", "--auto")
    issue = IssueRow.objects.using("vedette").create(
        service="shop", title="TypeError", culprit="", type="", value="", level="error", platform="python",
        first_us=0, last_us=0, grouping_version="",
    )  # fmt: skip
    fix = commit(cli.checkout, "apps/tasks/views.py", f"Mend it\n\nFixes SHOP-{issue.pk}")

    cli.succeed("releases", "new", "1.1", "--finalize", "--url", "https://example.org/1.1")
    cli.succeed("releases", "set-commits", "1.1", "--local")

    (release,) = find_releases("1.1")
    assert [each.sha for each in list_commits(release.id)] == [fix]
    assert release.url == "https://example.org/1.1"
    issue.refresh_from_db(using="vedette")
    assert (issue.status, issue.resolved_in) == ("resolved", "1.1")


def test_what_was_told_can_be_read_back(cli: SentryCli) -> None:
    cli.succeed("releases", "new", "shop@2.0+build")
    cli.succeed("releases", "set-commits", "shop@2.0+build", "--auto")
    cli.succeed("deploys", "new", "-r", "shop@2.0+build", "-e", "staging")

    assert "project:releases" in cli.succeed("info")
    assert "shop@2.0+build" in cli.succeed("releases", "list")
    shown = cli.succeed("releases", "info", "shop@2.0+build", "-P", "-C")
    assert "shop" in shown
    assert git(cli.checkout, "rev-parse", "HEAD")[:12] in shown
    assert "staging" in cli.succeed("deploys", "list", "-r", "shop@2.0+build")
    assert "vedette" in cli.succeed("organizations", "list")
    assert "No repos found" in cli.succeed("repos", "list")
    cli.succeed("projects", "list")
    assert "Deleted" in cli.succeed("releases", "delete", "shop@2.0+build")
    assert find_releases("shop@2.0+build") == []


def test_a_release_is_archived_and_restored(cli: SentryCli) -> None:
    cli.succeed("releases", "new", "1.0")

    assert "Archived" in cli.succeed("releases", "archive", "1.0")
    assert find_releases("1.0")[0].archived_at is not None
    assert "1.0" not in cli.succeed("releases", "list")
    assert "Restored" in cli.succeed("releases", "restore", "1.0")
    assert "1.0" in cli.succeed("releases", "list")


def test_what_cannot_be_done_is_told_in_words(cli: SentryCli) -> None:
    def said(*arguments: str, **environ: str) -> str:
        done = cli.run(*arguments, **environ)
        assert done.returncode == 1
        return done.stderr

    assert "not found" in said("releases", "finalize", "9.9")
    assert "not known here" in said("releases", "new", "1.0", SENTRY_AUTH_TOKEN="wrong")
    limited = make_token("mail alone", at=dt.datetime.now(dt.UTC), service="mail")
    assert "limited to the service mail" in said("releases", "new", "1.0", SENTRY_AUTH_TOKEN=limited)
    assert "not on URL root" in said("releases", "new", "1.0", SENTRY_URL=f"{cli.url}vedette/")
