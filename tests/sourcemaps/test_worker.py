"""The background worker, put together as sites have it: from the journal to the issue."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.sourcemaps.conftest import Shop, an_event
from tests.sourcemaps.made import Build, a_map, bundle_of
from tests.sourcemaps.test_digest import the_error
from vedette import conf, wiring
from vedette.issues.models import IssueRow
from vedette.record.signals import Error
from vedette.sourcemaps.queries import list_bundles
from vedette.testing import Recorded, recorded

NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def site(settings: Any, tmp_path: Path, shop: Shop) -> Iterator[Recorded]:
    """Give a site whose uploads are the shop's."""
    settings.VEDETTE = {"DIR": tmp_path / "vedette", "SENTRY": False, "BACKGROUND": "off"}
    conf.reload()
    wiring.store.cache_clear()
    shop.clock.at = NOW
    shop.files = wiring.source_map_files()
    with recorded(tmp_path / "vedette") as seen:
        yield seen
    wiring.store.cache_clear()
    conf.reload()


def record(site: Recorded, *events: dict[str, Any]) -> None:
    """Let errors lie in the journal, and the worker do its work."""
    for number, event in enumerate(events):
        at = NOW + dt.timedelta(microseconds=number)
        site.recorder.record(Error(time=at, service="shop", event_id=f"{number:032x}", payload=event))
    assert wiring.worker().tick()


def test_an_error_is_grouped_by_what_was_written(site: Recorded, shop: Shop, built: Build) -> None:
    shop.upload(bundle_of(built))
    record(site, an_event(*the_error(built)), an_event(*the_error(built)))
    (issue,) = IssueRow.objects.using("vedette")
    assert (issue.culprit, issue.events) == ("src/price in requireFound", 2)
    stored = wiring.store().sql("SELECT culprit, payload FROM errors").rows
    assert [culprit for culprit, _ in stored] == ["src/price in requireFound"] * 2
    assert all('"raw_stacktrace"' in payload for _, payload in stored)


def test_what_stays_minified_is_counted_by_reason(site: Recorded, shop: Shop, built: Build) -> None:
    shop.upload(bundle_of(built))
    record(site, an_event(*the_error(built), debug_id="c" * 32))
    assert wiring.worker().tick()
    counted = wiring.store().sql(
        "SELECT attributes['reason'], sum(sum) FROM metrics WHERE name = 'vedette.frames_unmapped' GROUP BY ALL"
    )
    assert counted.rows == [("unknown_id", float(len(the_error(built))))]


def test_secrets_in_lines_of_source_are_not_stored(site: Recorded, shop: Shop) -> None:
    text = 'const password = "correct horse battery";'
    shop.upload(bundle_of(Build("x()", json.dumps(a_map(sourcesContent=[text])))))
    frame = {"abs_path": "https://shop.example/static/app.min.js", "lineno": 1, "colno": 1}
    record(site, an_event(frame))
    ((payload,),) = wiring.store().sql("SELECT payload FROM errors").rows
    assert "const password" in payload
    assert "battery" not in payload


def test_the_worker_removes_uploads_past_their_time(site: Recorded, shop: Shop, built: Build) -> None:
    shop.clock.at = NOW - dt.timedelta(days=100)
    shop.upload(bundle_of(built))
    record(site)
    assert list_bundles().count == 0
    assert list(shop.files.bundles_dir.iterdir()) == []


def test_prune_removes_uploads_that_nothing_needed_since_a_time(
    site: Recorded, shop: Shop, built: Build
) -> None:
    shop.clock.at = NOW - dt.timedelta(days=10)
    shop.upload(bundle_of(built))

    def pruned(*arguments: str) -> int:
        out = io.StringIO()
        call_command("vedette", "prune", "--json", *arguments, stdout=out)
        return int(json.loads(out.getvalue())["source_maps"])

    assert pruned() == 0
    assert pruned("--before", "30d") == 0
    assert pruned("--before", "5d", "--dry-run") == 1
    assert list_bundles().count == 1
    assert pruned("--before", "5d") == 1
    assert list_bundles().count == 0
