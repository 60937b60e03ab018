"""What a column of the issues' tables can hold."""

from __future__ import annotations

SERVICE_CHARS = 200


def clean(text: str, chars: int) -> str:
    """Return *text* as a column of *chars* characters can hold it: PostgreSQL takes no NUL, and no half of a character."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode()
    if "\0" in text:
        text = text.replace("\0", "�")
    return text[:chars]
