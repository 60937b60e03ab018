"""From error events to issues: what the drain calls with each batch."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction

from vedette.catalogue.database import ALIAS, chunks
from vedette.changes import operations as changes
from vedette.changes.queries import Change
from vedette.issues.changed import change_of
from vedette.issues.columns import clean
from vedette.issues.drafts import Drafts
from vedette.issues.grouping.rules import Rule
from vedette.issues.grouping.versions import GROUPING_VERSION, VERSIONS
from vedette.issues.ledger import Ledger, known_keys
from vedette.issues.models import IssueRow, IssueUserRow
from vedette.issues.regression import IsNewer, is_another, is_reopened, reopen, why_woken
from vedette.issues.sighting import Grouper, Key, Sighting
from vedette.issues.statuses import IGNORED, RESOLVED, UNRESOLVED
from vedette.pipeline.lines import Batch
from vedette.record.signals import Error


def _nobody_asks(ungrouped: int) -> None:
    pass


@dataclass(slots=True)
class IssueDigest:
    """The drain's sink that groups errors and keeps the issues.

    `is_newer` knows the order of releases.  `on_ungrouped` is told how many events grouping choked on; they are grouped by
    type and culprit.
    """

    rules: Sequence[Rule] = ()
    is_newer: IsNewer = is_another
    on_ungrouped: Callable[[int], None] = _nobody_asks
    tables: frozenset[str] = frozenset({Error.table})
    _grouper: Grouper = field(init=False)
    _sightings: dict[int, Sighting] = field(default_factory=dict, init=False)
    _drafts: Drafts = field(default_factory=Drafts, init=False)
    _older: list[str] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._grouper = Grouper(self.rules)

    def prepare(self, batches: Mapping[str, Batch]) -> None:
        """Group each error, and name it by its first hash."""
        self._sightings = {}
        batch = batches.get(Error.table)
        if batch is None:
            return
        is_changed = False
        for error in _errors(batch):
            sighting = self._grouper.sight(error)
            # By identity: the batch hands the same objects to `digest`, and this keeps them alive until then.
            self._sightings[id(error)] = sighting
            if error.fingerprint != sighting.grouping.hashes[0]:
                error.fingerprint = sighting.grouping.hashes[0]
                is_changed = True
        if is_changed:
            batch.rewrite()
        self._drafts.make(self._sightings.values())

    def digest(self, batches: Mapping[str, Batch]) -> None:
        """Find or make the issue of each error, and count it there; to be called in the drain's transaction.

        Raises:
            django.db.Error: If the state database is away.
        """
        batch = batches.get(Error.table)
        if batch is None:
            return
        sightings = [self._sightings.get(id(error)) or self._grouper.sight(error) for error in _errors(batch)]
        with transaction.atomic(using=ALIAS):
            self._fold(sightings)
            if ungrouped := sum(not sighting.is_readable for sighting in sightings):
                # Where the transaction is undone, all of it will be digested again.
                transaction.on_commit(lambda: self.on_ungrouped(ungrouped), using=ALIAS)
        self._sightings = {}
        self._drafts.forget(sightings)

    def _fold(self, sightings: Sequence[Sighting]) -> None:
        try:
            with transaction.atomic(using=ALIAS):
                self._fold_once(sightings)
        except IntegrityError:
            # Another host has just made the same issue: now it is found.
            self._fold_once(sightings)

    def _fold_once(self, sightings: Sequence[Sighting]) -> None:
        earlier = self._keys_by_older_versions(sightings)
        fold = _Fold(self.is_newer, self._drafts)
        # All at once: what is read is locked, in one order.
        fold.ledger.read(key for each in sightings for key in (*each.keys, *earlier.get(each.keys[0], ())))
        for sighting in sorted(sightings, key=lambda sighting: sighting.order):
            fold.add(sighting, earlier.get(sighting.keys[0], ()))
        fold.finish()

    def _keys_by_older_versions(self, sightings: Sequence[Sighting]) -> dict[Key, tuple[Key, ...]]:
        """Return the keys by which older versions of the algorithm knew events that are not known now, by their first key."""
        if not (versions := self._older_versions()):
            return {}
        known = known_keys(key for sighting in sightings for key in sighting.keys)
        unknown = {each.keys[0]: each for each in sightings if known.isdisjoint(each.keys)}
        return {
            key: tuple(
                (key[0], hash_)
                for version in versions
                for hash_ in self._grouper.hashes_by(sighting.error, version=version)
            )
            for key, sighting in unknown.items()
        }

    def _older_versions(self) -> list[str]:
        if self._older is None:
            # New issues are made by the current version alone, so this holds for as long as the process lives.
            others = IssueRow.objects.using(ALIAS).exclude(grouping_version=GROUPING_VERSION)
            found = set(others.order_by().values_list("grouping_version", flat=True).distinct())
            self._older = [name for name in reversed(VERSIONS) if name in found]
        return self._older


@dataclass(slots=True)
class _Opened:
    """An issue that became unresolved: new, regressed or woken."""

    issue: IssueRow
    before: str
    reason: str
    sighting: Sighting
    at_us: int


class _Fold:
    """One batch, folded into the issues."""

    def __init__(self, is_newer: IsNewer, drafts: Drafts) -> None:
        self.ledger = Ledger(drafts)
        # Where an issue waits for a release, every event of an older one asks the same.
        self._is_newer = functools.cache(is_newer)
        self._opened: list[_Opened] = []
        self._met: list[tuple[IssueRow, str, Sighting]] = []
        self._woken: list[IssueRow] = []

    def add(self, sighting: Sighting, earlier: Iterable[Key]) -> None:
        """Count *sighting* in its issue, which may also be known by the keys *earlier*."""
        issue = self.ledger.find((*sighting.keys, *earlier))
        is_new = issue is None
        if issue is None:
            issue = self.ledger.open(sighting)
        else:
            self.ledger.attach(issue, sighting)
        self.ledger.count(issue, sighting)
        if is_new:
            self._opened.append(_Opened(issue, "", "first seen", sighting, sighting.time_us))
        elif issue.status != UNRESOLVED:
            self._reconsider(issue, sighting)

    def finish(self) -> None:
        """Write everything."""
        self._wake_by_users()
        self.ledger.save()
        for chunk in chunks([issue.id for issue in self._woken]):
            IssueUserRow.objects.using(ALIAS).filter(issue__in=chunk).delete()
        if self._opened:
            changes.write(*map(_change, self._opened))

    def _reconsider(self, issue: IssueRow, sighting: Sighting) -> None:
        release = clean(sighting.error.release, 250)
        if issue.status == RESOLVED:
            if is_reopened(issue, release=release, time_us=sighting.time_us, is_newer=self._is_newer):
                reason = f"came back in {release}" if release else "came back"
                self._reopen(issue, sighting, reason=reason)
        elif reason := why_woken(issue, time_us=sighting.time_us):
            self._reopen(issue, sighting, reason=reason)
        elif issue.ignored_until_users is not None and sighting.error.user_id:
            self._met.append((issue, clean(sighting.error.user_id, 200), sighting))

    def _wake_by_users(self) -> None:
        met = [(issue, user, sighting) for issue, user, sighting in self._met if issue.status == IGNORED]
        if not met:
            return
        users = self.ledger.meet((issue, user) for issue, user, _ in met)
        for issue, _, sighting in met:
            reason = why_woken(issue, time_us=sighting.time_us, users=users[issue.id])
            if issue.status == IGNORED and reason:
                self._reopen(issue, sighting, reason=reason)

    def _reopen(self, issue: IssueRow, sighting: Sighting, *, reason: str) -> None:
        before = issue.status
        at_us = max(sighting.time_us, issue.status_us or 0)
        if issue.ignored_until_users is not None:
            self._woken.append(issue)
        reopen(issue, at_us=at_us, is_regressed=before == RESOLVED)
        self._opened.append(_Opened(issue, before, reason, sighting, at_us))


def _errors(batch: Batch) -> Iterable[Error]:
    return (signal for signal in batch.signals if isinstance(signal, Error))


def _change(opened: _Opened) -> Change:
    error = opened.sighting.error
    details = {"event_id": error.event_id, "release": error.release, "environment": error.environment}
    return change_of(
        opened.issue,
        at_us=opened.at_us,
        before=opened.before,
        reason=opened.reason,
        details={name: clean(value, 250) for name, value in details.items() if value},
    )
