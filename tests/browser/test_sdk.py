"""Each major version of Sentry's SDK for browsers, in a page of another origin, sends to a running site, and all is found."""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser

from tests.flows.ingest.server import GUNICORN, ROOT, Server, running
from tests.services import refuse

SOURCES = Path(__file__).parent / "sdk"
ESBUILD = ROOT / "frontend" / "node_modules" / ".bin" / "esbuild"
MAJORS = (7, 8, 9, 10, 11)
WITH_LOGS = (9, 10, 11)
WITH_METRICS = (10, 11)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of each request."""


@pytest.fixture(scope="module")
def packages(pytestconfig: pytest.Config) -> Path:
    """Give the directory in which the SDKs are installed; the versions that the lock file names, once."""
    cache = pytestconfig.cache
    assert cache is not None
    directory = cache.mkdir("browser-sdks")
    lock = (SOURCES / "package-lock.json").read_bytes()
    mark = directory / "installed.json"
    if mark.exists() and mark.read_bytes() == lock:
        return directory
    npm = shutil.which("npm")
    if npm is None or not ESBUILD.exists():
        refuse("there is no npm on this machine, or the front end's packages are not installed")
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(SOURCES / name, directory)
    done = subprocess.run([npm, "ci"], cwd=directory, capture_output=True, text=True, check=False)
    if done.returncode:
        refuse(f"the SDKs cannot be installed: {done.stderr[-500:]}")
    mark.write_bytes(lock)
    return directory


@pytest.fixture(scope="module")
def pages(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a site with a page for each major version."""
    directory = tmp_path_factory.mktemp("pages")
    shutil.copy(SOURCES / "sender.js", packages)
    for major in MAJORS:
        options = ["--bundle", "--format=iife", "--log-level=error", f"--alias:sdk=sentry{major}"]
        out = f"--outfile={directory / f'{major}.js'}"
        subprocess.run([ESBUILD, "sender.js", *options, out], cwd=packages, check=True)
        (directory / f"{major}.html").write_text(
            f'<!doctype html><title>…</title><script src="{major}.js"></script>'
        )
    handler = functools.partial(_Quiet, directory=str(directory))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        thread = threading.Thread(target=site.serve_forever)
        thread.start()
        yield f"http://localhost:{site.server_port}"
        site.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a running site that is sent to."""
    with running(tmp_path_factory.mktemp("receiver"), command=GUNICORN) as site:
        yield site


@pytest.mark.parametrize("major", MAJORS)
def test_what_a_page_sends_is_found(major: int, chromium: Browser, server: Server, pages: str) -> None:
    page = chromium.new_page()
    query = urlencode({"dsn": server.dsn, "major": major})
    page.goto(f"{pages}/{major}.html?{query}")
    for _ in range(300):
        if page.title() in {"sent", "not sent"}:
            break
        page.wait_for_timeout(50)
    assert page.title() == "sent"
    page.close()

    with server.recorded() as seen:
        ask = seen.store.sql
        release = f"release = 'page@{major}'"
        errors = ask(f"SELECT type, value, level, handled, environment FROM errors WHERE {release}").rows
        payload = ask(f"SELECT payload FROM errors WHERE {release} AND type = 'TypeError'").rows
        spans = dict(ask(f"SELECT name, op FROM spans WHERE {release}").rows)
        said = ask(
            f"SELECT properties['message'] FROM events JOIN errors ON event_id = properties['associated_event_id']"
            f" WHERE events.name = 'user_feedback' AND errors.{release}"
        ).rows
        logs = ask(
            f"SELECT attributes['shelf'] FROM logs WHERE {release} AND message = 'a log line of the page'"
        ).rows
        clicks = ask(f"SELECT sum(sum) FROM metrics WHERE {release} AND name = 'clicks'").rows
    assert sorted(errors) == [
        ("", "a message from the page", "warning", True, "browser"),
        ("RangeError", "unhandled in the page", "error", False, "browser"),
        ("TypeError", "uncaught in the page", "error", False, "browser"),
    ]
    event = json.loads(payload[0][0])
    assert "just before" in [crumb.get("message") for crumb in event["breadcrumbs"]["values"]]
    assert event["tags"]["major"] == str(major)
    assert event["exception"]["values"][0]["stacktrace"]["frames"][-1]["filename"].startswith(pages)
    assert (spans["work in the page"], spans["part of it"]) == ("task", "task.part")
    assert said == [("it is slow",)]
    assert logs == ([("second",)] if major in WITH_LOGS else [])
    assert clicks == [(2.0,)] if major in WITH_METRICS else clicks in ([], [(None,)])
