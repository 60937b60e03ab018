"""What others send may fill half of the journal; the other half is for the site itself."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.ingest.conftest import KEY, NOW, Posting, an_event
from vedette.ingest.room import Room
from vedette.record.signals import Log
from vedette.store import segments

LOGS = '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"x"}}]}]}]}'
MOST = 100_000


@pytest.fixture
def journal(posting: Posting, tmp_path: Path) -> Path:
    """Return a directory that the receiver takes for a journal of 100 kB."""
    directory = tmp_path / "crowded"
    directory.mkdir()
    posting.set(room=Room(directory, MOST, monotonic=posting.clock.monotonic))
    return directory


def fill(directory: Path, size: int) -> None:
    """Put *size* bytes of others' errors into the journal."""
    name = segments.name_of("errors", unix_ms=1, host="h", pid=1, token="0a1b2c3d")
    (directory / name).write_bytes(b"x" * size)


@pytest.mark.parametrize(
    ("path", "body", "type"),
    [
        ("api/1/envelope/", b"{}\n{}", ""),
        (f"api/1/cron/nightly/{KEY}/?status=ok", b"", ""),
        ("v1/logs", LOGS, "application/json"),
    ],
)
def test_past_that_half_others_are_asked_to_come_again(
    posting: Posting, journal: Path, path: str, body: bytes | str, type: str
) -> None:
    fill(journal, MOST // 2)
    answer = posting.post(path, body, type=type)

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert posting.losses() == {("requests", "journal_full"): 1}


def test_the_site_itself_goes_on(posting: Posting, journal: Path) -> None:
    fill(journal, MOST - 1)

    assert posting.envelope(("event", an_event())).status_code == 503
    assert posting.recorded.recorder.record(Log(time=NOW + dt.timedelta(seconds=1), message="ours"))
    assert posting.ask("SELECT message FROM logs") == [("ours",)]


def test_others_are_let_in_again_where_there_is_room(posting: Posting, journal: Path) -> None:
    fill(journal, MOST)
    assert posting.envelope(("event", an_event())).status_code == 503
    fill(journal, 10)
    assert posting.envelope(("event", an_event())).status_code == 503
    posting.clock.advance(1.0)

    assert posting.envelope(("event", an_event())).status_code == 200
