"""Rows of issues that may be new, made before the transaction that finds out whether they are.

Where every event is a fault of its own, making rows is most of the work: done beforehand, it holds no lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from vedette.issues.columns import clean
from vedette.issues.models import IssueHashRow, IssueRow
from vedette.issues.sighting import Key, Sighting

MOST_KNOWN = 20_000


class Draft(NamedTuple):
    """The rows of an issue that begins with one sighting: its own, and those of its hashes by hash."""

    issue: IssueRow
    hashes: dict[str, IssueHashRow]


def draft_of(sighting: Sighting) -> Draft:
    """Return the rows of the issue that *sighting* opens where its hashes are not known."""
    told, service = _told(sighting), sighting.keys[0][0]
    issue = IssueRow(service=service, grouping_version=sighting.grouping.version, **told)
    hashes = {
        reason.hash: IssueHashRow(
            service=service, hash=reason.hash, reason=clean(reason.sentence, 500), **told
        )
        for reason in sighting.grouping.explanation.reasons
    }
    return Draft(issue, hashes)


class Drafts:
    """Drafts by sighting; each is given once, since who is given one changes it."""

    def __init__(self) -> None:
        self._made: dict[int, Draft] = {}
        self._known: set[int] = set()

    def make(self, sightings: Iterable[Sighting]) -> None:
        """Make drafts for the first of *sightings* of each hash that was not met before, and forget earlier ones."""
        first: dict[Key, Sighting] = {}
        for sighting in sorted(self._unknown(sightings), key=lambda each: each.order):
            first.setdefault(sighting.keys[0], sighting)
        self._made = {id(sighting): draft_of(sighting) for sighting in first.values()}

    def take(self, sighting: Sighting) -> Draft:
        """Return the draft of *sighting*, made now where it was not."""
        return self._made.pop(id(sighting), None) or draft_of(sighting)

    def forget(self, sightings: Iterable[Sighting]) -> None:
        """Forget the drafts, and take the hashes of *sightings* for known."""
        self._made = {}
        if len(self._known) > MOST_KNOWN:
            self._known = set()
        # A guess that is wrong costs a draft that is made later, or for nothing.
        self._known.update(hash(sighting.keys[0]) for sighting in sightings)

    def _unknown(self, sightings: Iterable[Sighting]) -> Iterable[Sighting]:
        return (sighting for sighting in sightings if hash(sighting.keys[0]) not in self._known)


def _told(sighting: Sighting) -> dict[str, Any]:
    grouping, error = sighting.grouping, sighting.error
    return {
        "title": clean(grouping.title, 250),
        "culprit": clean(grouping.culprit, 250),
        "type": clean(grouping.type, 500),
        "value": clean(grouping.value, 4096),
        "platform": clean(error.attributes.get("platform", ""), 64),
        "first_us": sighting.time_us,
        "last_us": sighting.time_us,
    }
