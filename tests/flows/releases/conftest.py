"""The real `sentry-cli`, from npm, and a site that listens on a real socket."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import platform
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.wsgi import get_wsgi_application

from tests.services import refuse
from vedette.tokens.operations import make_token

PACKAGE = "@sentry/cli@^3"


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


@dataclass(frozen=True, slots=True)
class SentryCli:
    """The program, as a job of continuous integration is set up to call it."""

    program: Path
    url: str
    token: str
    checkout: Path

    def run(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run it in the checkout."""
        names = {"SENTRY_URL": self.url, "SENTRY_AUTH_TOKEN": self.token, "SENTRY_ORG": "acme"}
        ambient = {"PATH": os.environ["PATH"], "HOME": str(self.checkout), "SENTRY_PROJECT": "shop"}
        return subprocess.run(
            [self.program, *arguments],
            cwd=self.checkout,
            env={**ambient, **names, "SENTRY_LOG_LEVEL": "warn", "SENTRY_HTTP_MAX_RETRIES": "0", **environ},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def succeed(self, *arguments: str) -> str:
        """Run it, and return what it says; fail where it fails."""
        done = self.run(*arguments)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout + done.stderr


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the program: the machine's own, or npm's."""
    found = os.environ.get("SENTRY_CLI_PATH") or shutil.which("sentry-cli")
    if found:
        return Path(found)
    return fetched(tmp_path_factory.mktemp("sentry-cli"), PACKAGE)


def fetched(directory: Path, package: str) -> Path:
    """Return the program of an npm *package*, installed in *directory*."""
    if shutil.which("npm") is None:
        refuse(
            "there is no sentry-cli on this machine, and no npm to fetch it with; name one in SENTRY_CLI_PATH"
        )
    command = [
        "npm",
        "install",
        "--prefix",
        str(directory),
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        package,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    programs = sorted(directory.glob("node_modules/@sentry/cli-*/bin/sentry-cli"))
    if done.returncode or not programs:
        refuse(f"npm has no {package} for {platform.machine()}: {done.stderr.strip().splitlines()[-1:]}")
    return programs[0]


@pytest.fixture
def url(sqlite_state: None, settings: Any) -> Iterator[str]:
    """Give the root of a site that listens."""
    settings.ROOT_URLCONF = "tests.api.site"
    server = make_server("127.0.0.1", 0, get_wsgi_application(), server_class=_Threads, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Give a git repository with three commits."""
    directory = tmp_path / "checkout"
    directory.mkdir()
    git(directory, "init", "--quiet", "--initial-branch", "main")
    git(directory, "remote", "add", "origin", "https://github.com/acme/shop.git")
    for number in range(3):
        commit(directory, f"f{number}.py", f"Commit {number}")
    return directory


@pytest.fixture
def cli(program: Path, url: str, checkout: Path) -> SentryCli:
    """Give the program with a token of the site."""
    token = make_token("ci", at=dt.datetime.now(dt.UTC))
    return SentryCli(program, url, token, checkout)


def git(directory: Path, *arguments: str) -> str:
    """Run git, and return what it says."""
    environ = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    command = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *arguments]
    done = subprocess.run(command, cwd=directory, env=environ, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(directory: Path, name: str, message: str) -> str:
    """Commit a file, and return the commit's hash."""
    with contextlib.suppress(FileExistsError):
        (directory / name).parent.mkdir(parents=True)
    (directory / name).write_text(message)
    git(directory, "add", "--all")
    git(directory, "commit", "--quiet", "--message", message)
    return git(directory, "rev-parse", "HEAD")
