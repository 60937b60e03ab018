"""Fingerprints that clients set."""

from __future__ import annotations

import pytest

from tests.issues.grouping.events import Event, error, own, raised
from vedette.issues.grouping.algorithm import group
from vedette.issues.grouping.fingerprints import expand, resolve

EVENT: Event = raised(
    error(
        "KeyError", "'a'", own("shop.cart", "total", filename="shop/cart.py", abs_path="/srv/shop/cart.py")
    ),
    error(
        "ValueError",
        "no order 17",
        own(
            "shop.views",
            "checkout",
            filename="shop/views.py",
            abs_path="/srv/shop/views.py",
            package="/opt/shop.so",
        ),
        {"module": "json", "function": "loads", "in_app": False},
    ),
    transaction="/orders/{id}/",
    level="error",
    logger="shop",
    release="shop@1.2",
    environment="production",
    tags={"region": "eu"},
)


def test_the_default_alone_changes_nothing() -> None:
    plain = group(EVENT)

    for given in (["{{ default }}"], ["{{default}}"], [], None, "x", [None]):
        assert group({**EVENT, "fingerprint": given}).hashes == plain.hashes


def test_a_fingerprint_is_all_that_counts() -> None:
    other = raised(error("OSError", "disk"), fingerprint=["storage", 7])

    assert group({**EVENT, "fingerprint": ["storage", 7]}).hashes == group(other).hashes
    assert group(other).hashes != group({**other, "fingerprint": ["storage"]}).hashes


def test_beside_the_default_it_makes_several_issues_of_one() -> None:
    plain = group(EVENT)
    acme, bolt = (group({**EVENT, "fingerprint": ["{{ default }}", tenant]}) for tenant in ("acme", "bolt"))

    assert len(acme.hashes) == len(plain.hashes)
    assert not set(acme.hashes) & set(bolt.hashes)
    assert not set(acme.hashes) & set(plain.hashes)


VARIABLES = {
    "transaction": "/orders/{id}/",
    "level": "error",
    "logger": "shop",
    "release": "shop@1.2",
    "environment": "production",
    "tags.region": "eu",
    "tags.none": "<no-value-for-tag-none>",
    "type": "ValueError",
    "error.type": "ValueError",
    "error.value": "no order 17",
    "message": "no order <int>",
    "function": "checkout",
    "stack.function": "checkout",
    "module": "shop.views",
    "path": "/srv/shop/views.py",
    "stack.filename": "shop/views.py",
    "package": "shop.so",
    "nonsense": "<unrecognized-variable-nonsense>",
}


@pytest.mark.parametrize(("variable", "value"), VARIABLES.items(), ids=VARIABLES)
def test_a_variable_stands_for_its_value(variable: str, value: str) -> None:
    assert resolve("{{ " + variable + " }}", event=EVENT) == value
    assert resolve("{{" + variable + "}}", event=EVENT) == value


def test_what_has_no_value_says_so() -> None:
    names = ("transaction", "message", "type", "value", "function", "path", "module", "package", "logger")

    assert [resolve("{{ " + name + " }}", event={}) for name in names] == [
        "<no-transaction>",
        "<no-message>",
        "<no-type>",
        "<no-value>",
        "<no-function>",
        "<no-abs-path>",
        "<no-module>",
        "<no-package>",
        "<no-logger>",
    ]


def test_a_message_in_a_fingerprint_does_not_make_an_issue_of_each_event() -> None:
    first, second = (
        raised(error("ValueError", f"no order {number}"), fingerprint=[f"no order {number}", "shop"])
        for number in (17, 18)
    )

    assert group(first).hashes == group(second).hashes


def test_what_is_no_variable_stays_as_it_is() -> None:
    assert resolve("for-{{ transaction }}", event=EVENT) == "for-{{ transaction }}"
    assert expand("for {{ transaction }} in {{tags.region}}", event=EVENT) == "for /orders/{id}/ in eu"


def test_tags_may_be_pairs() -> None:
    assert resolve("{{ tags.region }}", event={"tags": [["region", "us"], ["x"]]}) == "us"


def test_a_checksum_is_the_hash() -> None:
    known = "0123456789abcdef0123456789abcdef"

    assert group({**EVENT, "checksum": known}).hashes == (known,)
    assert len(group({**EVENT, "checksum": "mine"}).hashes[0]) == 32
