"""Who does the background work."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import Error as DatabaseError

from vedette.background.models import LeaseRow
from vedette.catalogue.database import ALIAS, is_absent
from vedette.store.paging import time_of


@dataclass(frozen=True, slots=True)
class Leader:
    """A process that leads, or led until `expires_at`; `lease` says what it leads."""

    lease: str
    holder: str
    expires_at: dt.datetime

    def is_leading(self, *, now: dt.datetime) -> bool:
        """Tell whether its lease holds at *now*."""
        return bool(self.holder) and self.expires_at > now


def list_leaders() -> list[Leader]:
    """Return every lease there is; none before the state database was made.

    Raises:
        django.db.Error: If the state database cannot be asked.
    """
    try:
        rows = list(LeaseRow.objects.using(ALIAS).order_by("name"))
    except DatabaseError as error:
        if not is_absent(error):
            raise
        return []
    return [Leader(row.name, row.holder, time_of(row.expires_us)) for row in rows]
