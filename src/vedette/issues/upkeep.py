"""What happens to issues with time alone: they wake, and they are forgotten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, When

from vedette.catalogue.database import ALIAS, chunks
from vedette.changes import operations as changes
from vedette.issues.changed import SUBJECT, change_of
from vedette.issues.locking import lock_issues, lock_with_hashes
from vedette.issues.models import CommentRow, IssueHashRow, IssueRow, IssueUserRow
from vedette.issues.regression import reopen
from vedette.issues.statuses import IGNORED, UNRESOLVED
from vedette.store.paging import micros_of

MOST_ISSUES = 50_000
MOST_HASHES = 4 * MOST_ISSUES
"""Of all issues: one that is made of events that differ would else have a hash of each."""
AT_ONCE = 300
"""So many are removed in one transaction: none else can write meanwhile."""


def _is_cared_for() -> Case:
    """Return the expression that is 0 for an issue of which nobody has decided anything, else 1."""
    is_untouched = Q(status=UNRESOLVED, assignee="") & ~_COMMENTED
    return Case(When(is_untouched, then=0), default=1, output_field=IntegerField())


def _largest() -> tuple[str, int]:
    """Return the service with most issues, and by how many it leads, or a few where it hardly does."""
    counts = IssueRow.objects.using(ALIAS).values_list("service").annotate(number=Count("id"))
    (service, most), *others = counts.order_by("-number", "service")[:2]
    return service, max(AT_ONCE // 10, most - others[0][1]) if others else most


_COMMENTED = Exists(CommentRow.objects.filter(issue=OuterRef("id")))


def _nobody_asks(what: str, number: int) -> None:
    pass


@dataclass(slots=True)
class Upkeep:
    """The background work on issues; all of it may be killed at any time and run again.

    `fence` is called first in each transaction; it raises `LeaseLostError` where this process is not the leader.  `on_surplus` is
    told how many ``issues`` or ``issue_hashes`` went although their events may still be stored.
    """

    fence: Callable[[], None]
    retention_days: Mapping[str, int]
    now: Callable[[], dt.datetime]
    on_surplus: Callable[[str, int], None] = _nobody_asks
    most_issues: int = MOST_ISSUES
    most_hashes: int = MOST_HASHES

    def run(self) -> None:
        """Do what is due.

        Raises:
            LeaseLostError: If this process is not the leader any more.
            django.db.Error: If the state database is away.
        """
        self.wake()
        self.forget_old()
        self.forget_surplus()
        self.forget_surplus_hashes()

    def wake(self) -> int:
        """Make issues unresolved that were to be ignored until a time that has come; return how many."""
        now_us = micros_of(self.now())
        woken = 0
        while True:
            with transaction.atomic(using=ALIAS):
                self.fence()
                due = IssueRow.objects.using(ALIAS).select_for_update()
                rows = list(due.filter(status=IGNORED, ignored_until_us__lte=now_us).order_by("id")[:AT_ONCE])
                told = []
                for row in rows:
                    reopen(row, at_us=now_us, is_regressed=False)
                    row.save(using=ALIAS)
                    reason = "it was to be ignored until then"
                    told.append(change_of(row, at_us=now_us, before=IGNORED, reason=reason))
                if told:
                    IssueUserRow.objects.using(ALIAS).filter(issue__in=rows).delete()
                    changes.write(*told)
            woken += len(rows)
            if len(rows) < AT_ONCE:
                return woken

    def forget_old(self) -> int:
        """Remove issues whose events are past their time, but for those assigned or commented on; return how many."""
        age = dt.timedelta(days=self.retention_days["errors"])
        cutoff_us = micros_of(self.now() - age)
        old = IssueRow.objects.using(ALIAS).filter(~_COMMENTED, last_us__lt=cutoff_us, assignee="")
        removed = 0
        while ids := list(old.order_by("last_us").values_list("id", flat=True)[:AT_ONCE]):
            removed += self._remove(ids, last_before_us=cutoff_us)
        return removed

    def forget_surplus(self) -> int:
        """Remove issues of the service that has most, past `most_issues` in all; return how many.

        Of one service: whoever has its key could else send so many that those of all others are forgotten.  Those that nobody
        has cared about go first, and of them those seen longest ago.
        """
        removed = 0
        while (surplus := IssueRow.objects.using(ALIAS).count() - self.most_issues) > 0:
            service, lead = _largest()
            rows = IssueRow.objects.using(ALIAS).filter(service=service)
            ordered = rows.alias(is_cared_for=_is_cared_for()).order_by("is_cared_for", "last_us", "id")
            found = list(ordered.values_list("id", "last_us")[: min(surplus, lead, 10 * AT_ONCE)])
            for start in range(0, len(found), AT_ONCE):
                lot = found[start : start + AT_ONCE]
                last_us = max(last_us for _, last_us in lot)
                removed += self._remove([id_ for id_, _ in lot], last_before_us=last_us + 1)
        if removed:
            self.on_surplus("issues", removed)
        return removed

    def forget_surplus_hashes(self) -> int:
        """Remove hashes of the services that have most, past `most_hashes` in all; return how many.

        Those seen longest ago go first, and the last one of an issue stays.
        """
        hashes = IssueHashRow.objects.using(ALIAS)
        surplus = hashes.count() - self.most_hashes
        if surplus <= 0:
            return 0
        later = hashes.filter(issue=OuterRef("issue"), events__gt=0, last_us__gt=OuterRef("last_us"))
        spare = hashes.filter(Exists(later)).order_by("last_us", "id").values_list("id", flat=True)
        counts = hashes.values_list("service").annotate(number=Count("id")).order_by("-number", "service")
        removed = 0
        for service, _ in counts:
            ids = list(spare.filter(service=service)[: max(0, surplus - removed)])
            for start in range(0, len(ids), AT_ONCE):
                removed += self._remove_hashes(ids[start : start + AT_ONCE])
        if removed:
            self.on_surplus("issue_hashes", removed)
        return removed

    def _remove_hashes(self, ids: Sequence[int]) -> int:
        """Remove hashes, and count their events no more, so that an issue has as many as its hashes."""
        hashes = IssueHashRow.objects.using(ALIAS)
        with transaction.atomic(using=ALIAS):
            self.fence()
            found = list(hashes.select_for_update().filter(id__in=ids).order_by("id"))
            issues = {row.id: row for row in lock_issues({row.issue_id for row in found})}
            others = hashes.filter(issue__in=issues, events__gt=0).exclude(id__in=ids)
            # Somebody may have taken the others out of an issue meanwhile.
            lasting = set(others.values_list("issue", flat=True).distinct())
            gone = [row for row in found if row.issue_id in lasting]
            for row in gone:
                issue = issues[row.issue_id]
                issue.events -= row.events
                if issue.ignored_until_events is not None:
                    issue.ignored_until_events -= row.events
            for issue_id in {row.issue_id for row in gone}:
                issues[issue_id].save(using=ALIAS, update_fields=["events", "ignored_until_events"])
            hashes.filter(id__in=[row.id for row in gone]).delete()
        return len(gone)

    def _remove(self, ids: Sequence[int], *, last_before_us: int) -> int:
        with transaction.atomic(using=ALIAS):
            self.fence()
            _, locked = lock_with_hashes(ids)
            # What was seen again meanwhile stays.
            gone = [row.id for row in locked if row.last_us < last_before_us]
            for chunk in chunks(gone):
                IssueRow.objects.using(ALIAS).filter(id__in=chunk).delete()
            changes.forget(SUBJECT, map(str, gone))
        return len(gone)
