"""``vedette release``, its commits read from checkouts of this test's own."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.conftest import NOW, Run
from vedette.cli.release import checkout as checkouts
from vedette.cli.release.checkout import Checkout, CheckoutError
from vedette.releases.queries import find_releases, list_commits

pytestmark = pytest.mark.usefixtures("sqlite_state")


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository in a directory."""

    directory: Path

    def git(self, *arguments: str) -> str:
        """Run git, and return what it says."""
        environ = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        command = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *arguments]
        done = subprocess.run(
            command, cwd=self.directory, env=environ, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def commit(self, message: str, **files: str) -> str:
        """Commit *files* (by name, `__` for a dot), and return the commit's hash."""
        for name, text in files.items():
            path = self.directory / name.replace("__", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("add", "--all")
        self.git("commit", "--allow-empty", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Give a repository with two commits, in which commands run."""
    directory = tmp_path / "checkout"
    directory.mkdir()
    found = Repository(directory)
    found.git("init", "--quiet", "--initial-branch", "main")
    found.git("remote", "add", "origin", "git@github.com:acme/shop.git")
    found.commit("Begin", a__py="1")
    found.commit("Go on\n\nFixes: SHOP-12", **{"apps/tasks/views__py": "1"})
    monkeypatch.chdir(directory)
    return found


def shas(version: str, service: str = "tests") -> list[str]:
    """Return the hashes of a release's commits."""
    (release,) = find_releases(version, services=[service])
    return [commit.sha for commit in list_commits(release.id)]


def test_a_first_release_gets_the_last_commits_with_their_files(vedette: Run, repository: Repository) -> None:
    ran = vedette("release", "set-commits", "1.0", "--auto", "--service", "tests")

    assert ran.out == "tests 1.0 brings 2 commits.\n", ran
    (release,) = find_releases("1.0")
    newest, oldest = list_commits(release.id)
    assert (newest.title, newest.author, newest.repository) == ("Go on", "Ada", "acme/shop")
    assert (newest.files, oldest.files) == (("apps/tasks/views.py",), ("a.py",))
    assert newest.message == "Go on\n\nFixes: SHOP-12"
    assert newest.at is not None
    assert release.announced_at == NOW


def test_the_next_release_gets_the_commits_since_then(vedette: Run, repository: Repository) -> None:
    vedette("release", "set-commits", "1.0", "--auto", "--service", "tests")
    repository.git("switch", "--quiet", "--create", "side")
    side = repository.commit("On the side", side__py="1")
    repository.git("switch", "--quiet", "main")
    renamed = repository.commit("Rename")
    repository.git("mv", "a.py", "ä b.py")
    moved = repository.commit("Move")
    repository.git("merge", "--quiet", "--no-ff", "--message", "Merge side", "side")
    merge = repository.git("rev-parse", "HEAD")

    row = vedette("release", "set-commits", "1.1", "--local", "--service", "tests", "--json").rows[0]

    found = {commit["sha"]: commit["files"] for commit in row["commits"]}
    assert found == {merge: [], moved: ["ä b.py"], renamed: [], side: ["side.py"]}
    assert row["commits"][0]["sha"] == merge


def test_commits_can_be_named_and_taken_away(vedette: Run, repository: Repository) -> None:
    head = repository.git("rev-parse", "HEAD")
    first = repository.git("rev-parse", "HEAD~1")
    options = ["--service", "tests"]

    vedette(
        "release",
        "set-commits",
        "1.0",
        "--commit",
        "acme/lib@3f2a1bc",
        "--commit",
        f"acme/shop@{first}..{head}",
        *options,
    )
    (release,) = find_releases("1.0")
    assert [(each.repository, each.sha) for each in list_commits(release.id)] == [
        ("acme/lib", "3f2a1bc"), ("acme/shop", head),
    ]  # fmt: skip
    vedette("release", "set-commits", "1.0", "--clear", *options)
    assert shas("1.0") == []


def test_a_depth_bounds_what_a_first_release_brings(vedette: Run, repository: Repository) -> None:
    vedette("release", "set-commits", "1.0", "--auto", "--initial-depth", "1", "--service", "tests")

    assert shas("1.0") == [repository.git("rev-parse", "HEAD")]


def test_a_shallow_clone_that_does_not_reach_the_last_release_says_so(
    vedette: Run, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vedette("release", "set-commits", "1.0", "--auto", "--service", "tests")
    repository.commit("One more")
    head = repository.commit("And another")
    repository.git(
        "clone", "--quiet", "--depth", "1", f"file://{repository.directory}", str(tmp_path / "shallow")
    )
    monkeypatch.chdir(tmp_path / "shallow")

    refused = vedette("release", "set-commits", "1.1", "--auto", "--service", "tests")
    assert refused.code == 2
    assert "this is a shallow clone that does not reach" in refused.error
    assert "fetch-depth: 0" in refused.error
    ran = vedette("release", "set-commits", "1.1", "--auto", "--ignore-missing", "--service", "tests")
    assert (ran.code, shas("1.1")) == (0, [head])


@pytest.mark.parametrize(
    ("commit", "reason"),
    [
        ("shop@deadbeef..cafe", "the repository has no commit deadbeef"),
        ("shop@--output=x..HEAD", "is not the hash of a commit"),
        ("shop@HEAD~1..HEAD", "is not the hash of a commit"),
        ("3f2a1bc", "is not REPO@SHA"),
        ("shop@$(id)", "is not the hash of a commit"),
    ],
)
def test_commits_that_are_none_are_told_in_one_line(
    vedette: Run, repository: Repository, commit: str, reason: str
) -> None:
    ran = vedette("release", "set-commits", "1.0", "--commit", commit, "--service", "tests")

    assert (ran.code, ran.out) == (2, "")
    assert reason in ran.error
    assert len(ran.error.splitlines()) == 1


def test_where_there_is_no_checkout_git_s_reason_is_one_line(
    vedette: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")

    ran = vedette("release", "set-commits", "1.0", "--auto")
    assert (ran.code, "is not in a git checkout" in ran.error) == (2, True)
    subprocess.run(["git", "init", "--quiet"], check=True)
    assert "has no commit yet" in vedette("release", "propose-version").error
    monkeypatch.setenv("PATH", "")
    assert "git is not installed" in vedette("release", "propose-version").error


def test_a_git_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "git"
    program.write_text("#!/bin/sh\nexec sleep 30\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(checkouts, "TIMEOUT_S", 0.2)

    with pytest.raises(CheckoutError, match="did not answer"):
        Checkout(tmp_path).head()


@pytest.mark.parametrize(
    ("remote", "name"),
    [
        ("https://github.com/acme/shop.git", "acme/shop"),
        ("https://user:secret@gitlab.example.org/group/sub/shop/", "sub/shop"),
        ("ssh://git@host:22/acme/shop", "acme/shop"),
        ("shop", "checkout"),
    ],
)
def test_a_repository_is_called_as_where_it_came_from(repository: Repository, remote: str, name: str) -> None:
    repository.git("remote", "set-url", "origin", remote)
    assert Checkout(repository.directory).repository() == name


def test_a_repository_without_a_remote_is_called_as_its_directory(repository: Repository) -> None:
    repository.git("remote", "remove", "origin")
    assert Checkout(repository.directory).repository() == "checkout"


def test_a_person_s_own_settings_of_git_change_nothing(
    vedette: Run, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("diff.relative", "true"),
        ("log.showRoot", "false"),
        ("core.quotePath", "true"),
        ("log.decorate", "full"),
    ):
        repository.git("config", name, value)
    repository.commit("Odd", **{'é"x__py': "1"})
    monkeypatch.chdir(repository.directory / "apps")

    vedette("release", "set-commits", "1.0", "--auto", "--service", "tests")
    (release,) = find_releases("1.0")
    assert [each.files for each in list_commits(release.id)] == [
        ('é"x.py',),
        ("apps/tasks/views.py",),
        ("a.py",),
    ]


def test_the_version_to_use_is_what_records_say_or_what_is_checked_out(
    vedette: Run, repository: Repository
) -> None:
    head = repository.git("rev-parse", "HEAD")

    assert vedette("release", "propose-version").out == f"{head}\n"
    assert vedette("release", "propose-version", "--json").rows == [{"version": head}]


def test_a_release_is_announced_deployed_listed_and_forgotten(vedette: Run) -> None:
    own = ["--service", "shop"]
    assert (
        vedette("release", "new", "2.0", *own, "--url", "https://example.org/2.0").out
        == "shop 2.0 is announced.\n"
    )
    assert vedette("release", "finalize", "2.0", *own, "--released", "1h").out == "shop 2.0 is out.\n"
    deploy = [
        "deploy",
        "2.0",
        "-e",
        "production",
        "--name",
        "blue",
        "--started",
        "5m",
        "--finished",
        "1773842400",
    ]
    assert vedette("release", *deploy, *own).out == "shop 2.0 went to production.\n"
    assert vedette("release", "new", "1.0", "--finalize", "--service", "mail", "--json").rows[0][
        "finalized_at"
    ]

    (row,) = vedette("release", "list", "--json", "-e", "production").rows
    assert (row["version"], row["commits"], row["environments"]) == ("2.0", 0, [])
    assert row["finalized_at"] == "2026-03-18T13:00:00Z"
    assert row["deploys"] == [
        {"environment": "production", "name": "blue", "url": "", "started_at": "2026-03-18T13:55:00Z",
         "finished_at": "2026-03-18T14:00:00Z"},
    ]  # fmt: skip
    lines = vedette("release", "list").lines
    assert lines[0].split() == ["service", "version", "came", "last", "seen", "environments", "commits"]
    assert len(lines) == 3
    assert vedette("release", "archive", "2.0", *own).out == "shop 2.0 is archived.\n"
    assert [row["version"] for row in vedette("release", "list", "--json").rows] == ["1.0"]
    (archived,) = vedette("release", "list", "--archived", "--json").rows
    assert (archived["version"], archived["archived_at"]) == ("2.0", "2026-03-18T14:00:00Z")
    assert vedette("release", "restore", "2.0", *own).out == "shop 2.0 is in lists again.\n"
    assert vedette("release", "list", "--archived").out == "No release was archived.\n"
    assert vedette("release", "delete", "2.0", *own).out == "shop 2.0 is forgotten.\n"
    assert [row["service"] for row in vedette("release", "list", "--json").rows] == ["mail"]
    vedette("release", "delete", "1.0", "--service", "mail", "--json")
    assert "There is no release yet" in vedette("release", "list").out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["new"], "VERSION"),
        (["new", "a\nb"], "is no version"),
        (["new", "1.0", "--url", "javascript:1"], "is not an http(s) address"),
        (["finalize", "9.9"], "has no release 9.9"),
        (["finalize", "9.9", "--released", "soon"], "--released: 'soon' is no time"),
        (["deploy", "9.9"], "-e/--env"),
        (["set-commits", "9.9"], "--auto"),
        (["list", "--nope"], "--nope"),
        ([], "ACTION"),
    ],
)
def test_what_makes_no_sense_is_told_in_one_line(vedette: Run, arguments: list[str], reason: str) -> None:
    ran = vedette("release", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert reason in ran.error
    assert len(ran.error.splitlines()) == 1
