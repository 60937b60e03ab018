"""Questions about releases, their deploys and their commits."""

from __future__ import annotations

from vedette.releases.commits import (
    Suspect,
    count_commits,
    find_version_with_commit,
    list_commits,
    list_suspects,
)
from vedette.releases.deploys import find_deploy_before, find_last_arrival, list_deploys, list_deploys_of
from vedette.releases.listing import (
    ReleasePage,
    find_newest,
    find_newest_version,
    find_previous_with_commits,
    find_releases,
    get_release,
    list_archived,
    list_arrivals,
    list_releases,
    list_seen,
    list_services,
    order,
    previous_of,
)
from vedette.releases.order import Order
from vedette.releases.records import Commit, Deploy, Release, Seen, short

__all__ = [
    "Commit",
    "Deploy",
    "Order",
    "Release",
    "ReleasePage",
    "Seen",
    "Suspect",
    "count_commits",
    "find_deploy_before",
    "find_last_arrival",
    "find_newest",
    "find_newest_version",
    "find_previous_with_commits",
    "find_releases",
    "find_version_with_commit",
    "get_release",
    "list_archived",
    "list_arrivals",
    "list_commits",
    "list_deploys",
    "list_deploys_of",
    "list_releases",
    "list_seen",
    "list_services",
    "list_suspects",
    "order",
    "previous_of",
    "short",
]
