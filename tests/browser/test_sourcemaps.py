"""A minified script whose map the real `sentry-cli` uploads throws in Chromium, and its issue shows what was written."""

from __future__ import annotations

import datetime as dt
import functools
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Look, Start
from tests.browser.test_sdk import _Quiet, packages
from tests.flows.releases.conftest import SentryCli, fetched
from tests.sourcemaps.made import SHOP, build
from vedette import conf, wiring
from vedette.issues.models import IssueRow
from vedette.projects.operations import add_project
from vedette.testing import recorded
from vedette.tokens.operations import make_token

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "vedette"])]
__all__ = ["packages"]

MAIN = """\
import * as Sentry from "sdk";
import { Cart } from "./cart";

const told = new URLSearchParams(location.search);
Sentry.init({ dsn: told.get("dsn")!, release: told.get("release")! });

export function openShop() {
  const cart = new Cart();
  cart.addAll(["tea", "coffee"]);
}

setTimeout(openShop);
setTimeout(async () => {
  document.title = (await Sentry.flush(10_000)) ? "sent" : "not sent";
}, 500);
"""


@pytest.fixture(scope="session", params=[2, 3])
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the program, of each major version."""
    return fetched(tmp_path_factory.mktemp(f"sentry-cli-{request.param}"), f"@sentry/cli@^{request.param}")


@pytest.fixture
def site(settings: Any, tmp_path: Path) -> Iterator[None]:
    """Give a site that is put together as sites are, with files of its own."""
    settings.ROOT_URLCONF = "tests.api.site"
    settings.VEDETTE = {"DIR": tmp_path / "vedette", "SENTRY": False, "BACKGROUND": "off"}
    caches = (wiring.receiver, wiring.store)
    conf.reload()
    for each in caches:
        each.cache_clear()
    with recorded(tmp_path / "vedette"):
        yield
    for each in caches:
        each.cache_clear()
    conf.reload()


@contextmanager
def served(directory: Path) -> Iterator[str]:
    """Serve the files in *directory*."""
    handler = functools.partial(_Quiet, directory=str(directory))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


def visit(chromium: Browser, url: str, **query: str) -> None:
    """Let a page throw and send."""
    page = chromium.new_page()
    page.goto(f"{url}/?{urlencode(query)}")
    for _ in range(300):
        if page.title() in {"sent", "not sent"}:
            break
        page.wait_for_timeout(50)
    assert page.title() == "sent"
    page.close()


@pytest.mark.parametrize(("way", "sdk"), [("debug id", 7), ("debug id", 11), ("release", 10)])
def test_an_issue_shows_what_was_written(
    address: str,
    look: Start,
    site: None,
    chromium: Browser,
    program: Path,
    packages: Path,
    tmp_path: Path,
    way: str,
    sdk: int,
) -> None:
    key = add_project("shop", at=dt.datetime.now(dt.UTC))
    dsn = f"{address.replace('://', f'://{key.public}@')}/vedette/{key.project}"
    shop = tmp_path / "shop"
    alias = f"--alias:sdk={packages / 'node_modules' / f'sentry{sdk}'}"
    build(shop, sources={**SHOP, "src/main.ts": MAIN}, options=["--minify", alias])
    (shop / "dist" / "index.html").write_text(
        "<!doctype html><title>…</title><script src=app.min.js></script>"
    )
    cli = SentryCli(program, f"{address}/", make_token("ci", at=dt.datetime.now(dt.UTC)), shop)
    if way == "debug id":
        cli.succeed("sourcemaps", "inject", "dist")
    told = cli.succeed("sourcemaps", "upload", "--release", "shop@1.0", "--wait", "dist")
    assert "Uploaded files to Sentry" in told

    with served(shop / "dist") as url:
        visit(chromium, url, dsn=dsn, release="" if way == "debug id" else "shop@1.0")
    assert wiring.worker().tick()

    (issue,) = IssueRow.objects.using("vedette")
    assert issue.title == "RangeError: no price for coffee"
    assert issue.culprit.startswith("src/price")
    seen: Look = look()
    seen.open(f"/vedette/issues/{issue.id}/")
    calls = seen.page.locator(".calls").first.locator(".call")
    names = [text.split(" in ")[0].strip() for text in calls.locator("summary").all_text_contents()]
    assert names[:3] == ["requireFound", "price", "Cart.totalOf"]
    assert "src/price.ts:9" in calls.first.inner_text()
    assert (
        calls.first.locator(".is-raising").inner_text().strip()
        == "throw new RangeError(`no price for ${name}`);"
    )
    assert seen.page.locator(".as-sent").count() == 1
    seen.page.locator(".as-sent > summary").click()
    assert "app.min.js:" in seen.page.locator(".as-sent").inner_text()
    assert seen.complaints == []
