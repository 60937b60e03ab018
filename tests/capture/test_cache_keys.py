"""Keys of caches are kept without what is secret in them."""

from __future__ import annotations

import pytest

from vedette.capture.cache_keys import shown


@pytest.mark.parametrize(
    "key",
    ["user:42", "views.home", "basket_of_2024_with_many_words", "item:12345678901234567", "größe", ":1:a/b"],
)
def test_a_plain_key_stays_as_it_is(key: str) -> None:
    assert shown(key) == key


@pytest.mark.parametrize(
    ("key", "kept"),
    [
        (
            "django.contrib.sessions.cached_db" + "abcdefghijklmnopqrstuvwxyzabcdef",
            "django.contrib.sessions.cached_[Filtered]",
        ),
        ("password_reset:42:whatever", "password_reset:[Filtered]"),
        ("api/token/abc", "api/token/[Filtered]"),
        ("confirm:Zm9vYmFy_c2Vj-cmV0MTIzNDU2", "confirm:[Filtered]"),
        ("page.d41d8cd98f00b204e9800998ecf8427e.en", "page.[Filtered].en"),
        ("mail:bob@example.com", "mail:[Filtered]"),
    ],
)
def test_what_looks_secret_is_taken_out(key: str, kept: str) -> None:
    assert shown(key) == kept


def test_an_address_stays_where_personal_data_is_allowed() -> None:
    assert shown("mail:bob@example.com", keep_pii=True) == "mail:bob@example.com"


def test_a_long_key_is_cut_and_a_key_of_any_type_is_text() -> None:
    assert len(shown("word " * 1000)) == 200
    assert shown(7) == "7"
    assert shown(b"bytes") == "bytes"
