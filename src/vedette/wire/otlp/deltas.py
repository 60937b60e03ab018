"""Cumulative series as what was added since they were last seen."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field

import msgspec

from vedette.wire import documents
from vedette.wire.errors import MalformedError

Buckets = dict[int, float]


@dataclass(frozen=True, slots=True)
class Seen:
    """A series as it was at a time, in nanoseconds since 1970; its numbers by place."""

    at: int
    numbers: Buckets


class _Kept(msgspec.Struct, array_like=True):
    """What `Deltas.dump` writes."""

    since: int
    seen: list[tuple[bytes, int, dict[int, float]]]


_DECODE = msgspec.msgpack.Decoder(_Kept).decode


@dataclass(slots=True)
class Deltas:
    """The last state of each cumulative series, for as many as fit.

    One memory must see all points of a series, in order.  Where several processes receive them, each loads the memory,
    decodes, and dumps it again, in one transaction of a store that they share.

    `since` is when this memory began, in nanoseconds: a series that began after it is new, so all of its first value is.
    Of an older one the first value only tells where to count from.  The series that were not seen for longest are given
    up first; `series` and `numbers` bound the memory (about 100 bytes for each number).
    """

    since: int
    series: int = 20_000
    numbers: int = 400_000
    _seen: OrderedDict[bytes, Seen] = field(default_factory=OrderedDict, init=False, repr=False)
    _held: int = field(default=0, init=False)

    def __len__(self) -> int:
        return len(self._seen)

    def dump(self) -> bytes:
        """Return the memory as bytes, which `load` reads."""
        seen = [(digest, seen.at, seen.numbers) for digest, seen in self._seen.items()]
        return msgspec.msgpack.encode(_Kept(self.since, seen))

    @classmethod
    def load(cls, data: bytes, *, series: int = 20_000, numbers: int = 400_000) -> Deltas:
        """Return the memory that `dump` wrote; raises `MalformedError`."""
        try:
            kept = _DECODE(data)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise MalformedError("this is no memory of series") from None
        deltas = cls(since=kept.since, series=series, numbers=numbers)
        for digest, at, found in kept.seen:
            deltas._keep(digest, Seen(at, found))
        return deltas

    def step(self, key: object, *, start: int, at: int, numbers: Buckets) -> Buckets | None:
        """Return what was added to *numbers* since the series *key*, made of what JSON has, was last seen.

        None where that is not known, or where the point is not newer than the last.  Series that began at another
        *start* are apart, so that a restart begins a new one, and so that the processes of one site, which seldom name
        themselves, are not taken for each other.  Where a sender does not tell a start, a number at place 0 (the count)
        that has shrunk tells of a restart.
        """
        digest = hashlib.blake2b(documents.encode([key, start]).encode(), digest_size=16).digest()
        last = self._seen.get(digest)
        if last is not None and at <= last.at:
            return None
        self._keep(digest, Seen(at, numbers))
        if last is None:
            return numbers if start >= self.since else None
        if numbers.get(0, 0) < last.numbers.get(0, 0):
            return numbers
        return {
            place: added
            for place, number in numbers.items()
            if (added := number - last.numbers.get(place, 0)) > 0
        }

    def _keep(self, digest: bytes, seen: Seen) -> None:
        old = self._seen.pop(digest, None)
        self._held += len(seen.numbers) - (len(old.numbers) if old else 0)
        self._seen[digest] = seen
        while len(self._seen) > self.series or (self._held > self.numbers and len(self._seen) > 1):
            _, dropped = self._seen.popitem(last=False)
            self._held -= len(dropped.numbers)
