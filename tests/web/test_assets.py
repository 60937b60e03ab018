"""The pages' own scripts and styles."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from django.test import Client

from vedette.testing import Recorded
from vedette.web import assets


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a directory that stands for what the front-end build wrote."""
    directory = tmp_path / "static"
    directory.mkdir()
    (directory / "vedette.js").write_text("let x = 1;")
    (directory / "vedette.css").write_text("p { }")
    (directory / "vedette.css.gz").write_bytes(gzip.compress(b"p { }"))
    (tmp_path / "secret.js").write_text("secret")
    monkeypatch.setattr(assets, "DIRECTORY", directory)
    return directory


def test_an_asset_is_served_to_anybody_for_ever(client: Client, built: Path) -> None:
    response = client.get("/vedette/static/vedette.js")
    assert response.content == b"let x = 1;"
    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert "immutable" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"


def test_who_understands_it_gets_it_packed(client: Client, built: Path) -> None:
    response = client.get("/vedette/static/vedette.css", headers={"Accept-Encoding": "gzip, br"})
    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content) == b"p { }"
    assert "Content-Encoding" not in client.get("/vedette/static/vedette.css")
    assert response["Vary"] == "Accept-Encoding"


def test_what_is_there_packed_alone_is_served_to_everybody(client: Client, built: Path) -> None:
    (built / "vedette.css").unlink()
    assert client.get("/vedette/static/vedette.css").content == b"p { }"
    packed = client.get("/vedette/static/vedette.css", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.content) == b"p { }"
    assert assets.address_of("vedette.css").endswith(tuple("0123456789abcdef"))
    assert client.get("/vedette/static/vedette.css.gz").status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "..%2Fsecret.js",
        "%2e%2e/secret.js",
        "nothing.js",
        "vedette.css.gz",
        "%00.js",
        ".js",
        "a" * 300 + ".js",
    ],
)
def test_nothing_else_is_served(client: Client, built: Path, name: str) -> None:
    assert client.get(f"/vedette/static/{name}").status_code == 404


def test_an_address_changes_with_the_content(built: Path, settings: object) -> None:
    before = assets.address_of("vedette.js")
    (built / "vedette.js").write_text("let x = 22;")
    assert assets.address_of("vedette.js") != before


def test_a_page_without_its_assets_says_how_to_build_them(
    browser: Client, empty: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "DIRECTORY", tmp_path / "nowhere")
    text = browser.get("/vedette/").content.decode()
    assert "npm ci &amp;&amp; npm run build" in text or "npm ci && npm run build" in text
