"""Stack traces, as far as they tell one place from another: worked out once for all that are the same.

A fault that happens a thousand times has one stack trace.  It is known again by its JSON, so that what is remembered of it is
exactly what would be worked out anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from operator import is_
from typing import NamedTuple

import msgspec

from vedette.issues.grouping.ownership import judged
from vedette.issues.grouping.places import Place, places_of
from vedette.issues.grouping.variants import Name, Part
from vedette.wire.values import Mapping

MOST = 256
"""So many are remembered, and none that is longer than this: a sender could fill the memory with them."""
LONGEST_BYTES = 64 << 10
_encode = msgspec.json.Encoder().encode
_known: dict[bytes, Traced] = {}
_last: tuple[Sequence[Mapping], str, Traced] | None = None
"""What was asked last is asked again: by what an event is grouped, and then what it is called."""


class Traced(NamedTuple):
    """The places of a stack trace, which of its frames tells most of where something happened, and what is hashed of it.

    `own_parts` are those of the site's own code, `all_parts` of all code.
    """

    places: tuple[Place, ...]
    main: int
    own_parts: tuple[Part, ...]
    all_parts: tuple[Part, ...]

    def parts(self, name: Name) -> tuple[Part, ...]:
        """Return the parts of the places that count in the variant *name*."""
        return self.own_parts if name == "app" else self.all_parts


def traced(frames: Sequence[Mapping], *, platform: str) -> Traced:
    """Return what *frames*, the oldest call first, tell; *platform* is the event's."""
    global _last
    last = _last
    if last and last[1] == platform and len(last[0]) == len(frames) and all(map(is_, last[0], frames)):
        return last[2]
    found = _remembered(frames, platform)
    _last = (frames, platform, found)
    return found


def _remembered(frames: Sequence[Mapping], platform: str) -> Traced:
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
    places = tuple(places_of(frames, platform=platform, judgements=judgements))
    parts = [(place.is_own, Part("place", place.texts)) for place in places if place.counts]
    own_parts = tuple(part for is_own, part in parts if is_own)
    return Traced(places, main, own_parts, tuple(part for _, part in parts))
