"""A million damaged bodies, none of which may hurt: ``python -m tests.ingest.fuzz --rounds 1000000``.

Each round takes a body that a real SDK sent, damages it (`tests.ingest.mutations`) and hands it to the decoder of its kind,
one in sixteen to the endpoint.  It must be read or refused by the protocol's own errors; whatever is read must come to lie in
the journal, and each error must belong to an issue.  What lies in the journal is now and then taken into parts, where nothing
of it may be refused.  Meanwhile memory must not grow, and no body may take longer than its size explains.

A round depends on nothing but the seed and its number, so that ``--start`` finds it again.  What is found is written to files.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, cast

import django
import psutil
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

from tests.ingest.mutations import mutated
from tests.wire.cases import CASES, arrival, envelopes, events
from tests.wire.otlp.requests import as_protobuf
from vedette.issues.grouping.algorithm import group
from vedette.issues.sighting import event_of
from vedette.pipeline import lines
from vedette.pipeline.drops import Drops
from vedette.pipeline.recorder import Recorder, Resource
from vedette.record.signals import Error, Signal
from vedette.store.attachments import Attachments
from vedette.wire.arrival import Decoded
from vedette.wire.errors import WireError
from vedette.wire.otlp.decoding import decode_logs, decode_metrics, decode_traces
from vedette.wire.otlp.deltas import Deltas
from vedette.wire.sentry.decoding import decode_event, decode_pieces, decode_security

if TYPE_CHECKING:
    from tests.ingest.conftest import Posting
    from vedette.pipeline.journal import Journal

MIB = 1 << 20
MOST_GROWTH = 48 * MIB
MOST_CPU_S = 5.0
POSTED_EVERY = 16
DRAINED_EVERY = 20_000
ANSWERS = frozenset({200, 202, 400, 403, 413, 415})
REPORT = {
    "csp-report": {
        "document-uri": "https://shop.example/?token=abc",
        "blocked-uri": "https://evil.example/x.js",
        "violated-directive": "script-src-elem 'self'",
        "original-policy": "script-src 'self'",
    }
}


@dataclass(frozen=True)
class Target:
    """A way in: what reads its bodies, where they are posted, and the bodies to begin with."""

    name: str
    form: str
    read: Callable[[bytes], Decoded]
    path: str
    content_type: str
    bodies: Sequence[bytes]


def targets() -> list[Target]:
    """Return the ways in that there are bodies for."""
    from tests.ingest.test_fuzz import GOOD
    from tests.wire.otlp.test_mutations import REQUESTS

    came = arrival(salt=b"salt")
    single = [path.read_bytes() for path in events()] or [b'{"message":"x"}']
    reports = [json.dumps(REPORT).encode(), json.dumps([{"type": "network-error", "body": {}}]).encode()]
    found = [
        Target(
            "envelope",
            "envelope",
            lambda body: decode_pieces([body], arrival=came),
            "api/1/envelope/",
            "application/x-sentry-envelope",
            [GOOD, *(case.body for case in envelopes())],
        ),
        Target(
            "event",
            "json",
            lambda body: decode_event(body, arrival=came),
            "api/1/store/",
            "application/json",
            single,
        ),
        Target(
            "security",
            "json",
            lambda body: decode_security(body, arrival=came),
            "api/1/security/",
            "application/csp-report",
            reports,
        ),
    ]
    for signal, path in (("trace", "v1/traces"), ("metrics", "v1/metrics"), ("logs", "v1/logs")):
        requests = [REQUESTS[signal], *_case(signal)]
        for encoding in ("json", "protobuf"):
            is_json = encoding == "json"
            bodies = [
                json.dumps(each).encode() if is_json else as_protobuf(each, signal) for each in requests
            ]
            found.append(
                Target(
                    f"{signal} {encoding}",
                    encoding,
                    _reader(signal, encoding),
                    path,
                    "application/json" if is_json else "application/x-protobuf",
                    bodies,
                )
            )
    return found


def _case(signal: str) -> list[dict[str, Any]]:
    path = CASES / "otlp" / f"{signal}.json"
    return [json.loads(path.read_bytes())] if path.exists() else []


def _reader(signal: str, encoding: Any) -> Callable[[bytes], Decoded]:
    came = arrival(salt=b"salt")
    if signal == "metrics":
        return lambda body: decode_metrics(body, encoding=encoding, arrival=came, deltas=Deltas(since=0))
    read = decode_traces if signal == "trace" else decode_logs
    return lambda body: read(body, encoding=encoding, arrival=came)


@dataclass
class _Lines:
    """A journal that keeps the lines until they are asked for."""

    kept: list[tuple[str, bytes]] = field(default_factory=list)

    def append(self, table: str, line: bytes, *, is_counted: bool = True) -> bool:
        self.kept.append((table, line))
        return True


class Unkept(AssertionError):
    """Something that was read did not come through."""


class Check:
    """Hands one body to one way in, and raises whatever is wrong with what came of it."""

    def __init__(self, posting: Posting) -> None:
        self.outcomes: Counter[str] = Counter()
        self._posting = posting
        self._handler = WSGIHandler()
        self._lines = _Lines()
        self._drops = Drops()
        journal = cast("Journal", self._lines)
        self._recorder = Recorder(journal, Resource("s", "e", "r", "h"), self._drops, monotonic=lambda: 0.0)
        self._recorder._report_at = 1.0  # what is lost stays where it can be asked for

    def read(self, target: Target, body: bytes) -> None:
        """Read *body* by the decoder."""
        try:
            decoded = target.read(body)
        except WireError as error:
            self.outcomes[f"{target.name}: {type(error).__name__}"] += 1
            return
        self.outcomes[f"{target.name}: read" + (", in part" if decoded.declined else "")] += 1
        for signal in decoded.signals:
            self._keep(signal)

    def _keep(self, signal: Signal) -> None:
        if not self._recorder.record(signal):
            raise Unkept(f"{signal.table}: {self._drops.pending()}")
        ((table, line),) = self._lines.kept
        self._lines.kept.clear()
        kept, _ = lines.decode(table, line)
        if kept is None:
            raise Unkept(f"{table}: the line cannot be read: {line[:500]!r}")
        if isinstance(kept, Error):
            grouping = group(event_of(kept))
            if not grouping.hashes or not grouping.title:
                raise Unkept(f"an error without an issue: {grouping}")

    def post(self, target: Target, body: bytes, rng: Random) -> None:
        """Post *body* to its endpoint, some of them packed.

        As a server does: Django's test client keeps a little of each request.
        """
        from tests.ingest.conftest import KEY

        is_packed = rng.random() < 0.3
        sent = gzip.compress(body, 1) if is_packed else body
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": f"/vedette/{target.path}",
            "CONTENT_TYPE": target.content_type,
            "CONTENT_LENGTH": str(len(sent)),
            "HTTP_X_SENTRY_AUTH": f"Sentry sentry_key={KEY}, sentry_version=7",
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": io.BytesIO(sent),
            "wsgi.url_scheme": "http",
            **({"HTTP_CONTENT_ENCODING": "gzip"} if is_packed else {}),
        }
        answer = self._handler.get_response(WSGIRequest(environ))
        self.outcomes[f"{target.name}: {answer.status_code}"] += 1
        if answer.status_code not in ANSWERS:
            raise Unkept(f"{answer.status_code}: {getattr(answer, 'content', b'')[:500]!r}")

    def drain(self) -> None:
        """Take into parts what was posted, and begin anew."""
        recorded = self._posting.recorded
        lost = recorded.recorder.drops.pending()
        if any(reason == "unencodable" for _, reason in lost):
            raise Unkept(f"lost: {lost}")
        recorded.drain()
        refused = [path for path in (recorded.directory / "quarantine").rglob("*") if path.is_file()]
        if refused:
            raise Unkept(f"set aside: {refused[0].read_bytes()[:2000]!r}")
        for table in ("parts", "attachments"):
            shutil.rmtree(recorded.directory / table, ignore_errors=True)


@dataclass
class Report:
    """What a run found."""

    rounds: int = 0
    findings: dict[str, str] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    memory_before: int = 0
    memory_after: int = 0
    slowest_s: float = 0.0

    @property
    def growth(self) -> int:
        """By how many bytes the process grew after it was warm."""
        return self.memory_after - self.memory_before


def run(*, rounds: int, seed: int, out: Path, start: int = 0, seconds: float | None = None) -> Report:
    """Run *rounds* from *start* on, or as many as take *seconds*; write what is found to *out*."""
    report, process = Report(), psutil.Process()
    ways, warm = targets(), max(1, min(50_000, rounds // 5))
    ends_at = time.monotonic() + seconds if seconds else None
    with _check() as check:
        report.outcomes = check.outcomes
        for number in range(start, start + rounds):
            _round(number, check, ways, report, seed=seed, out=out)
            report.rounds += 1
            if report.rounds == warm:
                report.memory_before = process.memory_info().rss
            if report.rounds % 10_000 == 0:
                print(_progress(report, process), flush=True)
            if ends_at and time.monotonic() > ends_at:
                break
        _guarded(check.drain, "drain", b"", report, out)
        report.memory_after = process.memory_info().rss
    return report


def _round(
    number: int, check: Check, ways: Sequence[Target], report: Report, *, seed: int, out: Path
) -> None:
    rng = Random(seed * 1_000_003 + number)
    # Half of the bodies are envelopes: they are what most comes in as, and have most in them.
    target = ways[0] if rng.random() < 0.5 else rng.choice(ways)
    body = mutated(target.form, rng.choice(target.bodies), target.bodies, rng)
    began = time.process_time()
    if number % POSTED_EVERY == POSTED_EVERY - 1:
        _guarded(lambda: check.post(target, body, rng), f"{number} {target.name}", body, report, out)
    else:
        _guarded(lambda: check.read(target, body), f"{number} {target.name}", body, report, out)
    took = time.process_time() - began
    report.slowest_s = max(report.slowest_s, took)
    if took > MOST_CPU_S:
        _found(f"slow: {target.name}", f"{number}: {took:.1f} s for {len(body)} bytes", body, report, out)
    if number % DRAINED_EVERY == DRAINED_EVERY - 1:
        _guarded(check.drain, f"{number} drain", b"", report, out)


def _guarded(step: Callable[[], None], what: str, body: bytes, report: Report, out: Path) -> None:
    try:
        step()
    except Exception as error:  # noqa: BLE001 - whatever is raised is what is looked for
        innermost = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{type(error).__name__} at {innermost.filename}:{innermost.lineno}"
        _found(place, f"{what}\n{traceback.format_exc()}", body, report, out)


def _found(place: str, text: str, body: bytes, report: Report, out: Path) -> None:
    if place in report.findings:
        return
    report.findings[place] = text
    out.mkdir(parents=True, exist_ok=True)
    name = out / f"finding-{len(report.findings)}"
    name.with_suffix(".txt").write_text(f"{place}\n{text}")
    name.with_suffix(".bin").write_bytes(body)
    print(f"FOUND {place}: {name}.txt", flush=True)


def _progress(report: Report, process: psutil.Process) -> str:
    memory = process.memory_info().rss // MIB
    return f"{report.rounds} rounds, {len(report.findings)} findings, {memory} MiB, slowest {report.slowest_s:.2f} s"


@contextmanager
def _check() -> Iterator[Check]:
    from tests.ingest.conftest import receiving  # it needs Django's settings, which `main` names

    with (
        tempfile.TemporaryDirectory(prefix="vedette-fuzz-") as directory,
        receiving(Path(directory)) as client,
    ):
        client.set(attachments=Attachments(Path(directory, "attachments"), 64 * MIB))
        yield Check(client)


def main() -> int:
    """Run as the command line says; return 1 where something was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, help="stop after so long")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0, help="the number of the first round")
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir(), "vedette-fuzz"))
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    report = run(
        rounds=given.rounds, seed=given.seed, out=given.out, start=given.start, seconds=given.seconds
    )
    for outcome, number in sorted(report.outcomes.items()):
        print(f"{number:>9} {outcome}")
    print(f"{report.rounds} rounds, {len(report.findings)} findings, slowest {report.slowest_s:.2f} s")
    print(f"memory {report.memory_before // MIB} -> {report.memory_after // MIB} MiB")
    if report.rounds >= 100_000 and report.growth > MOST_GROWTH:
        print(f"memory grew by {report.growth // MIB} MiB")
        return 1
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())
