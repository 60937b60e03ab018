"""From records to releases: what the drain calls with each batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count

from vedette.catalogue.database import ALIAS, chunks
from vedette.changes import operations as changes
from vedette.changes.queries import Change
from vedette.pipeline.lines import Batch
from vedette.releases.models import ReleaseRow, ReleaseSeenRow
from vedette.releases.records import clean
from vedette.releases.room import make_room
from vedette.store.paging import micros_of, time_of

WRITTEN_EVERY_S = 30
"""How far a release's last record may lie behind in the state, which would otherwise be written each second."""
MOST_NEW = 100
"""Of one service in one round; more is no way to name releases, but a value that changes with each record."""
MOST_ENVIRONMENTS = 100
"""Of one release; in more it is not said to be seen."""
_CHUNK = 300
_TOLERANCE_US = WRITTEN_EVERY_S * 1_000_000

_Release = tuple[str, str]
"""Service and version."""
_Origin = tuple[str, str, str]
"""Service, version and environment."""
_Span = tuple[int, int]
"""The times of the first record and of the last."""


def _nobody_asks(service: str, number: int) -> None:
    pass


@dataclass(slots=True)
class ReleaseDigest:
    """The drain's sink that knows a release when it is first seen.

    A round in which nothing is new takes one statement that reads, and writes once in half a minute.  `on_refused` is told how
    many new names of a service's releases a round refused.
    """

    on_refused: Callable[[str, int], None] = _nobody_asks
    tables: frozenset[str] = frozenset()

    def prepare(self, batches: Mapping[str, Batch]) -> None:
        """Do nothing: releases are read off the batches."""

    def digest(self, batches: Mapping[str, Batch]) -> None:
        """Know the releases of all records; to be called in the drain's transaction.

        Raises:
            django.db.Error: If the state database is away.
        """
        spans = _spans(batches.values())
        if not spans:
            return
        seen = _read_seen(spans)
        missing = {origin: span for origin, span in spans.items() if origin not in seen}
        releases = _read_releases({origin[:2] for origin in missing}) if missing else {}
        new = self._new(missing, releases)
        releases.update(_create(new, missing))
        _add_seen(self._within_bounds(missing, releases), releases)
        moved = [row for origin, row in seen.items() if _moves(row, spans[origin])]
        _save_seen(moved)
        known = {**releases, **{(row.release.service, row.release.version): row.release for row in moved}}
        _save_releases(known, spans)
        if new:
            make_room({service for service, _ in new})

    def _new(self, missing: Mapping[_Origin, _Span], known: Mapping[_Release, ReleaseRow]) -> list[_Release]:
        """Return the releases to be made; of a flood of names those that were seen last."""
        names: dict[str, dict[str, int]] = {}
        for (service, version, _), (_, last_us) in missing.items():
            if (service, version) not in known:
                versions = names.setdefault(service, {})
                versions[version] = max(last_us, versions.get(version, last_us))
        found: list[_Release] = []
        for service, versions in names.items():
            latest = sorted(versions, key=lambda version: (versions[version], version))
            if len(latest) > MOST_NEW:
                self.on_refused(service, len(latest) - MOST_NEW)
            found += [(service, version) for version in latest[-MOST_NEW:]]
        return found

    def _within_bounds(
        self, missing: Mapping[_Origin, _Span], releases: Mapping[_Release, ReleaseRow]
    ) -> dict[_Origin, _Span]:
        """Return those of *missing* whose release is known, as far as it is not in too many environments."""
        known = {origin: span for origin, span in missing.items() if origin[:2] in releases}
        numbers = _count_environments(releases[origin[:2]].pk for origin in known)
        found: dict[_Origin, _Span] = {}
        for origin in sorted(known):
            id_ = releases[origin[:2]].pk
            numbers[id_] += 1
            if numbers[id_] <= MOST_ENVIRONMENTS:
                found[origin] = known[origin]
            else:
                self.on_refused(origin[0], 1)
        return found


def _spans(batches: Iterable[Batch]) -> dict[_Origin, _Span]:
    found: dict[_Origin, _Span] = {}
    for batch in batches:
        for (service, environment, release), (first, last) in batch.releases.items():
            origin = clean(service, 200), clean(release, 250), clean(environment, 200)
            span = micros_of(first), micros_of(last)
            found[origin] = _covering(found.get(origin, span), span)
    return found


def _covering(one: _Span, other: _Span) -> _Span:
    return min(one[0], other[0]), max(one[1], other[1])


def _moves(row: ReleaseSeenRow, span: _Span) -> bool:
    """Tell whether *span* is news, and widen *row* by it."""
    if span[0] >= row.first_us and span[1] < row.last_us + _TOLERANCE_US:
        return False
    row.first_us, row.last_us = _covering((row.first_us, row.last_us), span)
    return True


def _read_seen(spans: Mapping[_Origin, _Span]) -> dict[_Origin, ReleaseSeenRow]:
    rows = ReleaseSeenRow.objects.using(ALIAS).select_related("release")
    services = sorted({service for service, _, _ in spans})
    found: dict[_Origin, ReleaseSeenRow] = {}
    for versions in chunks(sorted({version for _, version, _ in spans})):
        for row in rows.filter(release__service__in=services, release__version__in=versions):
            origin = row.release.service, row.release.version, row.environment
            if origin in spans:
                found[origin] = row
    return found


def _read_releases(wanted: set[_Release]) -> dict[_Release, ReleaseRow]:
    services = sorted({service for service, _ in wanted})
    found: dict[_Release, ReleaseRow] = {}
    for versions in chunks(sorted({version for _, version in wanted})):
        rows = ReleaseRow.objects.using(ALIAS).filter(service__in=services, version__in=versions)
        found.update(
            {(row.service, row.version): row for row in rows if (row.service, row.version) in wanted}
        )
    return found


def _create(new: Sequence[_Release], missing: Mapping[_Origin, _Span]) -> dict[_Release, ReleaseRow]:
    if not new:
        return {}
    first: dict[_Release, int] = {}
    for (service, version, _), (first_us, _) in missing.items():
        release = service, version
        first[release] = min(first_us, first.get(release, first_us))
    # Somebody may announce it at the same moment: their row is as good as ours.
    ReleaseRow.objects.using(ALIAS).bulk_create(
        [
            ReleaseRow(service=service, version=version, created_us=first[service, version])
            for service, version in new
        ],
        batch_size=_CHUNK,
        ignore_conflicts=True,
    )
    return _read_releases(set(new))


def _count_environments(releases: Iterable[int]) -> Counter[int]:
    numbers: Counter[int] = Counter()
    for ids in chunks(sorted(set(releases))):
        rows = ReleaseSeenRow.objects.using(ALIAS).filter(release__in=ids).values_list("release")
        numbers.update(dict(rows.annotate(number=Count("id"))))
    return numbers


def _add_seen(missing: Mapping[_Origin, _Span], releases: Mapping[_Release, ReleaseRow]) -> None:
    if not missing:
        return
    ReleaseSeenRow.objects.using(ALIAS).bulk_create(
        [
            ReleaseSeenRow(
                release=releases[service, version],
                environment=environment,
                first_us=first_us,
                last_us=last_us,
            )
            for (service, version, environment), (first_us, last_us) in missing.items()
        ],
        batch_size=_CHUNK,
    )
    changes.write(
        *(
            _change(releases[service, version], environment, first_us)
            for (service, version, environment), (first_us, _) in missing.items()
        )
    )


def _save_seen(moved: Sequence[ReleaseSeenRow]) -> None:
    if moved:
        ReleaseSeenRow.objects.using(ALIAS).bulk_update(moved, ["first_us", "last_us"], batch_size=100)


def _save_releases(known: Mapping[_Release, ReleaseRow], spans: Mapping[_Origin, _Span]) -> None:
    changed: dict[int, ReleaseRow] = {}
    for (service, version, _), span in spans.items():
        row = known.get((service, version))
        if row is None:
            continue
        before = row.first_us, row.last_us
        whole = span if row.first_us is None or row.last_us is None else (row.first_us, row.last_us)
        row.first_us, row.last_us = _covering(whole, span)
        if (row.first_us, row.last_us) != before:
            changed[row.pk] = row
    if changed:
        ReleaseRow.objects.using(ALIAS).bulk_update(
            list(changed.values()), ["first_us", "last_us"], batch_size=100
        )


def _change(row: ReleaseRow, environment: str, first_us: int) -> Change:
    return Change(
        at=time_of(first_us),
        service=row.service,
        subject="release",
        subject_id=str(row.pk),
        title=row.version,
        before="",
        after="seen",
        reason=f"first seen in {environment}" if environment else "first seen",
        details={"version": row.version, "environment": environment},
    )
