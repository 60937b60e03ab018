"""Where the parts are put together: the only module that knows them all.

Engines are imported where they are built: a process that only captures must not load DuckDB, nor what groups errors before
there is one.
"""

from __future__ import annotations

import atexit
import datetime as dt
import functools
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from vedette import conf
from vedette.background import thread
from vedette.background.lease import Lease, holder_name
from vedette.background.worker import Worker
from vedette.capture import attachments as capture
from vedette.capture import pseudonyms
from vedette.capture.address import address_reader
from vedette.capture.recorder import recorder
from vedette.catalogue import database
from vedette.catalogue.catalogue import StateCatalogue
from vedette.changes import operations as changes
from vedette.ingest.keys import Grant, KeyRing
from vedette.ingest.rates import Rates
from vedette.ingest.receiver import Receiver
from vedette.ingest.room import Room
from vedette.ingest.series import Series
from vedette.ingest.uses import Uses
from vedette.issues import operations as issues
from vedette.pipeline.drain import Drain, Sink
from vedette.pipeline.drops import as_metric
from vedette.pipeline.recorder import Resource
from vedette.projects import queries as projects
from vedette.projects.digest import KeyUseDigest
from vedette.record.signals import Error, Metric
from vedette.releases import operations as releases
from vedette.releases.digest import ReleaseDigest
from vedette.releases.ordering import Orders
from vedette.releases.queries import Commit
from vedette.sourcemaps.files import Files as SourceMapFiles
from vedette.store import lag
from vedette.store.attachments import Attachments
from vedette.store.maintenance import Maintenance
from vedette.store.query import Store

if TYPE_CHECKING:
    from vedette.issues.sighting import Grouper
    from vedette.issues.upkeep import Upkeep
    from vedette.sourcemaps.digest import SourceMapDigest
    from vedette.store.engines.embedded.writer import PartWriter


def utc_now() -> dt.datetime:
    """Return the time, aware UTC."""
    return dt.datetime.now(dt.UTC)


@functools.lru_cache(maxsize=1)
def store() -> Store:
    """Return the site's store, to ask questions of.

    Raises:
        SettingsError: If Vedette is not set up.
    """
    from vedette.store.engines.embedded.store import EmbeddedStore

    settings = conf.get()
    embedded = EmbeddedStore(
        catalogue=StateCatalogue(fence=_refuse_to_write),
        parts_dir=settings.parts_dir,
        journal_dir=settings.journal_dir,
        scratch_dir=settings.scratch_dir,
        quarantine_dir=settings.quarantine_dir,
        memory_bytes=settings.QUERY_MEMORY_BYTES,
        threads=settings.QUERY_THREADS,
        timeout_s=settings.QUERY_TIMEOUT_S,
    )
    atexit.register(embedded.close)
    return embedded


@functools.lru_cache(maxsize=1)
def receiver() -> Receiver:
    """Return what takes in what others send.

    Raises:
        SettingsError: If Vedette is not set up.
    """
    settings = conf.get()
    return Receiver(
        keys=KeyRing(_grants),
        rates=Rates(settings.INGEST_PER_MINUTE),
        recorder=recorder,
        address_of=address_reader(
            trusted_proxies=settings.TRUSTED_PROXIES, is_whole=settings.SEND_DEFAULT_PII
        ),
        now=utc_now,
        salt=pseudonyms.salt(),
        attachments=capture.attachments(),
        is_on=settings.INGEST,
        send_pii=settings.SEND_DEFAULT_PII,
        max_bytes=settings.INGEST_MAX_BYTES,
        room=Room(settings.journal_dir, settings.JOURNAL_MAX_BYTES),
        uses=Uses(recorder, utc_now),
    )


def attachments() -> Attachments:
    """Return the files that came with events.

    Raises:
        SettingsError: If Vedette is not set up.
    """
    settings = conf.get()
    return Attachments(settings.attachments_dir, settings.ATTACHMENTS_MAX_BYTES)


def source_map_files() -> SourceMapFiles:
    """Return where uploaded source maps lie.

    Raises:
        SettingsError: If Vedette is not set up.
    """
    settings = conf.get()
    return SourceMapFiles(settings.sourcemaps_dir, settings.SOURCEMAPS_MAX_BYTES)


def series() -> Series:
    """Return the memory of cumulative series that this host's processes share.

    Raises:
        SettingsError: If Vedette is not set up.
    """
    return Series(conf.get().series_dir)


def behind_s() -> float:
    """Return how many seconds the drain is behind the journal.

    Raises:
        SettingsError: If Vedette is not set up.
    """
    settings = conf.get()
    progress = StateCatalogue(fence=_refuse_to_write).snapshot(()).progress
    return lag.behind_s(settings.journal_dir, progress, now=utc_now())


def worker() -> Worker:
    """Return a new worker for the background work of this host.

    Raises:
        SettingsError: If Vedette is not set up.
    """
    from vedette.store.engines.embedded.writer import PartWriter

    settings = conf.get()
    lease = Lease(f"background@{settings.HOST}", holder_name(settings.HOST), settings.LEASE_S)
    catalogue = StateCatalogue(fence=lease.fence)
    writer = PartWriter(
        settings.parts_dir, settings.scratch_dir, memory_bytes=settings.BACKGROUND_MEMORY_BYTES
    )
    drain = Drain(
        journal_dir=settings.journal_dir,
        quarantine_dir=settings.quarantine_dir,
        catalogue=catalogue,
        writer=writer,
        resource=Resource(settings.SERVICE, settings.ENVIRONMENT, settings.RELEASE, settings.HOST),
        now=utc_now,
        sinks=sinks(),
    )
    return Worker(
        lease=lease,
        drain=drain,
        maintenance=maintenance(catalogue, writer),
        prepare=prepare_state,
        upkeep=[
            upkeep(lease).run,
            functools.partial(changes.forget_surplus, fence=lease.fence),
            keep_source_maps,
        ],
        interval_s=settings.DRAIN_INTERVAL_S,
    )


def fingerprint_of(error: Error) -> str:
    """Return by what *error* will be known, as the worker's drain would work it out."""
    return _grouper().fingerprint_of(error)


@functools.lru_cache(maxsize=1)
def _grouper() -> Grouper:
    from vedette.issues.sighting import Grouper
    from vedette.issues.site_rules import read_rules

    rules, _ = read_rules(conf.get().GROUPING_RULES)
    return Grouper(rules)


def upkeep(lease: Lease) -> Upkeep:
    """Return what looks after the issues."""
    from vedette.issues.upkeep import Upkeep

    return Upkeep(
        fence=lease.fence,
        retention_days=conf.get().RETENTION_DAYS,
        now=utc_now,
        on_surplus=_record_surplus,
    )


def keep_source_maps() -> None:
    """Remove uploaded source maps that are past their time, and what killed uploads left.

    Raises:
        SettingsError: If Vedette is not set up.
        django.db.Error: If the state database is away.
    """
    from vedette.sourcemaps import operations

    files = source_map_files()
    age = dt.timedelta(days=conf.get().RETENTION_DAYS["errors"])
    operations.forget_old(files, before=utc_now() - age)
    operations.trim(files)
    operations.tidy(files)


def source_maps() -> SourceMapDigest:
    """Return what puts into stack traces what was written, for the worker's drain."""
    from vedette.record.redaction import redacted_source
    from vedette.sourcemaps.digest import SourceMapDigest
    from vedette.sourcemaps.locating import Locator
    from vedette.sourcemaps.maps import Maps
    from vedette.wire.sentry.error import culprit_of

    keep_pii = conf.get().SEND_DEFAULT_PII
    locator = Locator(Maps(source_map_files()), clean=lambda line: redacted_source(line, keep_pii=keep_pii))
    return SourceMapDigest(locator, culprit_of=culprit_of, now=utc_now, on_unmapped=_record_unmapped)


def sinks() -> list[Sink]:
    """Return what turns records into state, for the worker's drain."""
    from vedette.issues.digest import IssueDigest
    from vedette.issues.site_rules import read_rules

    rules, _ = read_rules(conf.get().GROUPING_RULES)
    # Stack traces first, since errors are grouped by them; then releases: whether an error of one reopens an issue depends on
    # which came later.
    return [
        source_maps(),
        ReleaseDigest(on_refused=_record_unlisted),
        KeyUseDigest(),
        IssueDigest(rules=rules, is_newer=Orders().is_newer, on_ungrouped=_record_ungrouped),
    ]


def set_commits(
    service: str, version: str, commits: Sequence[Commit], *, at: dt.datetime, actor: str = ""
) -> list[Commit]:
    """Give a release its commits, and resolve the issues that they say they fix; return the commits that were kept.

    Raises:
        NoReleaseError, InvalidReleaseError: See `vedette.releases.operations.set_commits`.
    """
    with transaction.atomic(using=database.ALIAS):
        kept = releases.set_commits(service, version, commits, at=at, actor=actor)
        messages = {commit.sha: commit.message for commit in kept}
        issues.resolve_in_commits(service, release=version, commits=messages, now=at, actor=actor)
    return kept


def maintenance(catalogue: StateCatalogue, writer: PartWriter) -> Maintenance:
    """Return what looks after the store's parts."""
    settings = conf.get()
    return Maintenance(
        catalogue=catalogue,
        writer=writer,
        parts_dir=settings.parts_dir,
        journal_dir=settings.journal_dir,
        scratch_dir=settings.scratch_dir,
        quarantine_dir=settings.quarantine_dir,
        retention_days=settings.RETENTION_DAYS,
        max_bytes=settings.STORE_MAX_BYTES,
        now=utc_now,
        on_loss=_record_loss,
        attachments=attachments(),
        made_at=database.made_at,
    )


def prepare_state() -> None:
    """Make the state database, or bring it to this release's schema."""
    database.migrate(conf.get().state_path)


@functools.lru_cache(maxsize=1)
def make_state() -> None:
    """Make the state database where no background work has come to it yet; an older one is left to that.

    Raises:
        django.db.Error: If it cannot be asked or made.
        OSError: If its directory cannot be made.
        SettingsError: If Vedette is not set up.
    """
    if not database.is_made():
        prepare_state()


def start_thread_where_wanted() -> None:
    """Start the background thread where the settings and the way this process was started ask for it."""
    if thread.is_wanted(conf.get().BACKGROUND, argv=thread.arguments(), environ=dict(os.environ)):
        thread.start(worker)


def _grants() -> dict[str, Grant]:
    active = projects.list_keys(is_active=True)
    return {key.public: Grant(key.public, str(key.project), key.service, key.created_at) for key in active}


def _record_loss(table: str, reason: str, rows: int) -> None:
    recorder().record(as_metric(table, reason, rows, at=utc_now()))


def _record_ungrouped(events: int) -> None:
    metric = Metric(time=utc_now(), name="vedette.ungrouped", kind="counter", sum=float(events), count=events)
    recorder().record(metric)


def _record_unmapped(reason: str, frames: int) -> None:
    recorder().record(
        Metric(
            time=utc_now(),
            name="vedette.frames_unmapped",
            kind="counter",
            sum=float(frames),
            count=frames,
            attributes={"reason": reason},
        )
    )


def _record_surplus(what: str, number: int) -> None:
    metric = Metric(
        time=utc_now(), name=f"vedette.{what}_removed", kind="counter", sum=float(number), count=number
    )
    recorder().record(metric)


def _record_unlisted(service: str, releases: int) -> None:
    metric = Metric(
        time=utc_now(),
        service=service,
        name="vedette.releases_unlisted",
        kind="counter",
        sum=float(releases),
        count=releases,
    )
    recorder().record(metric)


def _refuse_to_write() -> None:
    raise RuntimeError("only the background worker changes the catalogue")
