"""Where this process keeps the files that come with events."""

from __future__ import annotations

import functools
from pathlib import Path

from vedette.capture.recorder import settings
from vedette.store.attachments import Attachments


def attachments() -> Attachments | None:
    """Return where they are kept; None where the settings say that none are."""
    values = settings()
    if not values.has_dir or not values.ATTACHMENTS_MAX_BYTES:
        return None
    return _at(values.attachments_dir, values.ATTACHMENTS_MAX_BYTES)


@functools.lru_cache(maxsize=4)
def _at(directory: Path, max_bytes: int) -> Attachments:
    # The same one each time: it knows how much it has written since it last summed up the directory.
    return Attachments(directory, max_bytes)
