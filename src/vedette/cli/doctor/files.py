"""Can records be written, are they being written, and is there room?"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Iterator

from vedette import conf
from vedette.cli import words
from vedette.cli.doctor.finding import Finding
from vedette.cli.site import Site
from vedette.store import segments

QUIET_AFTER = dt.timedelta(hours=24)
LEAST_FREE_BYTES = 1 << 30


def find(site: Site) -> Iterator[Finding]:
    """Yield what the directory, the journal and the quarantine show."""
    settings = conf.get()
    directory = settings.DIR
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
        free = shutil.disk_usage(directory).free
    except OSError as error:
        yield Finding(
            "directory",
            "error",
            f"{directory} cannot be written to: {error.strerror or error}",
            "Let the site's user write to it, or name another in VEDETTE['DIR'].",
        )
        return
    if free < LEAST_FREE_BYTES:
        yield Finding(
            "directory",
            "warning",
            f"{directory} is on a disk with {words.size(free)} left",
            "Make room, or lower VEDETTE['STORE_MAX_BYTES'].",
        )
    else:
        yield Finding("directory", "ok", f"{directory} is writable, {words.size(free)} are free")
    yield _journal(site, settings)
    yield from _quarantine(settings)


def _journal(site: Site, settings: conf.Settings) -> Finding:
    found = segments.scan(settings.journal_dir)
    size = sum(segment.size for segment in found)
    parts = site.catalogue().snapshot().parts
    written = [dt.datetime.fromtimestamp(segment.modified_at, dt.UTC) for segment in found if segment.size]
    written += [part.max_time for part in parts]
    now = site.now()
    if not written:
        return Finding(
            "journal",
            "warning",
            "nothing has been recorded yet",
            "Open a page of the site; if this stays, see what is said of the middleware above.",
        )
    last = min(max(written), now)
    text = f"{words.count(len(found))} segments, {words.size(size)}; the last record came {words.ago(last, now=now)}"
    if size > 0.9 * settings.JOURNAL_MAX_BYTES:
        return Finding(
            "journal",
            "error",
            f"{text}; it is nearly as large as it may be, after which records are dropped",
            "Start the background work (manage.py vedette run), or raise VEDETTE['JOURNAL_MAX_BYTES'].",
        )
    if now - last > QUIET_AFTER:
        return Finding(
            "journal",
            "warning",
            text,
            "Open a page of the site: if nothing comes, the site runs with other settings.",
        )
    return Finding("journal", "ok", text)


def _quarantine(settings: conf.Settings) -> Iterator[Finding]:
    files = [path for path in settings.quarantine_dir.glob("*") if path.is_file()]
    if files:
        size = sum(path.stat().st_size for path in files)
        yield Finding(
            "quarantine",
            "warning",
            f"{len(files)} files ({words.size(size)}) hold what could not be read: {', '.join(sorted(path.name for path in files)[:3])}",
            f"Look at them in {settings.quarantine_dir}, then remove them; damaged parts mean a failing disk.",
        )
