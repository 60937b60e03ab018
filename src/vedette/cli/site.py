"""What the commands are given by whoever puts the parts together (`vedette.wiring`)."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vedette.background.worker import Worker
    from vedette.store.catalogue import Catalogue
    from vedette.store.query import Store


@dataclass(frozen=True, slots=True)
class Site:
    """The site's parts, each made when it is first asked for; any may raise `SettingsError`."""

    store: Callable[[], Store]
    catalogue: Callable[[], Catalogue]
    worker: Callable[[], Worker]
    behind_s: Callable[[], float]
    now: Callable[[], dt.datetime]
    zone: dt.tzinfo = dt.UTC


def site_of(options: argparse.Namespace) -> Site:
    """Return the site that a command was started for."""
    site = options.site
    assert isinstance(site, Site)
    return site
