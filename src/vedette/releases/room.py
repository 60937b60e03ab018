"""How many releases are kept: a name that changes with each record must not fill the state database."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, F

from vedette.catalogue.database import ALIAS, chunks
from vedette.changes import operations as changes
from vedette.releases.models import ReleaseRow

MOST_RELEASES = 2000
"""Of one service."""


def make_room(services: Iterable[str]) -> None:
    """Let go of releases where one of *services* has too many, with all that is known of them.

    Those go first of which nobody told anything, the one seen longest ago before the others; then those announced longest ago.

    Raises:
        django.db.Error: If the state database is away.
    """
    rows = ReleaseRow.objects.using(ALIAS)
    counted = rows.filter(service__in=sorted(services)).values("service").annotate(number=Count("id"))
    for each in counted.order_by():
        excess = each["number"] - MOST_RELEASES
        if excess > 0:
            own = rows.filter(service=each["service"])
            ordered = own.order_by(F("announced_us").asc(nulls_first=True), "last_us", "id")
            for ids in chunks(list(ordered.values_list("id", flat=True)[:excess])):
                rows.filter(id__in=ids).delete()
                changes.forget("release", map(str, ids))
