"""Compressed bodies, taken apart in small pieces and never past a limit.

Each decoder gives at most `PIECE` bytes at a time, whatever the ratio, so that what a hostile body costs is the size of
one piece and of the decoder's window (8 MiB for zstd, 16 MiB for brotli by its format).
"""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any, Protocol

from vedette.wire.errors import MalformedError, TooLargeError, UnsupportedEncodingError

PIECE = 64 * 1024
ZSTD_WINDOW_LOG = 23
MOST_MEMBERS = 1000
"""Of a gzip or zstd body: each costs as much as a small body, however little it holds."""
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS

Source = Iterable[bytes] | IO[bytes]


class _Stream(Protocol):
    """A decoder: `feed` gives what *data* holds, in pieces."""

    def feed(self, data: bytes) -> Iterator[bytes]: ...

    def finish(self) -> None: ...


def decompressed(source: Source, *, encoding: str, limit: int) -> Iterator[bytes]:
    """Give the pieces of *source*, a file or an iterable of bytes, decompressed.

    *encoding* is a Content-Encoding; one that is not known is taken as identity, as Sentry's relay does.
    Raises `TooLargeError` past *limit* bytes, `MalformedError` where the data is damaged or ends early,
    `UnsupportedEncodingError` where a package is missing.
    """
    total = 0
    for piece in _pieces(source, encoding):
        total += len(piece)
        if total > limit:
            raise TooLargeError(f"the body is larger than {limit} bytes")
        if piece:
            yield piece


def read(source: Source, *, encoding: str, limit: int) -> bytearray:
    """Return *source* decompressed, as a whole; raises what `decompressed` raises."""
    body = bytearray()
    for piece in decompressed(source, encoding=encoding, limit=limit):
        body += piece
    return body


def _pieces(source: Source, encoding: str) -> Iterator[bytes]:
    decoders = [_STREAMS[name] for name in _encodings(encoding)]
    pieces = _chunks(source)
    for decoder in reversed(decoders):
        pieces = _through(decoder(), pieces)
    return pieces


def _encodings(encoding: str) -> list[str]:
    names = [name.strip().lower() for name in encoding.split(",")]
    known = [name for name in names if name in _STREAMS]
    if len(known) > 2:
        raise MalformedError("the body is compressed more than twice")
    return known


def _chunks(source: Source) -> Iterator[bytes]:
    read_some = getattr(source, "read", None)
    if read_some is None:
        for given in source:
            for start in range(0, len(given), PIECE):
                yield given[start : start + PIECE]
        return
    while chunk := read_some(PIECE):
        yield chunk


def _one_more(members: int) -> int:
    if members >= MOST_MEMBERS:
        raise MalformedError(f"the compressed body has more than {MOST_MEMBERS} members")
    return members + 1


def _through(stream: _Stream, chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        yield from stream.feed(chunk)
    stream.finish()


class _Zlib:
    """gzip (several members too), zlib, and deflate without a header, told apart by the first byte."""

    def __init__(self) -> None:
        self._decoder: Any = None
        self._members = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._decoder is None:
                self._decoder = self._begin(data)
            elif self._decoder.eof:
                data = data.lstrip(b"\0")
                if not data.startswith(b"\x1f"):
                    return
                self._members = _one_more(self._members)
                self._decoder = zlib.decompressobj(_GZIP_OR_ZLIB)
            try:
                piece = self._decoder.decompress(data, PIECE)
            except zlib.error as error:
                raise MalformedError(f"the body is not compressed as it says: {error}") from None
            data = self._decoder.unused_data if self._decoder.eof else self._decoder.unconsumed_tail
            yield piece
            if not piece and not data:
                return
        while self._decoder is not None and not self._decoder.eof and (piece := self._held()):
            yield piece

    def _held(self) -> bytes:
        held: bytes = self._decoder.decompress(b"", PIECE)
        return held

    def _begin(self, data: bytes) -> Any:
        first = data[0]
        is_wrapped = first == 0x1F or (first & 0x0F == 8 and first >> 4 <= 7)
        return zlib.decompressobj(_GZIP_OR_ZLIB if is_wrapped else -zlib.MAX_WBITS)

    def finish(self) -> None:
        if self._decoder is not None and not self._decoder.eof:
            raise MalformedError("the compressed body ends early")


class _Brotli:
    def __init__(self) -> None:
        brotli = _module("brotli", "br")
        if not hasattr(brotli.Decompressor, "can_accept_more_data"):
            raise UnsupportedEncodingError("br needs brotli 1.2 or newer: pip install 'vedette[compression]'")
        self._decoder = brotli.Decompressor()
        self._error = brotli.error
        self._is_begun = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        if not data:
            return
        self._is_begun = True
        try:
            if self._decoder.is_finished():
                return
            while piece := self._decoder.process(data, output_buffer_limit=PIECE):
                data = b""
                yield piece
        except self._error as error:
            raise MalformedError(f"the body is not brotli: {error}") from None

    def finish(self) -> None:
        if self._is_begun and not self._decoder.is_finished():
            raise MalformedError("the compressed body ends early")


class _StandardZstd:
    """zstd by the standard library's module (3.14) or its backport."""

    def __init__(self, module: Any) -> None:
        self._module = module
        self._options = {module.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG}
        self._decoder = module.ZstdDecompressor(options=self._options)
        self._is_begun = False
        self._members = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        try:
            while data or not (self._decoder.needs_input or self._decoder.eof):
                self._is_begun = True
                if self._decoder.eof:
                    self._members = _one_more(self._members)
                    self._decoder = self._module.ZstdDecompressor(options=self._options)
                yield self._decoder.decompress(data, PIECE)
                data = self._decoder.unused_data if self._decoder.eof else b""
        except self._module.ZstdError as error:
            raise MalformedError(f"the body is not zstd: {error}") from None

    def finish(self) -> None:
        if self._is_begun and not self._decoder.eof:
            raise MalformedError("the compressed body ends early")


class _Zstandard:
    """zstd by the package zstandard.

    It bounds neither its output nor tells where a reader's input was cut short, so it is fed slices so small that the
    worst of them (32 blocks of one repeated byte) gives 4 MiB.
    """

    SLICE = 128

    def __init__(self, module: Any) -> None:
        self._error = module.ZstdError
        self._context = module.ZstdDecompressor(max_window_size=1 << ZSTD_WINDOW_LOG)
        self._decoder: Any = None
        self._members = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        view, start = memoryview(data), 0
        try:
            while start < len(view):
                if self._decoder is None or self._decoder.eof:
                    self._members = _one_more(self._members)
                    self._decoder = self._context.decompressobj()
                part = view[start : start + self.SLICE]
                yield self._decoder.decompress(part)
                start += len(part) - len(self._decoder.unused_data)
        except self._error as error:
            raise MalformedError(f"the body is not zstd: {error}") from None

    def finish(self) -> None:
        if self._decoder is not None and not self._decoder.eof:
            raise MalformedError("the compressed body ends early")


def _zstd() -> _Stream:
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return _StandardZstd(importlib.import_module(name))
        except ImportError:
            continue
    return _Zstandard(_module("zstandard", "zstd"))


def _module(name: str, encoding: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise UnsupportedEncodingError(
            f"a body compressed with {encoding} needs the package {name}: pip install 'vedette[compression]'"
        ) from None


_STREAMS: dict[str, Callable[[], _Stream]] = {
    "gzip": _Zlib,
    "x-gzip": _Zlib,
    "deflate": _Zlib,
    "br": _Brotli,
    "zstd": _zstd,
}
