"""Uploads of source maps, as `sentry-cli` makes them, and as nobody should."""

from __future__ import annotations

import gzip
import io
import json
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse

from tests.api.conftest import ORG, Caller
from tests.sourcemaps.made import Build, Bundle, bundle_of, sha1
from vedette import conf, wiring
from vedette.sourcemaps import bundle as bundles
from vedette.sourcemaps.queries import list_bundles
from vedette.tokens.operations import make_token
from vedette.tokens.queries import list_tokens

BUILT = Build("x()", '{"version": 3, "sources": ["a.js"], "mappings": "AAAA"}')
BOUNDARY = "xyz"
MIB = 1 << 20


@pytest.fixture
def site(api: Caller, tmp_path: Path, settings: Any) -> Iterator[Caller]:
    """Give a caller of a site whose files are its own."""
    settings.VEDETTE = {"DIR": tmp_path / "vedette", "SOURCEMAPS_MAX_BYTES": 64 * MIB}
    conf.reload()
    yield api
    conf.reload()


def send(site: Caller, *chunks: tuple[str, bytes], name: str = "file") -> HttpResponse:
    """Upload chunks under the names given."""
    body = b"".join(
        b'--%s\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n\r\n%s\r\n'
        % (BOUNDARY.encode(), name.encode(), checksum.encode(), data)
        for checksum, data in chunks
    )
    body += b"--%s--\r\n" % BOUNDARY.encode()
    answered: Any = site.client.generic(
        "POST",
        f"{ORG}chunk-upload/",
        body,
        content_type=f"multipart/form-data; boundary={BOUNDARY}",
        headers={"Authorization": f"Bearer {site.secret}"},
    )
    response: HttpResponse = answered
    return response


def assemble(site: Caller, data: bytes, **members: Any) -> dict[str, Any]:
    """Say that a bundle is whole; return what is answered."""
    body = {"checksum": sha1(data), "chunks": [sha1(data)], "projects": ["shop"], **members}
    answered: dict[str, Any] = site.post("artifactbundle/assemble/", body, status=200)
    return answered


def upload(site: Caller, data: bytes, **members: Any) -> dict[str, Any]:
    """Upload a bundle of one chunk."""
    assert send(site, (sha1(data), data)).status_code == 200
    return assemble(site, data, **members)


def test_uploads_are_made_as_the_site_says(site: Caller) -> None:
    options = site.get("chunk-upload/")
    assert options["url"] == "/api/0/organizations/acme/chunk-upload/"
    assert options["hashAlgorithm"] == "sha1"
    assert options["maxFileSize"] == 16 * MIB
    assert options["chunkSize"] & (options["chunkSize"] - 1) == 0
    assert {"artifact_bundles", "artifact_bundles_v2"} <= set(options["accept"])


def test_a_bundle_is_kept_once_all_its_chunks_are_there(site: Caller) -> None:
    data = bundle_of(BUILT).zipped()
    missing = assemble(site, data, version="1.0", dist="d")
    assert missing == {"state": "not_found", "missingChunks": [sha1(data)]}
    assert send(site, (sha1(data), gzip.compress(data)), name="file_gzip").status_code == 200
    assert assemble(site, data, version="1.0", dist="d") == {"state": "ok", "missingChunks": []}

    (found,) = list_bundles(service="shop", release="1.0").bundles
    assert (found.files, found.maps, found.bytes, found.actor) == (2, 1, len(data), "token ci")
    assert found.releases == (("shop", "1.0", "d"),)
    assert not list(wiring.source_map_files().chunks_dir.iterdir())


def test_the_same_bundle_again_only_gets_another_release(site: Caller) -> None:
    data = bundle_of(BUILT).zipped()
    upload(site, data, version="1.0")
    assert assemble(site, data, version="2.0", projects=["shop", "admin"])["state"] == "ok"
    (found,) = list_bundles().bundles
    assert found.releases == (("admin", "2.0", ""), ("shop", "1.0", ""), ("shop", "2.0", ""))


def test_a_name_that_no_database_takes_is_kept_without_what_is_odd(site: Caller) -> None:
    made = bundle_of(BUILT)
    made.manifest |= {"release": "1\0.0"}
    for file in made.manifest["files"].values():
        file["url"] += "\0"
    data = made.zipped()
    assert send(site, (sha1(data), data)).status_code == 200
    assert assemble(site, data, dist="d\0")["state"] == "ok"
    assert list_bundles().bundles[0].releases == (("shop", "1.0", "d"),)


def test_older_clients_name_the_release_in_the_address(site: Caller) -> None:
    made = bundle_of(BUILT)
    made.manifest |= {"release": "1.0", "dist": "d"}
    data = made.zipped()
    assert send(site, (sha1(data), data)).status_code == 200
    body = {"checksum": sha1(data), "chunks": [sha1(data)]}
    assert site.post("releases/1.0/assemble/", body, status=200)["state"] == "ok"
    (found,) = list_bundles().bundles
    assert found.releases == (("shop", "1.0", "d"),)


def test_several_chunks_are_put_together_in_their_order(site: Caller) -> None:
    data = bundle_of(BUILT).zipped()
    pieces = [data[:100], data[100:300], data[300:]]
    assert send(site, *((sha1(piece), piece) for piece in pieces)).status_code == 200
    assert assemble(site, data, chunks=[sha1(piece) for piece in pieces])["state"] == "ok"


def refusal(site: Caller, data: bytes) -> str:
    """Return why a bundle is refused; nothing of it may be kept then."""
    told = upload(site, data)
    assert told["state"] == "error"
    assert list_bundles().count == 0
    files = wiring.source_map_files()
    assert list(files.bundles_dir.glob("*")) == []
    return str(told["detail"])


def test_what_is_no_bundle_is_refused_in_words(site: Caller) -> None:
    assert "no ZIP" in refusal(site, b"nonsense")
    assert "no ZIP" in refusal(site, b"PK\5\6" + b"\xff" * 17)
    assert "no manifest" in refusal(site, _zip({"a": b""}))
    assert "cannot be read" in refusal(site, _zip({"manifest.json": b"[" * 100_000}))
    assert "cannot be read" in refusal(site, _zip({"manifest.json": b'{"files": []}'}))
    assert "neither a source map nor a script" in refusal(site, Bundle().zipped())


def _zip(entries: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return made.getvalue()


def test_names_in_a_bundle_lead_nowhere(site: Caller, tmp_path: Path) -> None:
    made = Bundle()
    for entry in ("../../../escaped", "/escaped", "a\\..\\escaped", "./..//escaped"):
        made.manifest["files"][entry] = {
            "type": "source_map",
            "url": f"~/{entry}",
            "headers": {"debug-id": "d" * 32},
        }
        made.entries[entry] = BUILT.map.encode()
    assert upload(site, made.zipped())["state"] == "ok"
    assert not [path for path in tmp_path.rglob("*") if "escaped" in path.name]


def test_a_bundle_past_a_limit_is_refused_before_it_is_unpacked(
    site: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = _zip({f"{number}": b"" for number in range(11)})
    monkeypatch.setattr(bundles, "MOST_FILES", 10)
    assert "more than 10 files" in refusal(site, many)
    # A directory that claims to be small, and one in the larger format, which may claim anything.
    place = many.rindex(b"PK\5\6")
    claimed = many[:place] + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, 2**31, 0, 0)
    assert "more than 10 files" in refusal(site, claimed)
    larger = many[:place] + b"PK\6\7" + bytes(16) + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, 46, 0, 0)
    assert "more than 10 files" in refusal(site, larger)
    monkeypatch.setattr(bundles, "MOST_UNPACKED", 1000)
    assert "too large when it is unpacked" in refusal(
        site, _zip({"manifest.json": b"{}", "bomb": bytes(2000)})
    )


def test_a_manifest_that_is_a_bomb_is_refused(site: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "_MOST_MANIFEST", 1000)
    assert "larger than 1,000 bytes" in refusal(site, _zip({"manifest.json": b" " * 100_000}))


def test_a_chunk_that_is_not_what_it_says_is_refused(site: Caller) -> None:
    assert send(site, ("a" * 40, b"other")).status_code == 400
    assert send(site, ("../../../../escaped", b"x")).status_code == 400
    assert send(site, (sha1(b"x"), b"no gzip"), name="file_gzip").status_code == 400
    assert send(site, (sha1(b"x"), b"x"), name="elsewhere").status_code == 400
    assert send(site).status_code == 400
    assert site.call("POST", "chunk-upload/", {"a": 1}).status_code == 400
    assert not wiring.source_map_files().chunks_dir.exists()


def test_a_chunk_that_is_a_bomb_is_refused(site: Caller) -> None:
    bomb = bytes(300 * MIB)
    assert send(site, (sha1(bomb), gzip.compress(bomb, 9)), name="file_gzip").status_code == 413
    assert send(site, (sha1(bomb[: 3 * MIB]), bomb[: 3 * MIB])).status_code == 413
    assert send(site, *((sha1(bytes([n])), bytes([n])) for n in range(9))).status_code == 413


def test_what_is_being_uploaded_has_a_limit(site: Caller, settings: Any) -> None:
    settings.VEDETTE = {**settings.VEDETTE, "SOURCEMAPS_MAX_BYTES": 4000}
    conf.reload()
    data = bundle_of(BUILT).zipped()
    filler = bytes(800)
    assert send(site, (sha1(filler), filler)).status_code == 200
    refused = send(site, (sha1(data), data))
    assert (refused.status_code, b"SOURCEMAPS_MAX_BYTES" in refused.content) == (413, True)


def test_a_site_that_keeps_none_says_so(site: Caller, settings: Any) -> None:
    settings.VEDETTE = {**settings.VEDETTE, "SOURCEMAPS_MAX_BYTES": 0}
    conf.reload()
    for method, path in (
        ("GET", "chunk-upload/"),
        ("POST", "chunk-upload/"),
        ("POST", "artifactbundle/assemble/"),
    ):
        refused = site.call(method, path, {})
        assert (refused.status_code, b"takes no source maps" in refused.content) == (400, True)


@pytest.mark.parametrize(
    "body",
    [
        {"checksum": "x", "chunks": ["a" * 40]},
        {"checksum": "a" * 40, "chunks": ["../x"]},
        {"checksum": "a" * 40, "chunks": []},
        {"checksum": "a" * 40, "chunks": ["a" * 40] * 5000},
        {"checksum": 5},
        [],
    ],
)
def test_a_bundle_that_makes_no_sense_is_refused(site: Caller, body: object) -> None:
    assert site.call("POST", "artifactbundle/assemble/", body).status_code == 400


def test_nobody_uploads_without_a_token(site: Caller) -> None:
    for path in ("chunk-upload/", "artifactbundle/assemble/"):
        assert site.call("POST", path, {}, Authorization="Bearer nope").status_code == 401


@contextmanager
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let nothing be written."""
    import errno

    from vedette.sourcemaps import files

    def full(*given: Any, **named: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files, "_partial", full)
        yield


def test_a_full_disk_is_told_in_words(site: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bundle_of(BUILT).zipped()
    with full_disk(monkeypatch):
        refused = send(site, (sha1(data), data))
    assert (refused.status_code, json.loads(refused.content)["detail"]) == (
        507,
        "nothing was kept: there is no room on the disk",
    )


def test_a_token_limited_to_a_service_uploads_for_it_alone(site: Caller) -> None:
    limited = Caller(make_token("shop alone", at=list_tokens()[0].created_at, service="shop"))
    data = bundle_of(BUILT).zipped()
    assert send(limited, (sha1(data), data)).status_code == 200
    body = {"checksum": sha1(data), "chunks": [sha1(data)]}
    assert limited.call("POST", "artifactbundle/assemble/", {**body, "projects": ["mail"]}).status_code == 403
    assert (
        limited.call("POST", "artifactbundle/assemble/", {**body, "projects": ["shop", "mail"]}).status_code
        == 403
    )
    assert list_bundles().count == 0
    assert limited.post("artifactbundle/assemble/", body, status=200)["state"] == "ok"
    assert [each.services for each in list_bundles().bundles] == [("shop",)]
