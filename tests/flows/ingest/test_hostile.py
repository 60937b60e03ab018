"""Bodies that are meant to hurt."""

from __future__ import annotations

import gzip
import json
import threading
import time
import zlib
from collections.abc import Iterator

import brotli  # type: ignore[import-untyped]
import psutil
import pytest

from tests.flows.ingest.server import GUNICORN, UVICORN, Server

pytestmark = pytest.mark.slow
MIB = 1 << 20
MOST_MEMORY = {GUNICORN: 32 * MIB, UVICORN: 48 * MIB}
"""Under ASGI there is also what the server and Django hold of a body before any view sees it."""


def bomb(size: int) -> bytes:
    """Return *size* zero bytes behind an envelope's headers, packed by gzip as far as a reader would come."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    start = packer.compress(b'{}\n{"type":"event"}\n') + packer.flush(zlib.Z_FULL_FLUSH)
    # After a full flush nothing refers to what came before, so the same bytes can be repeated.
    piece = packer.compress(bytes(50 * MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + piece * (size // (50 * MIB))


class Peak:
    """The most memory of *processes* while the block lasts, over what they had before."""

    def __init__(self, processes: list[psutil.Process]) -> None:
        self._processes = processes
        self._before = [process.memory_info().rss for process in processes]
        self.more = 0
        self._is_done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_done.is_set():
            for process, before in zip(self._processes, self._before, strict=True):
                self.more = max(self.more, process.memory_info().rss - before)
            time.sleep(0.002)


@pytest.fixture(scope="module")
def bombs() -> list[tuple[str, str, bytes]]:
    """Give bodies of some megabytes that hold gigabytes: path, encoding, bytes."""
    ten_gigabytes = bomb(10_000 * MIB)
    assert 9 * MIB < len(ten_gigabytes) < 11 * MIB
    return [
        ("api/1/envelope/", "gzip", ten_gigabytes),
        ("api/1/store/", "gzip", ten_gigabytes),
        ("v1/traces", "gzip", ten_gigabytes),
        ("api/1/envelope/", "br", brotli.compress(bytes(200 * MIB), quality=1)),
        ("v1/logs", "gzip, gzip", gzip.compress(ten_gigabytes)),
    ]


def test_a_bomb_is_answered_with_413_and_costs_little_memory(
    server: Server, bombs: list[tuple[str, str, bytes]]
) -> None:
    _warm_up(server)
    with Peak(server.workers()) as peak:
        for path, encoding, body in bombs:
            headers = {"Content-Encoding": encoding, "Content-Type": "application/json"}
            status, answer = server.post(path, body, headers)
            assert (path, encoding, status) == (path, encoding, 413), answer

    assert peak.more < MOST_MEMORY[server.command]


def _warm_up(server: Server) -> None:
    """Have each worker load what it needs for any body, so that a bomb is not charged with it."""
    packed = {
        "gzip": gzip.compress,
        "br": brotli.compress,
        "gzip, gzip": lambda body: gzip.compress(gzip.compress(body)),
    }
    for _ in range(10):  # so many that each worker is sure to have its share
        for encoding, pack in packed.items():
            headers = {"Content-Encoding": encoding, "Content-Type": "application/json"}
            assert server.post("api/1/envelope/", pack(b'{}\n{"type":"log"}\n{}'), headers)[0] == 400
            assert server.post("v1/traces", pack(b"{}"), headers)[0] == 200
        # As large a body as a bomb's, which servers keep in files or in buffers of their own.
        assert server.post("api/1/envelope/", b"{}\n" + bytes(10 * MIB))[0] in {400, 413}


def test_a_flood_of_oversized_bodies_costs_little_memory(server: Server) -> None:
    body = b'{}\n{"type":"event"}\n' + bytes(21 * MIB)
    _warm_up(server)
    with Peak(server.workers()) as peak:
        for _ in range(20):
            assert server.post("api/1/envelope/", body)[0] == 413

    assert peak.more < MOST_MEMORY[server.command]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("v1/logs", b'{"resourceLogs":[' + b"{}," * (6 * MIB) + b"{}]}"),
        ("v1/traces", b'{"x":' + b"[" * (8 * MIB)),
        ("api/1/envelope/", b'{}\n{"type":"event"}\n{"extra":[' + b"[]," * (300 * 1024) + b"1]}"),
        ("api/1/store/", b'{"extra":[' + b"{}," * (300 * 1024) + b"1]}"),
        ("api/1/envelope/", b"{}\n" + b'{"type":"event","length":2}\n{}\n' * 900),
        (
            "api/1/envelope/",
            b"{}\n" + (b'{"type":"log"}\n{"items":[' + b"{}," * 1999 + b"{}]}\n") * 900,
        ),
        (
            "v1/logs",
            b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[' + b"{}," * 90_000 + b"{}]}]}]}",
        ),
        (
            "api/1/envelope/",
            b'{"event_id":"%s"}\n{"type":"attachment","length":%d}\n' % (b"a" * 32, 5 * MIB)
            + b"\n" * 5 * MIB,
        ),
        (
            "api/1/envelope/",
            b"{}\n" + (b'{"type":"event"}\n{"extra":{"a":[' + b"[]," * 60_000 + b"1]}}\n") * 100,
        ),
    ],
)
def test_small_things_in_great_number_do_not_swell_in_memory(server: Server, path: str, body: bytes) -> None:
    _warm_up(server)
    with Peak(server.workers()) as peak:
        status, _ = server.post(path, body, {"Content-Type": "application/json"})

    assert status in {200, 400, 413}
    # The largest of them, of 18 MiB, is held as a whole; nothing else may come to more than that and a little.
    assert peak.more < 2 * MOST_MEMORY[server.command]


def test_chunks_without_an_end_are_cut_off(server: Server) -> None:
    def endless() -> Iterator[bytes]:
        yield b'{}\n{"type":"from_the_future"}\n'
        for _ in range(30):
            yield bytes(MIB)

    status, _ = server.post("api/1/envelope/", endless(), {"Transfer-Encoding": "chunked"}, is_chunked=True)

    assert status == 413


def test_the_site_goes_on_after_all_of_that(server: Server) -> None:
    event = json.dumps({"event_id": "d" * 32, "message": "still here"}).encode()

    assert server.post("api/1/envelope/", b'{}\n{"type":"event"}\n' + event)[0] == 200
