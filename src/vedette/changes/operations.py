"""Writing changes: features call `write` in the transaction in which they change their state."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from vedette.catalogue.database import ALIAS, chunks
from vedette.catalogue.rows import insert
from vedette.changes.models import ChangeRow
from vedette.changes.queries import Change, micros_of


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
