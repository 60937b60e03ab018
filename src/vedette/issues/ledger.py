"""The issues that a batch of events touches: looked up and written back in a handful of statements, however many events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connections, models

from vedette.catalogue.database import ALIAS, chunks
from vedette.issues.models import IssueHashRow, IssueRow, IssueUserRow
from vedette.issues.sighting import Sighting

Key = tuple[str, str]
"""A service and a hash."""
SERVICE_CHARS = 200
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

    hashes: dict[Key, IssueHashRow] = field(default_factory=dict)
    new_issues: list[IssueRow] = field(default_factory=list)
    new_hashes: list[IssueHashRow] = field(default_factory=list)
    _issues: dict[int, IssueRow] = field(default_factory=dict)
    _touched: dict[int, IssueRow] = field(default_factory=dict)
    _counted: dict[int, IssueHashRow] = field(default_factory=dict)

    def read(self, keys: Iterable[Key]) -> None:
        """Read the hashes among *keys* that are known, and their issues."""
        wanted = set(keys) - set(self.hashes)
        services = sorted({service for service, _ in wanted})
        found: list[IssueHashRow] = []
        for chunk in chunks(sorted({hash_ for _, hash_ in wanted})):
            rows = IssueHashRow.objects.using(ALIAS).select_for_update()
            rows = rows.filter(service__in=services, hash__in=chunk).defer("value").order_by("id")
            found += [row for row in rows if (row.service, row.hash) in wanted]
        self._read_issues({row.issue_id for row in found} - set(self._issues))
        for row in found:
            row.issue = self._issues[row.issue_id]
            self.hashes[row.service, row.hash] = row

    def _read_issues(self, ids: Iterable[int]) -> None:
        for chunk in chunks(sorted(ids)):
            rows = IssueRow.objects.using(ALIAS).select_for_update()
            for issue in rows.filter(id__in=chunk).defer("value").order_by("id"):
                self._issues[issue.id] = issue

    def find(self, keys: Iterable[Key]) -> IssueRow | None:
        """Return the issue of the first of *keys* that is known; None where none is."""
        return next((self.hashes[key].issue for key in keys if key in self.hashes), None)

    def open(self, sighting: Sighting, *, service: str) -> IssueRow:
        """Return a new issue for *sighting*, which is not counted yet."""
        issue = IssueRow(service=service, grouping_version=sighting.grouping.version, **_told(sighting))
        self.new_issues.append(issue)
        return issue

    def attach(self, issue: IssueRow, sighting: Sighting) -> None:
        """Make *issue* known by the hashes of *sighting* that are not known yet."""
        for reason in sighting.grouping.explanation.reasons:
            if (issue.service, reason.hash) not in self.hashes:
                row = IssueHashRow(
                    service=issue.service,
                    hash=reason.hash,
                    issue=issue,
                    reason=clean(reason.sentence, 500),
                    **_told(sighting),
                )
                self.hashes[row.service, row.hash] = row
                self.new_hashes.append(row)

    def count(self, issue: IssueRow, sighting: Sighting) -> None:
        """Count *sighting*, of *issue* and of its first hash."""
        own = self.hashes[issue.service, sighting.grouping.hashes[0]]
        for row in (issue, own):
            _count(row, sighting)
        self._touched[id(issue)] = issue
        self._counted[id(own)] = own

    def save(self) -> None:
        """Write everything back."""
        IssueRow.objects.using(ALIAS).bulk_create(self.new_issues)
        for row in self.new_hashes:
            row.issue_id = row.issue.pk
        # In one order for all: two hosts that make the same ones would wait for each other.
        self.new_hashes.sort(key=lambda row: (row.service, row.hash))
        insert(self.new_hashes)
        new = {id(new_row) for new_row in (*self.new_issues, *self.new_hashes)}
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


def insert(rows: Sequence[models.Model]) -> None:
    """Write new *rows*, whose ids nobody asks for: one statement that is prepared once, as in `update`."""
    if not rows:
        return
    quote, fields = connections[ALIAS].ops.quote_name, rows[0]._meta.concrete_fields
    names = [each.attname for each in fields if not each.primary_key]
    columns = ", ".join(quote(str(each.column)) for each in fields if not each.primary_key)
    places = ", ".join(["%s"] * len(names))
    values = [[getattr(row, name) for name in names] for row in rows]
    with connections[ALIAS].cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {quote(rows[0]._meta.db_table)} ({columns}) VALUES ({places})", values
        )


def update(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write the fields *names* of *rows*: one statement that is prepared once, where ``bulk_update`` makes one as long as the rows."""
    if not rows:
        return
    table = connections[ALIAS].ops.quote_name(rows[0]._meta.db_table)
    columns = ", ".join(f"{connections[ALIAS].ops.quote_name(name)} = %s" for name in names)
    values = [[*(getattr(row, name) for name in names), row.pk] for row in rows]
    with connections[ALIAS].cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {columns} WHERE id = %s", values)


def clean(text: str, chars: int) -> str:
    """Return *text* as a column of *chars* characters can hold it: PostgreSQL takes no NUL, and no half of a character."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode()
    return text.replace("\0", "�")[:chars]


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


def _count(row: IssueRow | IssueHashRow, sighting: Sighting) -> None:
    error = sighting.error
    release, event_id = clean(error.release, 250), clean(error.event_id, 32)
    if not row.events or sighting.time_us < row.first_us:
        row.first_us, row.first_release = sighting.time_us, release
    if not row.events or (sighting.time_us, event_id) >= (row.last_us, row.last_event_id):
        row.last_us, row.last_release, row.last_event_id = sighting.time_us, release, event_id
        row.level, row.is_handled = clean(error.level, 16), error.handled
    row.events += 1
