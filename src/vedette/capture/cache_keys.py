"""The keys of caches without what is secret in them: sessions and tokens are looked up by themselves."""

from __future__ import annotations

import re

from vedette.pipeline.limits import as_text, clip
from vedette.record.redaction import redacted
from vedette.record.secrets import FILTERED, is_secret

_KEY_CHARS = 200
_PARTS = re.compile(r"([:/|.])")
# A session's key has 32 letters and digits; digests and tokens, too, are long and without words.
_LONG = re.compile(r"[A-Za-z0-9]{32,}|(?=[A-Za-z]*[0-9])[A-Za-z0-9]{16,}")
_MIXED = re.compile(
    r"(?=[A-Za-z_-]*[0-9])(?=[a-z0-9_-]*[A-Z])(?=[A-Z0-9_-]*[a-z])(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{20,}"
)
_NUMBER = re.compile(r"[0-9]{16,31}")


def shown(key: object, *, keep_pii: bool = False) -> str:
    """Return *key* as it may be kept: without what looks like a secret, or stands behind a secret's name."""
    text = as_text(key)[:4096]
    parts = _PARTS.split(text)
    for place, part in enumerate(parts[:-1]):
        if is_secret(part):
            text = "".join(parts[: place + 2]) + FILTERED
            break
    text = _MIXED.sub(FILTERED, text)
    text = _LONG.sub(lambda match: match[0] if _NUMBER.fullmatch(match[0]) else FILTERED, text)
    return clip(redacted(text, keep_pii=keep_pii), _KEY_CHARS)
