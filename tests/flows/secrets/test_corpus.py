"""What is known to be a secret by its looks goes from text and from source, and what is beside it stays."""

from __future__ import annotations

import json

import pytest

from tests.flows.secrets.corpus import KEYED, PEOPLE, SENTENCES, TOKENS, Corpus
from vedette.record.redaction import redacted, redacted_source, redacted_sql, redacted_traceback


@pytest.mark.parametrize("kind", SENTENCES)
def test_a_secret_of_each_kind_goes_from_text_and_source(kind: str) -> None:
    corpus = Corpus()
    text = corpus.sentence(kind, "text")
    planted = [secret.decode() for secret in (*corpus.secrets, *corpus.people)]
    seen = [
        redacted(text),
        redacted_sql("SELECT 1 WHERE '" + text.replace("'", "''") + "' <> ''"),
        redacted_traceback(f"Traceback (most recent call last):\nshop.secrets.Refused: {text}"),
        *([] if "\n" in text else [redacted_source(f"    refuse({json.dumps(text)})")]),
    ]

    assert planted
    assert [clean for clean in seen if any(secret in clean for secret in planted)] == []


@pytest.mark.parametrize("kind", TOKENS)
def test_what_is_around_a_token_stays(kind: str) -> None:
    assert redacted(Corpus().sentence(kind, "text")).startswith("cannot use ")
    assert redacted(Corpus().sentence(kind, "text")).endswith(" any more")


@pytest.mark.parametrize("kind", PEOPLE)
def test_what_points_to_a_person_stays_where_it_was_asked_for(kind: str) -> None:
    text = Corpus().sentence(kind, "text")

    assert redacted(text, keep_pii=True) == text


@pytest.mark.parametrize("kind", KEYED)
def test_a_secret_goes_also_where_personal_data_is_kept(kind: str) -> None:
    corpus = Corpus()
    clean = redacted(corpus.sentence(kind, "text"), keep_pii=True)

    assert not any(secret.decode() in clean for secret in corpus.secrets)
