"""Compressed bodies are read in pieces, within a limit, whatever they hold."""

from __future__ import annotations

import contextlib
import gzip
import importlib
import io
import os
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.wire.compression import decompressed, read
from vedette.wire.errors import MalformedError, TooLargeError, UnsupportedEncodingError

MIB = 1024 * 1024
DATA = os.urandom(100_000) + b"a" * 500_000


def _raw_deflate(data: bytes) -> bytes:
    encoder = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return encoder.compress(data) + encoder.flush()


def _brotli(data: bytes) -> bytes:
    brotli: Any = pytest.importorskip("brotli", reason="brotli is not installed")
    return bytes(brotli.compress(data, quality=3))


def _zstd(data: bytes) -> bytes:
    zstandard: Any = pytest.importorskip("zstandard", reason="zstandard is not installed")
    return bytes(zstandard.compress(data))


ENCODERS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("GZIP", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", _raw_deflate),
    ("br", _brotli),
    ("zstd", _zstd),
    ("identity", bytes),
    ("", bytes),
    ("snappy", bytes),
]


@pytest.mark.parametrize(("encoding", "encode"), ENCODERS)
@pytest.mark.parametrize("size", [997, 65_536, 10_000_000])
def test_a_body_is_read_in_chunks_of_any_size(
    encoding: str, encode: Callable[[bytes], bytes], size: int
) -> None:
    packed = encode(DATA)
    chunks = (packed[start : start + size] for start in range(0, len(packed), size))

    assert read(chunks, encoding=encoding, limit=MIB) == DATA


@pytest.mark.parametrize(("encoding", "encode"), ENCODERS)
def test_a_body_is_read_from_a_file(encoding: str, encode: Callable[[bytes], bytes]) -> None:
    assert read(io.BytesIO(encode(DATA)), encoding=encoding, limit=MIB) == DATA


@pytest.mark.parametrize(("encoding", "encode"), ENCODERS)
def test_a_body_past_the_limit_is_refused(encoding: str, encode: Callable[[bytes], bytes]) -> None:
    with pytest.raises(TooLargeError):
        read([encode(DATA)], encoding=encoding, limit=len(DATA) - 1)


@pytest.mark.parametrize(("encoding", "encode"), ENCODERS[:7])
@pytest.mark.parametrize("kept", [1, 0.5, 0.99999])
def test_a_body_that_ends_early_is_malformed(
    encoding: str, encode: Callable[[bytes], bytes], kept: float
) -> None:
    packed = encode(DATA)
    cut = kept if isinstance(kept, int) else min(len(packed) - 1, int(len(packed) * kept))

    with pytest.raises(MalformedError):
        read([packed[:cut]], encoding=encoding, limit=MIB)


@pytest.mark.parametrize(("encoding", "encode"), ENCODERS[:7])
@given(junk=st.binary(min_size=20, max_size=200))
def test_junk_is_malformed_or_read_but_nothing_else(
    encoding: str, encode: Callable[[bytes], bytes], junk: bytes
) -> None:
    encode(b"x")
    with contextlib.suppress(MalformedError, TooLargeError):
        read([junk], encoding=encoding, limit=MIB)


@pytest.mark.parametrize(("encoding", "encode"), ENCODERS)
def test_an_empty_body_is_empty(encoding: str, encode: Callable[[bytes], bytes]) -> None:
    encode(b"")

    assert read([], encoding=encoding, limit=10) == b""
    assert read([b""], encoding=encoding, limit=10) == b""


@pytest.mark.parametrize(("encoding", "encode"), [ENCODERS[0], ENCODERS[3], ENCODERS[5], ENCODERS[6]])
def test_a_bomb_costs_little(encoding: str, encode: Callable[[bytes], bytes]) -> None:
    bomb = encode(b"\0" * (100 * MIB))

    def chunks() -> Iterator[bytes]:
        for start in range(0, len(bomb), 65_536):
            yield bomb[start : start + 65_536]

    tracemalloc.start()
    with pytest.raises(TooLargeError):
        for _ in decompressed(chunks(), encoding=encoding, limit=80 * MIB):
            pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 32 * MIB


def test_members_of_gzip_follow_each_other_up_to_a_number() -> None:
    assert read([gzip.compress(b"a") + gzip.compress(b"b")], encoding="gzip", limit=10) == b"ab"
    with pytest.raises(MalformedError, match="members"):
        read([gzip.compress(b"") * 2000], encoding="gzip", limit=10)


def test_frames_of_zstd_follow_each_other_up_to_a_number() -> None:
    assert read([_zstd(b"a") + _zstd(b"b")], encoding="zstd", limit=10) == b"ab"
    with pytest.raises(MalformedError, match="members"):
        read([_zstd(b"a") * 2000], encoding="zstd", limit=10_000)


def test_what_follows_gzip_is_passed_over() -> None:
    assert read([gzip.compress(b"a") + b"\0\0junk"], encoding="gzip", limit=10) == b"a"


def test_a_body_may_be_compressed_twice_but_no_more() -> None:
    twice = gzip.compress(zlib.compress(b"abc"))

    assert read([twice], encoding="deflate, gzip", limit=10) == b"abc"
    with pytest.raises(MalformedError, match="twice"):
        read([twice], encoding="gzip,gzip,gzip", limit=10)


def test_zstd_of_the_standard_library_is_used_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    module: Any = None
    for name in ("compression.zstd", "backports.zstd"):
        with contextlib.suppress(ImportError):
            module = module or importlib.import_module(name)
    if module is None:
        pytest.skip("there is no zstd in the standard library, nor backports.zstd")
    packed = module.compress(DATA)
    monkeypatch.setitem(sys.modules, "zstandard", None)

    assert read([packed[:5], packed[5:]], encoding="zstd", limit=MIB) == DATA
    assert read([packed, module.compress(b"x")], encoding="zstd", limit=MIB) == DATA + b"x"
    for damaged in (packed[:-1], b"no zstd at all"):
        with pytest.raises(MalformedError):
            read([damaged], encoding="zstd", limit=MIB)


def test_the_package_zstandard_is_used_where_there_is_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = _zstd(DATA)
    for name in ("compression.zstd", "backports.zstd"):
        monkeypatch.setitem(sys.modules, name, None)

    assert read([packed[:5], packed[5:], _zstd(b"x")], encoding="zstd", limit=MIB) == DATA + b"x"
    for damaged in (packed[:-1], b"no zstd at all"):
        with pytest.raises(MalformedError):
            read([damaged], encoding="zstd", limit=MIB)
    with pytest.raises(MalformedError, match="members"):
        read([_zstd(b"a") * 2000], encoding="zstd", limit=10_000)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("brotli", "zstandard", "compression.zstd", "backports.zstd"):
        monkeypatch.setitem(sys.modules, name, None)

    for encoding, package in (("br", "brotli"), ("zstd", "zstandard")):
        with pytest.raises(UnsupportedEncodingError, match=package):
            read([b"x"], encoding=encoding, limit=10)


def test_a_brotli_that_cannot_be_bounded_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    class OldBrotli:
        class Decompressor:
            pass

    monkeypatch.setitem(sys.modules, "brotli", OldBrotli)

    with pytest.raises(UnsupportedEncodingError, match=r"1\.2"):
        read([b"x"], encoding="br", limit=10)
