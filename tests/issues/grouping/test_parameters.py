"""What changes from one message to the next is taken out of it, and nothing else."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.issues.grouping.parameters import MOST_CHARS, normalized, parameterize

UUID = "0b9c0f6e-58a4-4a0e-9c55-2f0f6a1f1c11"
SHA1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
MD5 = "d41d8cd98f00b204e9800998ecf8427e"
TABLE = {
    "email": {
        "bo@example.com": "<email>",
        "bo.lind+shop@mail.example.co.uk": "<email>",
        "<bo@localhost>": "<<email>>",
        "(#bo@example.com)": "(<email>)",
    },
    "url": {
        "https://shop.example/orders/17/?page=2#top": "<url>",
        "ftp://files.example/a": "<url>",
        "wss://shop.example/live": "<url>",
        "see http://10.0.0.1:8000/health/ again": "see <url> again",
        "postgres://db/shop": "postgres://db/shop",
    },
    "hostname": {
        "shop.example.com": "<hostname>",
        "SHOP.DE": "<hostname>",
        "api-2.eu.shop.io:8443": "<hostname>:<int>",
        "shop.example": "shop.example",
        "views.py": "views.py",
        "self.total": "self.total",
    },
    "ip": {
        "10.0.0.1": "<ip>",
        "192.0.2.255:5432": "<ip>:<int>",
        "::1": "<ip>",
        "2001:db8::ff00:42:8329": "<ip>",
        "1:2:3:4:5:6:7:8": "<ip>",
        "::ffff:192.0.2.1": "<ip>",
        "fe80::1%eth0": "<ip>",
        "std::vector": "std::vector",
        "Shop::checkout()": "Shop::checkout()",
    },
    "traceparent": {
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01": "<traceparent>",
        "Root=1-67891233-abcdef012345678912345678": "Root=<traceparent>",
    },
    "uuid": {
        UUID: "<uuid>",
        UUID.upper(): "<uuid>",
        f"{UUID}/{UUID}": "<uuid>/<uuid>",
        f"order_{UUID}": "order_"
        + UUID.replace("0b9c0f6e-58a4-4a0e-9c55-2f0f6a1f1c11", "0b9c0f6e-58a4-4a0e-9c55-<hex>"),
    },
    "sha1": {SHA1: "<sha1>", f"commit {SHA1}.": "commit <sha1>."},
    "md5": {MD5: "<md5>", MD5.upper(): "<md5>"},
    "date": {
        "2024-05-06": "<date>",
        "2024-05-06 07:08": "<date>",
        "2024-05-06 07:08:09": "<date>",
        "2024-05-06 07:08:09.123456": "<date>",
        "2024-05-06T07:08:09Z": "<date>",
        "2024-05-06T07:08:09.1+02:00": "<date>",
        "2024-05-06T07:08:09Z07:00": "<date>",
        "20240506 070809": "<date>",
        "07:08:09": "<date>",
        "7:08PM": "<date>",
        "7:08 am": "<date>",
        "23:59": "<date>",
        "May 06, 2024": "<date>",
        "Mon May 06, 2024": "<date>",
        "Mon, 06 May 2024 07:08:09 GMT": "<date>",
        "Mon, 06 May 24 07:08 +0200": "<date>",
        "Monday, 06-May-24 07:08:09 UT": "<date>",
        "Mon May 06 2024 07:08:09 GMT+0200 (Central European Summer Time)": "<date>",
        "Mon May  6 07:08:09 2024": "<date>",
        "6 May 2024 07:08:09 +0200": "<date>",
        "datetime.datetime(2024, 5, 6, 7, 8)": "<date>",
        "datetime.datetime()": "<date>",
        "2024-05-40": "<int>-<int>-<int>",
        "Mayor of May": "Mayor of May",
        "24:01": "<int>:<int>",
    },
    "duration": {"12ms": "<duration>", "1.5s": "<duration>", "30s": "<duration>", "5 s": "<int> s"},
    "swift_txn_id": {
        "tx274a77a8975c4a66aeb24-0052d95365": "<swift_txn_id>",
        "tx274a77a8975c4a66aeb24-0052d95365-eu1": "<swift_txn_id>",
    },
    "hex": {
        "0x1f": "<hex>",
        "0XDEADBEEF": "<hex>",
        "0x7f1edb679c60": "<hex>",
        "9af8c3be": "<hex>",
        "ABCDEF01": "<hex>",
        "12345678": "<hex>",
        "deadbeef": "deadbeef",
        "Abcdef01": "Abcdef01",
        "9af8": "9af8",
    },
    "git_sha": {"bbb3d74": "<git_sha>", "7d20fb1": "<git_sha>", "defaced": "defaced", "BBB3D74": "BBB3D74"},
    "float": {"1.25": "<float>", "-0.5": "<float>", "1.2.3": "<float>.<int>"},
    "int": {
        "17": "<int>",
        "-17": "<int>",
        "#17": "#<int>",
        "order-17": "order-<int>",
        "1234567": "<int>",
        "python3": "python3",
        "v2beta": "v2beta",
    },
    "quoted_str": {
        "name='Bo'": "name=<quoted_str>",
        'name="Bo Lind"': "name=<quoted_str>",
        "name = 'Bo'": "name = 'Bo'",
        "name='Bo\"": "name='Bo\"",
    },
    "bool": {
        "paid=True": "paid=<bool>",
        "paid=false": "paid=<bool>",
        "paid = True": "paid = True",
        "True": "True",
    },
    "nothing": {
        "": "",
        "a quick brown fox": "a quick brown fox",
        "cannot read 'length' of null": "cannot read 'length' of null",
        "no such table: shop_order": "no such table: shop_order",
    },
}
ROWS = [(kind, message, told) for kind, rows in TABLE.items() for message, told in rows.items()]


@pytest.mark.parametrize(
    ("kind", "message", "told"), ROWS, ids=[f"{kind}-{message}" for kind, message, _ in ROWS]
)
def test_a_value_becomes_the_name_of_its_kind_wherever_it_stands(kind: str, message: str, told: str) -> None:
    assert parameterize(message) == told
    assert parameterize(f"before {message}") == f"before {told}"
    assert parameterize(f"{message} after") == f"{told} after"
    assert parameterize(f"before {message} after") == f"before {told} after"


def test_all_values_of_a_message_are_taken_out() -> None:
    told = parameterize(
        "order 1234 of bo@example.com failed at 2024-01-02T10:11:12Z: 10.0.0.1:5432 refused "
        f"(request {UUID}, took 12.5s, retry=True) while fetching https://shop.example/a?c=1"
    )

    assert told == (
        "order <int> of <email> failed at <date>: <ip>:<int> refused "
        "(request <uuid>, took <duration>, retry=<bool>) while fetching <url>"
    )


def test_two_lines_tell_what_a_message_says() -> None:
    assert normalized("\n\nfirst 1\n  \nsecond 2\nthird") == "first <int>\nsecond <int>..."
    assert normalized("first\nsecond") == "first\nsecond"
    assert normalized("first\n") == "first..."


def test_a_message_without_an_end_is_cut() -> None:
    assert len(parameterize("word " * 10_000)) == MOST_CHARS
    assert normalized("a\n" + "b" * 100_000).startswith("a\nbbb")


@given(st.text())
def test_any_text_is_a_message(text: str) -> None:
    assert isinstance(normalized(text), str)


@given(
    st.integers(0, 9_999_999), st.uuids(), st.ip_addresses(), st.datetimes(min_value=dt.datetime(1000, 1, 1))
)
def test_messages_that_differ_in_values_alone_become_one(
    number: int, key: uuid.UUID, address: object, time: dt.datetime
) -> None:
    told = parameterize(f"order {number} ({key}) from {address} at {time:%Y-%m-%dT%H:%M:%SZ}")

    assert told == "order <int> (<uuid>) from <ip> at <date>"
