"""What the pages are given by whoever puts the parts together (`vedette.wiring`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vedette.sourcemaps.files import Files
from vedette.store.attachments import Attachments
from vedette.store.query import Store
from vedette.web.markers import Markers


@dataclass(frozen=True, slots=True)
class Parts:
    """The site's store; how far the journal's oldest record that is not in it yet lies back (0 where none does); the files
    that came with events; the source maps that were uploaded; what is marked on charts, where anybody knows; what makes the
    state database where there is none yet.
    """

    store: Callable[[], Store]
    behind_s: Callable[[], float]
    attachments: Callable[[], Attachments]
    source_map_files: Callable[[], Files]
    markers: Markers | None = None
    make_state: Callable[[], None] | None = None
