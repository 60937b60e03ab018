"""When releases came."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tests.requests.conftest import REQUESTS
from tests.requests.kept import Kept
from tests.requests.traffic import NOW
from vedette.record.signals import Request
from vedette.requests.releases import find_last_deploy


def test_the_last_deploy_is_the_first_request_of_the_newest_release(kept: Kept) -> None:
    first = {
        service: min(each.time for each in REQUESTS if each.release == "1.2" and each.service == service)
        for service in ("todo", "billing")
    }

    assert find_last_deploy(kept.store, now=NOW) == max(first.values())


def test_a_release_that_came_back_is_not_a_new_one(tmp_path: Path) -> None:
    kept = Kept(tmp_path, now=NOW)
    kept.record(
        Request(time=NOW - dt.timedelta(hours=hours), service="todo", release=release)
        for hours, release in ((50, "1.0"), (20, "1.1"), (1, "1.0"))
    )

    assert find_last_deploy(kept.store, now=NOW) == NOW - dt.timedelta(hours=20)


def test_a_site_that_names_no_release_has_no_deploy(tmp_path: Path) -> None:
    kept = Kept(tmp_path, now=NOW)
    kept.record([Request(time=NOW - dt.timedelta(hours=1), service="todo")])

    assert find_last_deploy(kept.store, now=NOW) is None
