"""``vedette sourcemaps``, and what ``vedette status`` says of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import NOW, Run
from tests.sourcemaps.made import Build, bundle_of, sha1
from vedette import conf
from vedette.sourcemaps import operations
from vedette.sourcemaps.files import Files

pytestmark = pytest.mark.usefixtures("sqlite_state")


@pytest.fixture
def files(tmp_path: Path, settings: Any) -> Iterator[Files]:
    """Give where uploads lie."""
    settings.VEDETTE = {"DIR": tmp_path / "vedette", "SENTRY": False}
    conf.reload()
    yield Files(conf.get().sourcemaps_dir, conf.get().SOURCEMAPS_MAX_BYTES)
    conf.reload()


def upload(files: Files, name: str, **named: Any) -> int:
    """Upload a bundle; return its size."""
    data = bundle_of(Build(name, '{"version": 3, "mappings": ""}')).zipped()
    files.keep_chunk(sha1(data), data)
    operations.assemble(files, sha1(data), chunks=[sha1(data)], at=NOW, actor="token ci", **named)
    return len(data)


def test_uploads_are_listed_and_removed(vedette: Run, files: Files) -> None:
    assert "No source map was uploaded" in vedette("sourcemaps", "list").out
    upload(files, "one", services=["shop"], release="1.0", dist="ios")
    upload(files, "two", services=["admin"])

    assert "any, by debug id" in vedette("sourcemaps", "list").out
    (row,) = vedette("sourcemaps", "list", "--service", "shop", "--json").rows
    assert (row["maps"], row["actor"], row["releases"]) == (1, "token ci", [["shop", "1.0", "ios"]])
    assert vedette("sourcemaps", "list", "--release", "2.0", "--json").rows == []
    assert vedette("sourcemaps", "remove", str(row["id"])).out == "Removed.\n"
    again = vedette("sourcemaps", "remove", str(row["id"]))
    assert (again.code, "there is no bundle" in again.error) == (2, True)
    assert [each["releases"] for each in vedette("sourcemaps", "list", "--json").rows] == [
        [["admin", "", ""]]
    ]
    other = vedette("sourcemaps", "list", "--json").rows[0]["id"]
    assert vedette("sourcemaps", "remove", str(other), "--json").rows == [{"id": other}]
    assert list(files.bundles_dir.iterdir()) == []


def test_status_says_what_was_uploaded(vedette: Run, files: Files) -> None:
    assert "Source maps" not in vedette("status").out
    size = upload(files, "one", services=["shop"]) + upload(files, "two", services=["shop"])

    assert "Source maps: 2 uploads" in vedette("status").out
    assert vedette("status", "--json").rows[0]["source_maps"] == {"uploads": 2, "bytes": size}
