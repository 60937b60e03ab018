"""Rules of the site: which events they fit, and what those get."""

from __future__ import annotations

import pytest

from tests.issues.grouping.events import Event, error, library, own, raised
from vedette.issues.grouping.algorithm import group
from vedette.issues.grouping.rule_text import parse
from vedette.issues.grouping.rules import rule_for

EVENT: Event = raised(
    error("KeyError", "'card'", own("shop.cart", "total", abs_path="/srv/shop/cart.py")),
    error(
        "PaymentError",
        "Card 17 Declined",
        own("shop.views", "checkout", abs_path="/srv/shop/views.py", filename="shop/views.py"),
        library(
            "stripe.api", "charge", abs_path="/venv/site-packages/stripe/api.py", package="/opt/Stripe.so"
        ),
    ),
    logentry={"formatted": "could not pay 17"},
    logger="shop.payments",
    level="error",
    release="shop@1.2.3",
    sdk={"name": "sentry.python.django"},
    tags={"region": "eu-1"},
)
FITTING = [
    "type:PaymentError",
    "error.type:Payment*",
    'value:"card * declined"',
    'message:"*not pay*"',
    'message:"Card*"',
    "logger:shop.*",
    "level:ERROR",
    "module:shop.views",
    "stack.module:shop.*",
    "path:**/shop/views.py",
    "path:shop/*.py",
    "path:**/SITE-PACKAGES/**",
    "package:**/stripe.so",
    "function:check???",
    "function:[ct]*",
    "function:[!a]heckout",
    "app:yes",
    "app:no module:stripe.*",
    "family:other",
    "family:javascript,other",
    "sdk:sentry.python.django",
    "release:shop@1.2.*",
    "tags.region:eu-*",
    "!type:OSError",
    "!tags.none:x",
    "!level:fatal type:PaymentError",
    "type:PaymentError level:error tags.region:eu-1",
    "module:shop.views function:checkout",
]
OTHERS = [
    "type:paymenterror",
    "type:Payment",
    "value:card",
    "level:fatal",
    "logger:SHOP.payments",
    "module:shop.views function:total",
    "type:KeyError value:Card*",
    "path:*/site-packages/*.py",
    "app:no module:shop.*",
    "family:native",
    "sdk:sentry.python",
    "release:shop@2.*",
    "tags.none:x",
    "!level:error",
    "function:[z-a]",
]


@pytest.mark.parametrize("conditions", FITTING)
def test_a_rule_fits(conditions: str) -> None:
    assert rule_for(EVENT, rules=parse(f"{conditions} -> x"), platform="python") is not None


@pytest.mark.parametrize("conditions", OTHERS)
def test_a_rule_does_not_fit(conditions: str) -> None:
    assert rule_for(EVENT, rules=parse(f"{conditions} -> x"), platform="python") is None


def test_the_first_rule_that_fits_counts() -> None:
    rules = parse("type:OSError -> disk\ntype:PaymentError -> payment\nlevel:error -> rest")

    assert group(EVENT, rules=rules).hashes == group({"fingerprint": ["payment"]}).hashes


def test_a_rule_comes_before_the_client() -> None:
    rules = parse("type:PaymentError -> payment")

    assert group({**EVENT, "fingerprint": ["mine"]}, rules=rules).hashes == group(EVENT, rules=rules).hashes


def test_a_rule_may_split_what_is_one_issue() -> None:
    rules = parse("type:PaymentError -> {{ default }}, {{ tags.region }}")
    eu = group(EVENT, rules=rules)
    us = group({**EVENT, "tags": {"region": "us-1"}}, rules=rules)

    assert len(eu.hashes) == 2
    assert not set(eu.hashes) & set(us.hashes)


def test_a_rule_may_name_the_issue() -> None:
    rules = parse('type:PaymentError -> {{ default }} title="{{ tags.region }}: {{ error.type }}"')
    named = group(EVENT, rules=rules)

    assert named.title == "eu-1: PaymentError"
    assert named.hashes == group(EVENT).hashes


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("ChunkLoadError", "Loading chunk 17 failed. (https://shop.example/17.js)"),
        ("Error", "Loading CSS chunk 3 failed."),
        ("TypeError", "Failed to fetch dynamically imported module: https://shop.example/cart.4f.js"),
        ("TypeError", "error loading dynamically imported module: https://shop.example/cart.4f.js"),
        ("TypeError", "Importing a module script failed."),
    ],
)
def test_scripts_that_a_release_took_away_are_one_issue(kind: str, value: str) -> None:
    frame = {"abs_path": "https://shop.example/app.js", "function": value[:7], "in_app": True}
    event = raised(error(kind, value, frame), platform="javascript", fingerprint=["{{ default }}", "mine"])

    assert group(event).hashes == ("5d731dcf8ecc4f042eeacf528d8d8da9",)
    assert group({**event, "platform": "python"}).hashes != group(event).hashes
    assert group(event, rules=parse("type:* -> ours")).hashes == group({"fingerprint": ["ours"]}).hashes
