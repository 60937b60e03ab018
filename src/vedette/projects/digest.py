"""From notes of keys' uses to the keys: what the drain calls with each batch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q

from vedette.catalogue.database import ALIAS
from vedette.ingest.uses import METRIC
from vedette.pipeline.lines import Batch, decode
from vedette.projects.models import KeyRow
from vedette.record.signals import Metric

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MOST_CHARS = 100
_MARK = METRIC.encode()
MOST_KEYS = 1000
"""Noted in one round; what is past it is noted again a minute later."""
_CHUNK = 300


@dataclass(slots=True)
class KeyUseDigest:
    """The drain's sink that knows when a key last let something in.

    A round without a note costs one look at each line of metrics; one with notes a statement for each key.
    """

    tables: frozenset[str] = frozenset()

    def prepare(self, batches: Mapping[str, Batch]) -> None:
        """Do nothing: the notes are read off the batches."""

    def digest(self, batches: Mapping[str, Batch]) -> None:
        """Move the keys' last uses on; to be called in the drain's transaction.

        Raises:
            django.db.Error: If the state database is away.
        """
        batch = batches.get(Metric.table)
        noted = _noted(batch.lines) if batch is not None else {}
        keys = sorted(noted)[:MOST_KEYS]
        rows = KeyRow.objects.using(ALIAS)
        for start in range(0, len(keys), _CHUNK):
            chunk = keys[start : start + _CHUNK]
            # What a sender makes up is of no key, or of its own project's.
            found = rows.filter(public__in=chunk).values_list("id", "public", "project__service")
            for id, public, service in found:
                used_us = noted[public].get(service)
                if used_us is not None:
                    earlier = Q(last_used_us=None) | Q(last_used_us__lt=used_us)
                    rows.filter(earlier, id=id).update(last_used_us=used_us)


def _noted(lines: Iterable[bytes]) -> dict[str, dict[str, int]]:
    """Return when each key was last used, in microseconds, by the service that the note is of."""
    found: dict[str, dict[str, int]] = {}
    for line in lines:
        # The lines are not decoded for us: of very many metrics hardly one is a note.
        if _MARK not in line:
            continue
        signal, _ = decode(Metric.table, line)
        if not isinstance(signal, Metric) or signal.name != METRIC:
            continue
        key = signal.attributes.get("key", "")
        if not (key.isascii() and key.isalnum() and len(key) <= MOST_CHARS):
            continue
        by_service = found.setdefault(key, {})
        used_us = (signal.time - _EPOCH) // dt.timedelta(microseconds=1)
        by_service[signal.service] = max(used_us, by_service.get(signal.service, used_us))
    return found
