"""Read settings from environment variables."""

from __future__ import annotations

import os

from django.core.exceptions import ImproperlyConfigured

_WORDS = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}


def text(name: str, *, default: str) -> str:
    """Return a variable's text; one that is empty counts as absent."""
    return os.environ.get(name, "").strip() or default


def required_text(name: str, *, hint: str) -> str:
    """Return a variable's text.

    Raises ImproperlyConfigured where it is absent or empty.
    """
    if not (value := text(name, default="")):
        raise ImproperlyConfigured(f"set the environment variable {name}: {hint}")
    return value


def switch(name: str, *, default: bool) -> bool:
    """Return whether a variable says yes.

    Raises ImproperlyConfigured where it says neither yes nor no.
    """
    value = text(name, default="yes" if default else "no").lower()
    if value not in _WORDS:
        raise ImproperlyConfigured(f"{name} is yes or no (or 1, 0, true, false, on, off), not {value!r}")
    return _WORDS[value]


def number(name: str, *, default: int) -> int:
    """Return a variable's whole number.

    Raises ImproperlyConfigured where it is none.
    """
    value = text(name, default=str(default))
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} is a whole number, not {value!r}")
    return int(value)


def words(name: str, *, default: str = "") -> list[str]:
    """Return what a variable lists with commas in between."""
    return [word.strip() for word in text(name, default=default).split(",") if word.strip()]
