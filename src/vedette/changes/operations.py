"""Writing changes: features call `write` in the transaction in which they change their state."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import transaction
from django.db.models import Count

from vedette.catalogue.database import ALIAS, chunks
from vedette.catalogue.rows import insert
from vedette.changes.models import ChangeRow
from vedette.changes.queries import Change
from vedette.store.paging import micros_of

MOST_OF_ONE = 1000
"""Changes of one thing; what flaps for years must not fill the state database."""


def write(*changes: Change) -> None:
    """Write *changes*, for whoever is to hear of them.

    To be called in the transaction that makes them: a change is told exactly where it happened.

    Raises:
        django.db.Error: If the state database is away.
    """
    rows = [
        ChangeRow(
            at_us=micros_of(change.at),
            service=change.service[:200],
            subject=change.subject,
            subject_id=change.subject_id,
            title=change.title[:250],
            before=change.before,
            after=change.after,
            reason=change.reason[:500],
            actor=change.actor[:150],
            details=dict(change.details),
        )
        for change in changes
    ]
    with transaction.atomic(using=ALIAS):
        insert(rows)


def move(subject: str, subject_ids: Iterable[str], *, to: str) -> None:
    """Let what changed of *subject_ids*, which have become one with *to*, be told of *to*.

    Raises:
        django.db.Error: If the state database is away.
    """
    for chunk in chunks(list(subject_ids)):
        ChangeRow.objects.using(ALIAS).filter(subject=subject, subject_id__in=chunk).update(subject_id=to)


def forget(subject: str, subject_ids: Iterable[str]) -> None:
    """Forget what changed of things that are no more.

    Raises:
        django.db.Error: If the state database is away.
    """
    for chunk in chunks(list(subject_ids)):
        ChangeRow.objects.using(ALIAS).filter(subject=subject, subject_id__in=chunk).delete()


def forget_surplus(*, fence: Callable[[], None], most_of_one: int = MOST_OF_ONE) -> None:
    """Forget the oldest changes of things that have had too many; may be killed at any time and called again.

    *fence* is called first in each transaction; it raises `LeaseLostError` where this process is not the leader.

    Raises:
        LeaseLostError: If this process is not the leader any more.
        django.db.Error: If the state database is away.
    """
    rows = ChangeRow.objects.using(ALIAS)
    counted = rows.values_list("subject", "subject_id").annotate(number=Count("id"))
    for subject, subject_id, _ in counted.filter(number__gt=most_of_one).order_by():
        own = rows.filter(subject=subject, subject_id=subject_id)
        with transaction.atomic(using=ALIAS):
            fence()
            kept = own.order_by("-id").values_list("id", flat=True)[:most_of_one]
            own.filter(id__lt=min(kept, default=0)).delete()
