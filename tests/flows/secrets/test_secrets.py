"""Secrets are planted wherever a site and those who send to it may put them, and are not found in anything that is kept."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.flows.ingest.server import GUNICORN, Server, run, running
from tests.flows.secrets import bodies
from tests.flows.secrets.corpus import SENTENCES, Corpus
from tests.flows.secrets.scan import everything, found

pytestmark = pytest.mark.slow
SETTINGS = "tests.flows.secrets.settings"
Planted = dict[bytes, str]


@pytest.fixture(params=[False, True], ids=["by default", "with personal data"])
def keeps_people(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Have the site keep personal data or not."""
    monkeypatch.setenv("VEDETTE_SECRETS_PII", str(int(request.param)))
    return bool(request.param)


def test_what_a_site_does_with_secrets_is_not_kept(keeps_people: bool, tmp_path: Path) -> None:
    told = json.loads(run(tmp_path, "tests.flows.secrets.visits", settings=SETTINGS))
    run(tmp_path, "django", "vedette", "tick", settings=SETTINGS)
    secrets, people = (
        {secret.encode(): where for secret, where in told[part].items()} for part in ("secrets", "people")
    )

    stored = everything(tmp_path / "vedette")
    assert_kept(tmp_path, stored, {"errors", "logs", "metrics", "profiles", "requests", "spans"})
    assert len(secrets) > 10_000
    assert found(secrets, stored) == []
    if keeps_people:
        assert_people_are_kept(people, stored)
        assert b"theme" in stored and b'"dark"' in stored
        assert b"db.query.parameters" in stored
    else:
        assert found(people, stored) == []
        assert b'"dark"' not in stored


def test_what_others_send_of_secrets_is_not_kept(keeps_people: bool, tmp_path: Path) -> None:
    corpus = Corpus()
    with running(tmp_path, command=GUNICORN) as server:
        send(server, corpus)
    run(tmp_path, "django", "vedette", "tick")

    stored = everything(tmp_path / "vedette")
    assert_kept(tmp_path, stored, {"errors", "logs", "metrics", "profiles", "spans", "events", "checks"})
    assert len(corpus.secrets) > 20_000
    assert found(corpus.secrets, stored) == []
    if keeps_people:
        assert_people_are_kept(corpus.people, stored)
    else:
        assert found(corpus.people, stored) == []


def send(server: Server, corpus: Corpus) -> None:
    """Send each body, all of which are taken whole."""
    now = time.time()
    for body in bodies.envelopes(corpus, now=now):
        assert server.post("api/1/envelope/", body)[0] == 200
    for body in bodies.messages(corpus):
        assert server.post("api/1/store/", body, {"Content-Type": "application/json"})[0] == 200
    for path, content_type, body in bodies.exports(corpus, now=now):
        assert server.post(path, body, {"Content-Type": content_type})[0] == 200


def assert_kept(directory: Path, stored: bytes, tables: set[str]) -> None:
    """Assert that what is looked through is there at all: parts of *tables*, files, and issues."""
    parts = directory / "vedette" / "parts"
    assert {path.name for path in parts.iterdir()} >= tables
    assert len(list((directory / "vedette" / "attachments").rglob("*-*"))) >= len(SENTENCES) // 2
    assert b"CREATE TABLE" in stored
    assert stored.count(b"[Filtered]") > 1000


def assert_people_are_kept(people: Planted, stored: bytes) -> None:
    """Assert that what points to people is there of most places: what was asked for.

    Not of all: one kind is percent-encoded, and some places, such as cookies in one text, go whole.
    """
    kept = {where for person, where in people.items() if person in stored}
    assert len(kept) > len(set(people.values())) * 0.5
