"""Which stored events belong to which issues: the state's hashes, as a relation that a query joins."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from vedette.catalogue.database import ALIAS, chunks
from vedette.issues.models import IssueHashRow
from vedette.store.bindings import Bindings


class Owner(NamedTuple):
    """Errors of `service` whose fingerprint is `hash` belong to the issue numbered `issue`."""

    service: str
    hash: str
    issue: int


def owners_of(ids: Sequence[int]) -> list[Owner]:
    """Return by which hashes events belong to the issues *ids*.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    found: list[Owner] = []
    for chunk in chunks(ids):
        rows = IssueHashRow.objects.using(ALIAS).filter(issue__in=chunk, events__gt=0)
        found += [Owner(*row) for row in rows.values_list("service", "hash", "issue_id")]
    return found


def owned(owners: Sequence[Owner], bindings: Bindings) -> str:
    """Return `errors` joined with *owners*: a relation with the columns of both, to stand after ``FROM``."""
    relation = bindings.dialect.texts(
        service=bindings.bind("services", json.dumps([owner.service for owner in owners])),
        hash=bindings.bind("hashes", json.dumps([owner.hash for owner in owners])),
        issue=bindings.bind("issues", json.dumps([str(owner.issue) for owner in owners])),
    )
    return (
        f"errors INNER JOIN {relation} AS owners "
        "ON errors.service = owners.service AND errors.fingerprint = owners.hash"
    )
