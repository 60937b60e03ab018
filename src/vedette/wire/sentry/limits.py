"""How much of what a Sentry SDK sends is read."""

from __future__ import annotations

from dataclasses import dataclass, field

KIB = 1024
MIB = 1024 * KIB


def _item_bytes() -> dict[str, int]:
    return {
        "event": MIB,
        "transaction": 2 * MIB,
        "span": 4 * MIB,
        "log": 4 * MIB,
        "trace_metric": MIB,
        "check_in": 100 * KIB,
        "session": 100 * KIB,
        "sessions": 100 * KIB,
        "client_report": 100 * KIB,
        "user_report": 64 * KIB,
        "feedback": 64 * KIB,
        "raw_security": 64 * KIB,
        "nel": 64 * KIB,
        "profile": 4 * MIB,
        "profile_chunk": 4 * MIB,
        "attachment": 5 * MIB,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bytes after decompression, and counts; Sentry's own are ten to a hundred times larger.

    `item_bytes` is by item type; a type that is not in it is skipped without being held in memory.  `records` is of the whole
    envelope: one of two bytes becomes a line of hundreds in the journal, and what compresses well can bring millions.  `parts` is how many lists, mappings and values the payloads hold that
    are kept as they came: an empty list of three bytes takes twenty times as much.
    """

    envelope_bytes: int = 20 * MIB
    header_bytes: int = 16 * KIB
    items: int = 1000
    attachments: int = 10
    container_items: int = 2000
    records: int = 20_000
    parts: int = 200_000
    item_bytes: dict[str, int] = field(default_factory=_item_bytes)
    store_bytes: int = MIB
