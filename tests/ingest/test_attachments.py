"""Files that come with events over HTTP."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.ingest.conftest import OTHER_KEY, Posting, an_event, envelope
from vedette.store.attachments import Attachments

EVENT_ID = f"{1:032x}"
HEADERS = {"event_id": EVENT_ID}


@pytest.fixture
def kept(posting: Posting, tmp_path: Path) -> Attachments:
    """Give the receiver a place for files."""
    kept = Attachments(tmp_path / "attachments", 1 << 20)
    posting.set(attachments=kept)
    return kept


def test_a_file_is_kept_beside_its_event(posting: Posting, kept: Attachments) -> None:
    answer = posting.envelope(("event", an_event()), ("attachment", b"\x89PNG..."), headers=HEADERS)

    assert (answer.status_code, len(posting.recorded.errors), posting.losses()) == (200, 1, {})
    (file,) = kept.list_of(EVENT_ID)
    assert (file.service, file.size) == ("shop", 7)


def test_a_file_belongs_to_the_event_before_it_where_no_header_says(
    posting: Posting, kept: Attachments
) -> None:
    posting.envelope(("event", an_event()), ("attachment", b"..."))

    assert len(kept.list_of(EVENT_ID)) == 1


def test_a_file_may_come_by_itself(posting: Posting, kept: Attachments) -> None:
    answer = posting.envelope(("attachment", b"..."), headers=HEADERS)

    assert (answer.status_code, json.loads(answer.content)) == (200, {"id": EVENT_ID})
    assert len(kept.list_of(EVENT_ID)) == 1


def test_a_file_of_nobody_is_lost_and_breaks_nothing(posting: Posting, kept: Attachments) -> None:
    answer = posting.envelope(("attachment", b"..."), ("event", an_event()))

    assert (answer.status_code, len(posting.recorded.errors)) == (200, 1)
    assert posting.recorded.metrics[0].attributes == {"signal": "attachment", "reason": "invalid"}


def test_a_key_s_files_are_its_own_service_s(posting: Posting, kept: Attachments) -> None:
    posting.envelope(("event", an_event()), ("attachment", b"..."), headers=HEADERS)
    posting.post("api/2/envelope/", envelope(("attachment", b"slipped in"), headers=HEADERS), key=OTHER_KEY)

    assert [file.size for file in kept.list_of(EVENT_ID, service="shop")] == [3]


def test_what_is_sent_again_after_a_failure_is_kept_once(posting: Posting, kept: Attachments) -> None:
    for _ in range(2):
        posting.envelope(("event", an_event()), ("attachment", b"..."), headers=HEADERS)

    assert len(kept.list_of(EVENT_ID)) == 1


def test_what_is_lost_is_counted_for_the_service_of_the_key(posting: Posting, kept: Attachments) -> None:
    posting.post("api/2/envelope/", envelope(("attachment", b"x")), key=OTHER_KEY)
    posting.post("api/2/envelope/", envelope(("replay_event", {})), key=OTHER_KEY)
    posting.recorded.recorder.flush()

    found = posting.ask("SELECT service, attributes['reason'] FROM metrics ORDER BY ALL")
    assert found == [("mail", "invalid"), ("mail", "unsupported")]


def test_a_disk_that_takes_no_files_loses_no_event(posting: Posting, kept: Attachments) -> None:
    kept.directory.write_text("in the way")

    answer = posting.envelope(("event", an_event()), ("attachment", b"..."), headers=HEADERS)

    assert (answer.status_code, len(posting.recorded.errors)) == (200, 1)
    assert posting.recorded.metrics[0].attributes == {"signal": "attachment", "reason": "unwritable"}


def test_files_past_the_rate_are_held_back_and_their_event_is_not(
    posting: Posting, kept: Attachments
) -> None:
    posting.limit(3)
    posting.envelope(*[("attachment", b"%d" % number) for number in range(3)], headers=HEADERS)

    answer = posting.envelope(("event", an_event()), ("attachment", b"one more"), headers=HEADERS)

    assert (answer.status_code, len(posting.recorded.errors)) == (200, 1)
    assert ":attachment:" in answer["X-Sentry-Rate-Limits"]
    assert len(kept.list_of(EVENT_ID)) == 3
    assert posting.recorded.metrics[0].attributes == {"signal": "attachment", "reason": "rate_limited"}


def test_files_alone_past_the_rate_are_refused(posting: Posting, kept: Attachments) -> None:
    posting.limit(3)
    posting.envelope(*[("attachment", b"%d" % number) for number in range(3)], headers=HEADERS)

    assert posting.envelope(("attachment", b"one more"), headers=HEADERS).status_code == 429


def test_an_event_that_is_held_back_leaves_no_file(posting: Posting, kept: Attachments) -> None:
    posting.limit(3)
    posting.envelope(*[("event", an_event(number)) for number in (7, 8, 9)])

    answer = posting.envelope(("event", an_event()), ("attachment", b"..."), headers=HEADERS)

    assert answer.status_code == 429
    assert kept.list_of(EVENT_ID) == []
    assert posting.losses() == {("errors", "rate_limited"): 1, ("attachment", "rate_limited"): 1}
