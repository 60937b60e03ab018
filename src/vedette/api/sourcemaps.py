"""The calls with which `sentry-cli` and Sentry's plugins for bundlers upload source maps.

A client asks how uploads are made, says what it has, sends the chunks that are missing, and says it again.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from vedette.api import bodies
from vedette.api.access import Answer, Call
from vedette.api.chunks import CHUNK_BYTES, CHUNKS_PER_REQUEST, REQUEST_BYTES, read_chunks
from vedette.api.projects import service_of
from vedette.ingest.refusal import RefusedError
from vedette.sourcemaps import operations
from vedette.sourcemaps.bundle import InvalidBundleError
from vedette.sourcemaps.files import ChecksumError, Files, FullError, is_checksum

CONCURRENCY = 2
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def options(call: Call, org: str) -> Answer:
    """Answer with how uploads are made."""
    files = _files(call)
    return Answer(
        {
            # Seen from the root of the API: the client puts it behind the address that it was given.
            "url": f"/api/0/organizations/{org}/chunk-upload/",
            "chunkSize": CHUNK_BYTES,
            "chunksPerRequest": CHUNKS_PER_REQUEST,
            "maxRequestSize": REQUEST_BYTES,
            "maxFileSize": files.max_upload,
            "concurrency": CONCURRENCY,
            "hashAlgorithm": "sha1",
            "compression": ["gzip"],
            "accept": ["release_files", "artifact_bundles", "artifact_bundles_v2"],
        }
    )


def uploaded(call: Call, org: str) -> Answer:
    """Keep chunks."""
    files = _files(call)
    try:
        with _refusing():
            count = read_chunks(call.request, files.keep_chunk)
    except ChecksumError as error:
        raise RefusedError(400, str(error)) from None
    except FullError as error:
        raise RefusedError(413, str(error)) from None
    if not count:
        raise RefusedError(400, "there is no chunk in the form")
    return Answer({})


def assembled(call: Call, org: str, version: str = "") -> Answer:
    """Put a bundle together, or say which of its chunks are missing."""
    files = _files(call)
    sent = bodies.read(call.request, bodies.SentBundle)
    if not all(map(is_checksum, (sent.checksum, *sent.chunks))) or not sent.chunks:
        raise RefusedError(400, "a bundle needs a checksum and chunks: SHA-1s in hex")
    if len(sent.chunks) > operations.MOST_CHUNKS:
        raise RefusedError(400, f"a bundle has at most {operations.MOST_CHUNKS} chunks")
    services = call.within([service_of(project) for project in bodies.projects_of(sent.projects)])
    try:
        with _refusing():
            done = operations.assemble(
                files,
                sent.checksum,
                chunks=sent.chunks,
                services=services,
                release=version or sent.version or "",
                dist=sent.dist or "",
                at=call.at,
                actor=call.actor,
            )
    except (InvalidBundleError, ChecksumError, FullError) as error:
        return Answer({"state": "error", "missingChunks": [], "detail": str(error)})
    state = "not_found" if done.missing else "ok"
    return Answer({"state": state, "missingChunks": list(done.missing)})


def _files(call: Call) -> Files:
    files = call.parts.source_map_files()
    if not files.max_bytes:
        raise RefusedError(400, "this site takes no source maps: VEDETTE['SOURCEMAPS_MAX_BYTES'] is 0")
    return files


@contextmanager
def _refusing() -> Iterator[None]:
    """Say what is wrong with the disk in words."""
    try:
        yield
    except OSError as error:
        what = "there is no room on the disk" if error.errno in _FULL else "the disk cannot be written"
        raise RefusedError(507, f"nothing was kept: {what}") from None
