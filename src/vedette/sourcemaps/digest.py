"""From minified stack traces to what was written: what the drain calls with each batch, before errors are grouped."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec
from django.db import transaction

from vedette.catalogue.database import ALIAS
from vedette.pipeline.lines import Batch
from vedette.record.signals import Error
from vedette.sourcemaps import frames, operations, queries
from vedette.sourcemaps.frames import Event, Original, Place, Unmapped
from vedette.sourcemaps.locating import Locator, Release
from vedette.wire.values import dict_of, text_of

FAILED = "failed"
"""An event on which this choked; it stays as it was sent."""


class _Head(msgspec.Struct):
    platform: object = None


_platform_of = msgspec.json.Decoder(_Head).decode


def _nobody_asks(reason: str, number: int) -> None:
    pass


@dataclass(slots=True)
class SourceMapDigest:
    """The drain's sink that puts into stack traces what was written, where the maps of their scripts were uploaded.

    *culprit_of* tells an event's culprit anew.  `on_unmapped` is told of how many frames nothing could be told, by reason.
    """

    locator: Locator
    culprit_of: Callable[[Event], str]
    now: Callable[[], dt.datetime]
    on_unmapped: Callable[[str, int], None] = _nobody_asks
    tables: frozenset[str] = frozenset({Error.table})
    _unmapped: Counter[str] = field(default_factory=Counter, init=False)
    _noted: set[int] = field(default_factory=set, init=False)
    _noted_on: dt.date | None = field(default=None, init=False)

    def prepare(self, batches: Mapping[str, Batch]) -> None:
        """Map the frames of each error of JavaScript; what cannot be mapped stays as it was sent.

        Raises:
            django.db.Error: If the state database is away.
        """
        self._unmapped = Counter()
        batch = batches.get(Error.table)
        if batch is None:
            return
        errors = [each for each in batch.signals if isinstance(each, Error) and _may_be_minified(each)]
        if not errors or not queries.has_bundles():
            return
        # An event is read twice, once for the scripts that it names: a batch of them in memory would be several times its bytes.
        scripts: dict[Release, set[tuple[str, str]]] = {}
        for error in errors:
            event = _event_of(error)
            if event is not None:
                scripts.setdefault(_release_of(error, event), set()).update(_scripts_of(event))
        if not any(scripts.values()):
            return
        self.locator.begin(scripts)
        changed = [self._map(error, event) for error in errors if (event := _event_of(error)) is not None]
        self.locator.maps.close()
        if any(changed):
            batch.rewrite()

    def digest(self, batches: Mapping[str, Batch]) -> None:
        """Remember which bundles were needed, and tell what could not be mapped; to be called in the drain's transaction.

        Raises:
            django.db.Error: If the state database is away.
        """
        now = self.now()
        if self._noted_on != now.date():
            self._noted, self._noted_on = set(), now.date()
        if used := self.locator.used - self._noted:
            operations.note_use(used, at=now)
            self._noted |= used
        unmapped, self._unmapped = self._unmapped, Counter()
        if unmapped:
            transaction.on_commit(lambda: self._tell(unmapped), using=ALIAS)

    def _tell(self, unmapped: Counter[str]) -> None:
        for reason, number in unmapped.items():
            self.on_unmapped(reason, number)

    def _map(self, error: Error, event: Event) -> bool:
        release = _release_of(error, event)

        def locate(place: Place) -> Original | Unmapped | None:
            told = self.locator.locate(place, release=release)
            if isinstance(told, Unmapped):
                self._unmapped[told.reason] += 1
            return told

        try:
            if not frames.mapped(event, locate):
                return False
            error.payload = msgspec.Raw(msgspec.json.encode(event))
            error.culprit = self.culprit_of(event)
        except Exception:  # noqa: BLE001 - events and maps come from anywhere: one that nobody foresaw must not hold up all others
            self._unmapped[FAILED] += 1
            return False
        return True


def _may_be_minified(error: Error) -> bool:
    payload = error.payload
    if not isinstance(payload, msgspec.Raw):
        return frames.is_javascript(dict_of(payload))
    # The row repeats what the event says, and need not be searched for it.
    if platform := error.attributes.get("platform"):
        return frames.is_javascript({"platform": platform})
    whole = bytes(payload)
    # Most events are none of JavaScript, and hold neither word.
    if b'"javascript"' not in whole and b'"node"' not in whole:
        return False
    try:
        return frames.is_javascript({"platform": _platform_of(whole).platform})
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return False


def _event_of(error: Error) -> Event | None:
    payload = error.payload
    try:
        found = msgspec.json.decode(payload) if isinstance(payload, msgspec.Raw) else payload
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None
    return found if isinstance(found, dict) else None


def _scripts_of(event: Event) -> set[tuple[str, str]]:
    try:
        return {(place.script, place.debug_id) for place in frames.places_of(event)}
    except Exception:  # noqa: BLE001 - as above; it will be counted when it is mapped
        return set()


def _release_of(error: Error, event: Event) -> Release:
    return error.service, error.release, text_of(event.get("dist"))
