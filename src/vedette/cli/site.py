"""What the commands are given by whoever puts the parts together (`vedette.wiring`)."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from vedette.releases.operations import set_commits
from vedette.releases.queries import Commit

if TYPE_CHECKING:
    from vedette.background.worker import Worker
    from vedette.store.catalogue import Catalogue
    from vedette.store.query import Store


class SetCommits(Protocol):
    """Gives a release its commits; whoever puts the parts together lets issues hear of them."""

    def __call__(
        self, service: str, version: str, commits: Sequence[Commit], *, at: dt.datetime, actor: str = ""
    ) -> list[Commit]:
        """Return the commits that were kept; raise what `vedette.releases.operations.set_commits` raises."""
        ...


@dataclass(frozen=True, slots=True)
class Site:
    """The site's parts, each made when it is first asked for; any may raise `SettingsError`."""

    store: Callable[[], Store]
    catalogue: Callable[[], Catalogue]
    worker: Callable[[], Worker]
    behind_s: Callable[[], float]
    now: Callable[[], dt.datetime]
    zone: dt.tzinfo = dt.UTC
    set_commits: SetCommits = set_commits


def site_of(options: argparse.Namespace) -> Site:
    """Return the site that a command was started for."""
    site = options.site
    assert isinstance(site, Site)
    return site
