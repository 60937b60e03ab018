"""The lease: exactly one process leads, and another takes over when it is gone.

A lease is taken from its holder when its process is known to be dead (same host), when its time is up, or when it was
not renewed for a whole lease length by the challenger's own monotonic clock; the last holds when wall clocks jump
(as in Kubernetes' leader election).  Every change the leader makes renews the lease in the same transaction, so that a
leader that was deposed without noticing changes nothing.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.db.models import F

from vedette.background.models import LeaseRow
from vedette.catalogue.database import ALIAS
from vedette.store.catalogue import LeaseLostError

FORGOTTEN_AFTER_S = 30 * 86_400.0


def holder_name(host: str) -> str:
    """Return a name for this process that no other has."""
    return f"{host}:{os.getpid()}:{secrets.token_hex(4)}"


@dataclass(slots=True)
class Lease:
    """A claim of `holder` on the lease `name`."""

    name: str
    holder: str
    length_s: float
    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    _seen: tuple[str, int] | None = field(default=None, init=False)
    _seen_at: float = field(default=0.0, init=False)

    def acquire(self) -> bool:
        """Take or renew the lease; tell whether it is ours."""
        row = LeaseRow.objects.using(ALIAS).filter(name=self.name).first()
        if row is None:
            self._forget_others()
            with contextlib.suppress(IntegrityError), transaction.atomic(using=ALIAS):
                LeaseRow.objects.using(ALIAS).create(
                    name=self.name, holder=self.holder, expires_us=self._expiry()
                )
                return True
            return False
        if row.holder == self.holder:
            return self._renew()
        if not self._may_be_taken(row):
            return False
        taken = (
            LeaseRow.objects.using(ALIAS)
            .filter(name=self.name, holder=row.holder, renewals=row.renewals)
            .update(holder=self.holder, expires_us=self._expiry(), renewals=F("renewals") + 1)
        )
        return taken == 1

    def seize(self) -> None:
        """Take the lease from whoever holds it, for work that a person waits for.

        The holder changes nothing from now on, and stands by until `release`.
        """
        taken = {"holder": self.holder, "expires_us": self._expiry(), "renewals": F("renewals") + 1}
        while not LeaseRow.objects.using(ALIAS).filter(name=self.name).update(**taken) and not self.acquire():
            pass

    def fence(self) -> None:
        """Renew the lease; to be called inside the transaction that it is to guard.

        Raises:
            LeaseLostError: If it is not ours.
        """
        if not self._renew():
            raise LeaseLostError(f"{self.holder} does not hold the lease {self.name!r} any more")

    def release(self) -> None:
        """Give the lease up, so that another can take it at once."""
        LeaseRow.objects.using(ALIAS).filter(name=self.name, holder=self.holder).update(
            holder="", expires_us=0, renewals=F("renewals") + 1
        )

    def _forget_others(self) -> None:
        # Where each container is a host of its own, each would leave its lease behind.
        long_ago = int((self.now() - FORGOTTEN_AFTER_S) * 1_000_000)
        LeaseRow.objects.using(ALIAS).filter(expires_us__lt=long_ago).delete()

    def _renew(self) -> bool:
        rows = LeaseRow.objects.using(ALIAS).filter(name=self.name, holder=self.holder)
        return rows.update(expires_us=self._expiry(), renewals=F("renewals") + 1) == 1

    def _may_be_taken(self, row: LeaseRow) -> bool:
        now_us = int(self.now() * 1_000_000)
        if not row.holder or row.expires_us <= now_us or self._is_dead(row.holder):
            return True
        state = (row.holder, row.renewals)
        if state != self._seen:
            self._seen, self._seen_at = state, self.monotonic()
            return False
        return self.monotonic() - self._seen_at > self.length_s

    def _is_dead(self, holder: str) -> bool:
        host, pid, _ = holder.rsplit(":", 2)
        if host != self.holder.rsplit(":", 2)[0]:
            return False
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return True
        except (OSError, ValueError):
            return False
        return False

    def _expiry(self) -> int:
        return int((self.now() + self.length_s) * 1_000_000)
