"""The steps of the workflow in `deploy/`, run as GitHub runs them."""

from __future__ import annotations

import os
import re
import subprocess
import textwrap
from pathlib import Path

import pytest

from tests.flows.releases.conftest import SentryCli, commit, git
from vedette.releases.queries import find_releases, list_commits, list_deploys_of

pytestmark = pytest.mark.slow
WORKFLOW = (Path(__file__).resolve().parents[3] / "deploy/github-actions.yml").read_text()
_STEP = re.compile(r"^      - name: (?P<name>.*)\n(?P<rest>(?:^(?:        .*)?\n)+)", re.MULTILINE)
_GITHUB = {
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "acme/shop",
    "GITHUB_RUN_ID": "42",
}


def scripts() -> dict[str, str]:
    """Return what each step runs, by its name."""
    found: dict[str, str] = {}
    for step in _STEP.finditer(WORKFLOW):
        _, _, script = step["rest"].partition("        run: ")
        found[step["name"]] = textwrap.dedent(script.removeprefix("|\n"))
    return found


def run(step: str, cli: SentryCli, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a step in the checkout, as GitHub does: with `bash -e`."""
    values = {
        "PATH": f"{cli.program.parent}:{os.environ['PATH']}", "HOME": str(cli.checkout), **_GITHUB,
        "SENTRY_URL": cli.url, "SENTRY_ORG": "vedette", "SENTRY_PROJECT": "shop",
        "SENTRY_AUTH_TOKEN": cli.token, "SENTRY_HTTP_MAX_RETRIES": "0", **environ,
    }  # fmt: skip
    command = ["bash", "-e", "-c", scripts()[step]]
    return subprocess.run(
        command, cwd=cli.checkout, env=values, capture_output=True, text=True, timeout=120, check=False
    )


def deploy(cli: SentryCli) -> str:
    """Run the steps that tell of a release, and return its version."""
    version = git(cli.checkout, "rev-parse", "HEAD")
    for step in ("Announce the release and its commits", "Say that it is out, and where"):
        done = run(step, cli, VERSION=version)
        assert done.returncode == 0, (step, done.stdout, done.stderr)
    return version


def test_the_job_tells_of_a_release_its_commits_and_its_deploy(cli: SentryCli) -> None:
    (release,) = find_releases(deploy(cli))

    assert release.finalized_at is not None
    assert len(list_commits(release.id)) == 3
    (told,) = list_deploys_of([release.id])[release.id]
    assert (told.environment, told.url) == ("production", "https://github.com/acme/shop/actions/runs/42")


def test_the_next_job_tells_of_what_is_new_even_after_a_rebase(cli: SentryCli) -> None:
    deploy(cli)
    commit(cli.checkout, "new.py", "Something new")
    (second,) = find_releases(deploy(cli))
    assert [each.title for each in list_commits(second.id)] == ["Something new"]

    git(cli.checkout, "checkout", "--quiet", "--orphan", "rebased")
    git(cli.checkout, "commit", "--quiet", "--message", "All of it anew")
    (third,) = find_releases(deploy(cli))
    assert [each.title for each in list_commits(third.id)] == ["All of it anew"]


def test_a_site_that_is_away_does_not_keep_the_job_from_deploying(cli: SentryCli) -> None:
    names = list(scripts())
    assert names == [
        "Install sentry-cli", "Announce the release and its commits", "Deploy", "Say that it is out, and where",
    ]  # fmt: skip
    away = run("Announce the release and its commits", cli, VERSION="1.0", SENTRY_URL="http://127.0.0.1:9/")
    assert away.returncode != 0
    for step in _STEP.finditer(WORKFLOW):
        assert ("continue-on-error: true" in step["rest"]) == (step["name"] != "Deploy")


def test_the_job_s_environment_is_the_one_that_these_steps_were_run_with() -> None:
    named = set(re.findall(r"^  ([A-Z_]+):", WORKFLOW, re.MULTILINE))
    assert named == {"SENTRY_URL", "SENTRY_ORG", "SENTRY_PROJECT", "SENTRY_AUTH_TOKEN", "VERSION"}
