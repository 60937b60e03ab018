"""The issues that a batch of events touches: looked up and written back in a handful of statements, however many events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db import models

from vedette.catalogue.database import ALIAS, chunks
from vedette.catalogue.rows import insert, insert_and_name, update
from vedette.issues.columns import clean
from vedette.issues.drafts import Draft, Drafts
from vedette.issues.models import IssueHashRow, IssueRow, IssueUserRow
from vedette.issues.sighting import Key, Sighting

_COUNTED = (
    "events", "first_us", "last_us", "first_release", "last_release", "last_event_id", "level", "is_handled",
)  # fmt: skip
_STATE = (
    "status", "status_us", "is_regressed", "resolved_in", "resolved_after", "resolved_commit", "ignored_until_us",
    "ignored_until_events", "ignored_until_users",
)  # fmt: skip


@dataclass(slots=True)
class Ledger:
    """Issues by hash, with what has been counted since they were read; to be used in a transaction.

    The rows are locked until its end, hashes before issues and each in the order of their ids: so do all that change them.
    """

    drafts: Drafts = field(default_factory=Drafts)
    hashes: dict[Key, IssueHashRow] = field(default_factory=dict)
    new_issues: list[IssueRow] = field(default_factory=list)
    new_hashes: list[tuple[IssueHashRow, IssueRow]] = field(default_factory=list)
    _issue_of: dict[Key, IssueRow] = field(default_factory=dict)
    _issues: dict[int, IssueRow] = field(default_factory=dict)
    _touched: dict[int, IssueRow] = field(default_factory=dict)
    _counted: dict[int, IssueHashRow] = field(default_factory=dict)

    def read(self, keys: Iterable[Key]) -> None:
        """Read the hashes among *keys* that are known, and their issues."""
        wanted = set(keys) - set(self.hashes)
        locked = IssueHashRow.objects.using(ALIAS).select_for_update().defer("value").order_by("id")
        found = [
            row for rows in _with_keys(locked, wanted) for row in rows if (row.service, row.hash) in wanted
        ]
        self._read_issues({row.issue_id for row in found} - set(self._issues))
        for row in found:
            self.hashes[row.service, row.hash] = row
            self._issue_of[row.service, row.hash] = self._issues[row.issue_id]

    def _read_issues(self, ids: Iterable[int]) -> None:
        for chunk in chunks(sorted(ids)):
            rows = IssueRow.objects.using(ALIAS).select_for_update()
            for issue in rows.filter(id__in=chunk).defer("value").order_by("id"):
                self._issues[issue.id] = issue

    def find(self, keys: Iterable[Key]) -> IssueRow | None:
        """Return the issue of the first of *keys* that is known; None where none is."""
        return next((self._issue_of[key] for key in keys if key in self._issue_of), None)

    def open(self, sighting: Sighting) -> IssueRow:
        """Return a new issue for *sighting*, known by its hashes; it is not counted yet."""
        draft = self.drafts.take(sighting)
        self.new_issues.append(draft.issue)
        self._attach(draft.issue, draft)
        return draft.issue

    def attach(self, issue: IssueRow, sighting: Sighting) -> None:
        """Make *issue* known by the hashes of *sighting* that are not known yet."""
        if any((issue.service, hash_) not in self.hashes for hash_ in sighting.grouping.hashes):
            self._attach(issue, self.drafts.take(sighting))

    def _attach(self, issue: IssueRow, draft: Draft) -> None:
        for hash_, row in draft.hashes.items():
            if (issue.service, hash_) not in self.hashes:
                row.service = issue.service
                self.hashes[row.service, hash_] = row
                self._issue_of[row.service, hash_] = issue
                self.new_hashes.append((row, issue))

    def count(self, issue: IssueRow, sighting: Sighting) -> None:
        """Count *sighting*, of *issue* and of its first hash."""
        own = self.hashes[issue.service, sighting.grouping.hashes[0]]
        for row in (issue, own):
            _count(row, sighting)
        self._touched[id(issue)] = issue
        self._counted[id(own)] = own

    def save(self) -> None:
        """Write everything back."""
        insert_and_name(self.new_issues)
        for row, issue in self.new_hashes:
            row.issue_id = issue.pk
        # In one order for all: two hosts that make the same ones would wait for each other.
        hashes = sorted((row for row, _ in self.new_hashes), key=lambda row: (row.service, row.hash))
        insert(hashes)
        new = {id(new_row) for new_row in (*self.new_issues, *hashes)}
        update([row for row in self._touched.values() if id(row) not in new], (*_COUNTED, *_STATE))
        update([row for row in self._counted.values() if id(row) not in new], _COUNTED)

    def meet(self, users: Iterable[tuple[IssueRow, str]]) -> dict[int, int]:
        """Remember *users* whom ignored issues have met; return by issue how many it has met by now."""
        rows = {(issue.id, user): IssueUserRow(issue=issue, user=user) for issue, user in users}
        IssueUserRow.objects.using(ALIAS).bulk_create(rows.values(), ignore_conflicts=True)
        met: dict[int, int] = {}
        for chunk in chunks(sorted({id_ for id_, _ in rows})):
            counted = IssueUserRow.objects.using(ALIAS).filter(issue__in=chunk).values_list("issue")
            met |= dict(counted.annotate(users=models.Count("id")))
        return met


def known_keys(keys: Iterable[Key]) -> set[Key]:
    """Return those of *keys* that lead to an issue; nothing is locked.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    wanted = set(keys)
    found = _with_keys(IssueHashRow.objects.using(ALIAS).only("service", "hash"), wanted)
    return wanted & {(row.service, row.hash) for rows in found for row in rows}


def _with_keys(
    rows: models.QuerySet[IssueHashRow], keys: set[Key]
) -> Iterator[models.QuerySet[IssueHashRow]]:
    """Yield the queries for *rows* that may have one of *keys*: of the same services and hashes."""
    services = sorted({service for service, _ in keys})
    for chunk in chunks(sorted({hash_ for _, hash_ in keys})):
        yield rows.filter(service__in=services, hash__in=chunk)


def _count(row: IssueRow | IssueHashRow, sighting: Sighting) -> None:
    error = sighting.error
    release, event_id = clean(error.release, 250), clean(error.event_id, 32)
    if not row.events or sighting.time_us < row.first_us:
        row.first_us, row.first_release = sighting.time_us, release
    if not row.events or (sighting.time_us, event_id) >= (row.last_us, row.last_event_id):
        row.last_us, row.last_release, row.last_event_id = sighting.time_us, release, event_id
        row.level, row.is_handled = clean(error.level, 16), error.handled
    row.events += 1
