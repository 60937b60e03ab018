"""The people of the demonstration: the same ones for the same seed."""

from __future__ import annotations

import random
from dataclasses import dataclass

_NAMES = (
    "alma", "bela", "carla", "david", "elif", "femi", "gita", "hugo", "iris", "jan", "kofi", "lena",
    "marek", "nadia", "oscar", "paula", "rami", "sofia", "tariq", "ursula", "vera", "wanda", "yusuf", "zoe",
)  # fmt: skip
_TAGS = ("home", "work", "garden", "money", "health", "travel", "family", "reading", "shopping")
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
)
STRANGE_AGENTS = ("curl/8.14.1", "python-requests/2.32.5", "Mozilla/5.0 (compatible; SearchBot/2.1)")
# Networks that are set aside for examples (RFC 5737).
_NETWORKS = ("192.0.2", "198.51.100", "203.0.113")
GUESSED_NAMES = ("admin", "root", "test", "info", "user", "postmaster")
PROBED_PATHS = ("/wp-login.php", "/.env", "/xmlrpc.php", "/phpmyadmin/", "/.git/config", "/robots.txt")
LOST_PATHS = ("/blog/", "/tasks/archive/", "/help/", "/favicon.ico")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account, an address and a browser."""

    username: str
    password: str
    address: str
    agent: str
    tags: tuple[str, ...]


def make_people(count: int, *, seed: int) -> list[Person]:
    """Return *count* people, whose names are all different."""
    choices = random.Random(f"people {seed}")  # noqa: S311 - nothing that is drawn here protects anything
    return [_person(number, choices) for number in range(count)]


def make_address(choices: random.Random) -> str:
    """Return a client's address."""
    return f"{choices.choice(_NETWORKS)}.{choices.randrange(1, 255)}"


def _person(number: int, choices: random.Random) -> Person:
    round_ = number // len(_NAMES)
    username = _NAMES[number % len(_NAMES)] + (str(round_ + 1) if round_ else "")
    return Person(
        username=username,
        password=f"{username}-{choices.getrandbits(40):x}",
        address=make_address(choices),
        agent=choices.choice(AGENTS),
        tags=tuple(choices.sample(_TAGS, 4)),
    )
