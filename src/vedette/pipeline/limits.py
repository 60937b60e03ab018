"""How much of one record is kept."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from vedette.record.signals import Signal

LINE_BYTES = 256 * 1024
TEXT_CHARS = 32 * 1024
VALUE_CHARS = 4096
ATTRIBUTES = 64
TRUNCATED = "vedette.truncated"
"""The attribute that names the fields that were cut."""


def clip(text: str, chars: int) -> str:
    """Return *text*, cut to *chars* characters with an ellipsis as the last."""
    return text if len(text) <= chars else text[: chars - 1] + "…"


def as_text(value: object) -> str:
    """Return *value* as text for an attribute, whatever it is; never raises an Exception."""
    if isinstance(value, str):
        return value
    try:
        if isinstance(value, bytes | bytearray | memoryview):
            return bytes(value[:VALUE_CHARS]).decode("utf-8", "replace")
        return str(value)
    except Exception as error:  # noqa: BLE001 - a site's __str__ may raise anything
        return f"<{type(value).__name__}: {type(error).__name__} in str()>"


def cleaned(signal: Signal) -> Signal:
    """Return a copy of *signal* that can be encoded and is at most about `LINE_BYTES` long.

    Lone surrogates are replaced, long text is cut and named in the attribute `TRUNCATED`, attributes past the
    first `ATTRIBUTES` are left out.
    """
    cut: list[str] = []
    changes: dict[str, object] = {}
    for name in signal.__struct_fields__:
        value = getattr(signal, name)
        if isinstance(value, str):
            changes[name] = _kept(name, value, TEXT_CHARS, cut)
        elif isinstance(value, Mapping) and name in {"attributes", "properties"}:
            changes[name] = _kept_map(value, cut)
    copy = msgspec.structs.replace(signal, **changes)
    if cut:
        copy.attributes[TRUNCATED] = ",".join(cut)
    return copy


def _kept(name: str, value: str, chars: int, cut: list[str]) -> str:
    if len(value) > chars:
        cut.append(name)
    return clip(value, chars).encode("utf-8", "replace").decode("utf-8")


def _kept_map(values: Mapping[object, object], cut: list[str]) -> dict[str, str]:
    if len(values) > ATTRIBUTES:
        cut.append("attributes")
    return {
        _kept(key := as_text(name)[:200], key, 200, cut): _kept(key, as_text(value), VALUE_CHARS, cut)
        for name, value in list(values.items())[:ATTRIBUTES]
    }
