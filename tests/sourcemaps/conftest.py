"""A site's files and state, and uploads into them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.ground import NOON
from tests.sourcemaps.made import DEBUG_ID, SHOP, Build, Bundle, build, sha1
from vedette.pipeline.lines import Batch
from vedette.record.signals import Error
from vedette.sourcemaps import operations
from vedette.sourcemaps.digest import SourceMapDigest
from vedette.sourcemaps.files import Files
from vedette.sourcemaps.locating import Locator
from vedette.sourcemaps.maps import Maps
from vedette.testing import FakeClock
from vedette.wire.sentry.error import culprit_of

SCRIPT = "https://shop.example/static/app.min.js"
MIB = 1 << 20


@dataclass
class Shop:
    """Uploads of the service ``shop``, and the drain's sink that works on them."""

    files: Files
    clock: FakeClock
    unmapped: dict[str, int] = field(default_factory=dict)

    def upload(
        self, bundle: Bundle | bytes, *, release: str = "", dist: str = "", service: str = "shop"
    ) -> str:
        """Keep a bundle; return its checksum."""
        data = bundle if isinstance(bundle, bytes) else bundle.zipped()
        pieces = [data[start : start + MIB] for start in range(0, len(data), MIB)]
        for piece in pieces:
            self.files.keep_chunk(sha1(piece), piece)
        done = operations.assemble(
            self.files,
            sha1(data),
            chunks=[sha1(piece) for piece in pieces],
            services=[service],
            release=release,
            dist=dist,
            at=self.clock.now(),
            actor="token ci",
        )
        assert not done.missing
        return sha1(data)

    def digest(self) -> SourceMapDigest:
        """Return the sink, as the wiring makes it."""

        def tell(reason: str, number: int) -> None:
            self.unmapped[reason] = self.unmapped.get(reason, 0) + number

        locator = Locator(
            Maps(self.files, monotonic=self.clock.monotonic),
            clean=lambda line: line.replace("hunter2", "[Filtered]"),
            monotonic=self.clock.monotonic,
        )
        return SourceMapDigest(locator, culprit_of=culprit_of, now=self.clock.now, on_unmapped=tell)

    def drained(self, *events: dict[str, Any], sink: SourceMapDigest | None = None) -> list[dict[str, Any]]:
        """Return what is stored of *events* after the sink."""
        batch = Batch("errors", keep_signals=True)
        for number, event in enumerate(events):
            error = Error(
                time=NOON,
                service="shop",
                release=event.get("release", ""),
                event_id=f"{number:032x}",
                culprit="as sent",
                payload=event,
            )
            batch.add(msgspec.json.encode(error))
        sink = sink or self.digest()
        sink.prepare({"errors": batch})
        sink.digest({"errors": batch})
        return [msgspec.json.decode(line) for line in batch.lines]

    def frames_of(self, *frames: dict[str, Any], **members: Any) -> list[dict[str, Any]]:
        """Return the frames that are stored of an event with *frames*."""
        (stored,) = self.drained(an_event(*frames, **members))
        found: list[dict[str, Any]] = stored["payload"]["exception"]["values"][0]["stacktrace"]["frames"]
        return found


def a_frame(place: tuple[int, int], function: str = "?", **members: Any) -> dict[str, Any]:
    """Return a frame at a place of the script."""
    line, column = place
    return {
        "filename": SCRIPT,
        "abs_path": SCRIPT,
        "function": function,
        "lineno": line,
        "colno": column,
        "in_app": True,
        **members,
    }


def an_event(*frames: dict[str, Any], debug_id: str = DEBUG_ID, **members: Any) -> dict[str, Any]:
    """Return an event as Sentry's SDK for browsers sends one, in the shape in which it is kept."""
    images = [{"type": "sourcemap", "code_file": SCRIPT, "debug_id": debug_id}] if debug_id else []
    thrown = {"type": "RangeError", "value": "no price for coffee", "stacktrace": {"frames": list(frames)}}
    return {
        "platform": "javascript",
        "level": "error",
        "exception": {"values": [thrown]},
        "debug_meta": {"images": images},
        **members,
    }


@pytest.fixture
def clock() -> FakeClock:
    """Give a clock that stands still."""
    return FakeClock(NOON)


@pytest.fixture
def shop(sqlite_state: None, tmp_path: Path, clock: FakeClock) -> Shop:
    """Give a shop without uploads."""
    return Shop(Files(tmp_path / "sourcemaps", 64 * MIB, clock.time), clock)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Give the shop's script, minified by esbuild."""
    return build(tmp_path_factory.mktemp("shop"), sources=SHOP)
