"""Stack traces, as far as they tell one place from another: worked out once for all that are the same.

A fault that happens a thousand times has one stack trace.  It is known again by its JSON, so that what is remembered of it is
exactly what would be worked out anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from vedette.issues.grouping.ownership import judged
from vedette.issues.grouping.places import Place, places_of
from vedette.wire.values import Mapping

MOST = 256
"""So many are remembered, and none that is longer than this: a sender could fill the memory with them."""
LONGEST_BYTES = 64 << 10
_encode = msgspec.json.Encoder().encode
_known: dict[bytes, Traced] = {}


class Traced(NamedTuple):
    """The places of a stack trace, and which of its frames tells most of where something happened."""

    places: tuple[Place, ...]
    main: int


def traced(frames: Sequence[Mapping], *, platform: str) -> Traced:
    """Return what *frames*, the oldest call first, tell; *platform* is the event's."""
    try:
        text = _encode((platform, frames))
    except (TypeError, ValueError, RecursionError):
        return _traced(frames, platform)
    if len(text) > LONGEST_BYTES:
        return _traced(frames, platform)
    key = blake2b(text, digest_size=16).digest()
    found = _known.get(key)
    if found is None:
        found = _traced(frames, platform)
        if len(_known) >= MOST:
            _known.clear()
        _known[key] = found
    return found


def _traced(frames: Sequence[Mapping], platform: str) -> Traced:
    judgements = judged(frames, platform=platform)
    main = len(frames) - 1
    for wanted in ((True, True), (False, True)):
        found = [at for at, judgement in enumerate(judgements) if judgement == wanted]
        if found:
            main = found[-1]
            break
    return Traced(tuple(places_of(frames, platform=platform)), main)
