"""What was dropped in the last day, and why?"""

from __future__ import annotations

from collections.abc import Iterator

from vedette.cli import words
from vedette.cli.doctor.finding import Finding
from vedette.cli.site import Site
from vedette.store.losses import list_losses
from vedette.store.query import QueryError

EXPLAINED = {
    "disk_full": ("the disk was full", "Make room on the disk of VEDETTE['DIR']."),
    "unwritable": ("the journal could not be written to", "Let the site's user write to VEDETTE['DIR']."),
    "write_failed": ("the file system refused a write", "See the system's log for errors of that disk."),
    "segment_removed": (
        "the journal's files were removed while they were written",
        "Leave the files in VEDETTE['DIR'] to Vedette; `manage.py vedette prune` makes room.",
    ),
    "journal_full": (
        "the journal was as large as it may be",
        "Keep the background work running, or raise VEDETTE['JOURNAL_MAX_BYTES'].",
    ),
    "store_full": (
        "the store was as large as it may be",
        "Raise VEDETTE['STORE_MAX_BYTES'], or lower VEDETTE['RETENTION_DAYS'].",
    ),
    "damaged_part": ("a part of the store was damaged", "Look in the quarantine; check the disk."),
    "malformed": ("lines of the journal were no records", "Look at the .malformed files in the quarantine."),
    "torn": (
        "a process was killed while it wrote its last line",
        "Nothing is to be done: that record was never whole.",
    ),
    "unencodable": (
        "records could not be encoded",
        "See which extra fields hold objects whose text cannot be made.",
    ),
    "capture_failed": ("capture met an error of its own", "Report it, with the versions above."),
}
"""What each reason means, and what can be done about it."""


def find(site: Site) -> Iterator[Finding]:
    """Yield each loss of the last 24 hours."""
    now = site.now()
    try:
        losses = list_losses(site.store(), now=now)
    except QueryError:
        # The store itself is looked at elsewhere.
        return
    for loss in losses:
        meaning, fix = EXPLAINED.get(loss.reason, (loss.reason, ""))
        yield Finding(
            "losses",
            "warning",
            f"{words.count(loss.records)} {loss.signal} were dropped, last {words.ago(loss.last_at, now=now)}: {meaning} ({loss.reason})",
            fix,
        )
    if not losses:
        yield Finding("losses", "ok", "nothing was dropped in the last 24 hours")
