"""What happens to issues with time alone: they wake, and they are forgotten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef

from vedette.catalogue.database import ALIAS, chunks
from vedette.changes import operations as changes
from vedette.issues.changed import SUBJECT, change_of
from vedette.issues.locking import lock_with_hashes
from vedette.issues.models import CommentRow, IssueRow, IssueUserRow
from vedette.issues.regression import reopen
from vedette.issues.statuses import IGNORED
from vedette.store.paging import micros_of

MOST_ISSUES = 50_000
AT_ONCE = 300
"""So many are removed in one transaction: none else can write meanwhile."""


def _nobody_asks(issues: int) -> None:
    pass


@dataclass(slots=True)
class Upkeep:
    """The background work on issues; all of it may be killed at any time and run again.

    `fence` is called first in each transaction; it raises `LeaseLostError` where this process is not the leader.  `on_surplus` is
    told how many issues went although their events may still be stored.
    """

    fence: Callable[[], None]
    retention_days: Mapping[str, int]
    now: Callable[[], dt.datetime]
    on_surplus: Callable[[int], None] = _nobody_asks
    most_issues: int = MOST_ISSUES

    def run(self) -> None:
        """Do what is due.

        Raises:
            LeaseLostError: If this process is not the leader any more.
            django.db.Error: If the state database is away.
        """
        self.wake()
        self.forget_old()
        self.forget_surplus()

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
        comments = CommentRow.objects.filter(issue=OuterRef("id"))
        old = IssueRow.objects.using(ALIAS).filter(~Exists(comments), last_us__lt=cutoff_us, assignee="")
        removed = 0
        while ids := list(old.order_by("last_us").values_list("id", flat=True)[:AT_ONCE]):
            removed += self._remove(ids, last_before_us=cutoff_us)
        return removed

    def forget_surplus(self) -> int:
        """Remove the issues seen longest ago past the first `most_issues`; return how many."""
        removed = 0
        while (surplus := IssueRow.objects.using(ALIAS).count() - self.most_issues) > 0:
            rows = IssueRow.objects.using(ALIAS).order_by("last_us", "id").values_list("id", "last_us")
            found = list(rows[: min(surplus, AT_ONCE)])
            removed += self._remove([id_ for id_, _ in found], last_before_us=found[-1][1] + 1)
        if removed:
            self.on_surplus(removed)
        return removed

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
