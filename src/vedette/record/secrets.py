"""What a secret is called, and the mark that is left in its place."""

from __future__ import annotations

import functools

FILTERED = "[Filtered]"

SECRET_WORDS = (
    "accesskey",
    "apikey",
    "authorization",
    "cardnumber",
    "cookie",
    "creditcard",
    "credential",
    "csrf",
    "cvv",
    "jwt",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pwd",
    "secret",
    "sessionid",
    "sessionkey",
    "token",
)
"""A key that holds one of these, cases and ``_-.`` and spaces aside, names a secret."""
SECRET_NAMES = frozenset({"auth", "iban", "otp", "pass", "pin", "session", "ssn"})
"""So does a key that is one of these."""

_SEPARATORS = str.maketrans("", "", "_-. ")


@functools.lru_cache(maxsize=4096)
def is_secret(key: str) -> bool:
    """Tell whether what is kept under *key* looks like a secret."""
    bare = key[:200].translate(_SEPARATORS).lower()
    return bare in SECRET_NAMES or any(word in bare for word in SECRET_WORDS)
