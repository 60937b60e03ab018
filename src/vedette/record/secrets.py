"""What a secret is called, and the mark that is left in its place."""

from __future__ import annotations

import functools

FILTERED = "[Filtered]"

SECRET_WORDS = (
    "accesskey",
    "accountkey",
    "amzsignature",
    "apikey",
    "authorization",
    "cardnumber",
    "connectsid",
    "cookie",
    "credential",
    "creditcard",
    "csrf",
    "cvv",
    "encryptionkey",
    "jwt",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pwd",
    "secret",
    "sessid",
    "sessionid",
    "sessionkey",
    "signingkey",
    "token",
)
"""A key that holds one of these, cases and ``_-.`` and spaces aside, names a secret."""
SECRET_NAMES = frozenset({"auth", "cvc", "iban", "otp", "pass", "pin", "session", "ssn"})
"""So does a key that is one of these."""

_SEPARATORS = str.maketrans("", "", "_-. ")
_KEY_CHARS = 200


def is_secret(key: str) -> bool:
    """Tell whether what is kept under *key* looks like a secret."""
    return _is_secret(key if len(key) <= _KEY_CHARS else key[:_KEY_CHARS])


@functools.lru_cache(maxsize=4096)
def _is_secret(key: str) -> bool:
    bare = key.translate(_SEPARATORS).lower()
    return bare in SECRET_NAMES or any(word in bare for word in SECRET_WORDS)
