"""Operations of Django's cache framework are spans of the sampled request that asks for them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.core.cache.backends.locmem import LocMemCache
from django.core.management import call_command
from pytest_django import Settings

from tests.capture.conftest import Configure
from tests.capture.observed import Observed
from vedette.capture import caches as observer
from vedette.capture.work import MOST_OPENED
from vedette.record.signals import Span

LOCMEM = "django.core.cache.backends.locmem.LocMemCache"


class Tiered(LocMemCache):
    """A cache that asks another one first, and overrides what it inherits."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Look in the default cache, then here."""
        found = cache.get(key, version=version)
        return super().get(key, default, version) if found is None else found


@pytest.fixture(autouse=True)
def _caches(settings: Settings) -> Iterator[None]:
    settings.CACHES = {
        "default": {"BACKEND": LOCMEM, "LOCATION": "default"},
        "other": {"BACKEND": LOCMEM, "LOCATION": "other"},
        "tiered": {"BACKEND": "tests.capture.test_caches.Tiered", "LOCATION": "tiered"},
        "database": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "cached",
        },
    }
    cache.clear()
    cache.set("here", "there")
    cache.set("zero", 0)
    yield
    cache.clear()


@pytest.fixture
def sampled(configure: Configure) -> Observed:
    """Give the site with each request sampled."""
    return configure(TRACES_SAMPLE_RATE=1.0)


def _spans(site: Observed) -> list[Span]:
    return [span for span in site.spans if span.op.startswith("cache.")]


def test_a_look_up_is_a_span_that_says_whether_it_found_something(sampled: Observed) -> None:
    assert json.loads(sampled.get("/cached/get/").body) == ["there", None, "default"]
    found, missed, unknown = _spans(sampled)
    assert (found.op, found.name, found.kind, found.status) == ("cache.get", "here", "client", "ok")
    assert found.attributes["cache.alias"] == "default"
    assert found.attributes["cache.key"] == "here"
    assert found.attributes["cache.hit"] == "true"
    assert missed.attributes["cache.hit"] == "false"
    # "default" could as well have been in the cache.
    assert "cache.hit" not in unknown.attributes
    assert (found.trace_id, found.parent_span_id) == (sampled.request.trace_id, sampled.request.span_id)


def test_what_equals_the_default_is_not_called_a_miss(sampled: Observed) -> None:
    assert sampled.get("/cached/zero/").body == b"0"
    (span,) = _spans(sampled)
    assert "cache.hit" not in span.attributes


def test_several_keys_are_one_span(sampled: Observed) -> None:
    assert json.loads(sampled.get("/cached/get_many/").body) == {"here": "there"}
    (span,) = _spans(sampled)
    assert (span.op, span.name) == ("cache.get", "here, gone")
    assert span.attributes["cache.hit"] == "true"
    assert (span.attributes["cache.key_count"], span.attributes["cache.found_count"]) == ("2", "1")


def test_keys_that_can_be_gone_through_only_once_reach_the_cache(sampled: Observed) -> None:
    assert json.loads(sampled.get("/cached/get_many_of_iterator/").body) == {"here": "there"}
    (span,) = _spans(sampled)
    assert span.name == "get_many"
    assert "cache.key" not in span.attributes


@pytest.mark.parametrize(
    ("name", "operations"),
    [
        ("has_key", [("cache.get", "here"), ("cache.get", "gone")]),
        ("set", [("cache.put", "new"), ("cache.put", "new")]),
        ("set_many", [("cache.put", "a, b")]),
        ("add", [("cache.put", "new")]),
        ("incr", [("cache.put", "count")] * 3),
        ("touch", [("cache.put", "here")]),
        ("delete", [("cache.remove", "here")]),
        ("delete_many", [("cache.remove", "here, gone")]),
        ("clear", [("cache.remove", "clear")]),
        ("get_or_set", [("cache.get", "new"), ("cache.put", "new"), ("cache.get", "new")]),
        ("by_keyword", [("cache.get", "here")]),
    ],
)
def test_each_operation_is_counted_once(
    sampled: Observed, name: str, operations: list[tuple[str, str]]
) -> None:
    assert sampled.get(f"/cached/{name}/").status == 200
    assert [(span.op, span.name) for span in _spans(sampled)] == operations


def test_each_alias_is_observed(sampled: Observed) -> None:
    sampled.get("/cached/other/")
    (span,) = _spans(sampled)
    assert span.attributes["cache.alias"] == "other"


def test_what_one_cache_asks_of_another_lies_below_it(
    sampled: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.capture.site import views

    monkeypatch.setitem(views.CACHED, "tiered", lambda: caches["tiered"].get("here"))
    assert sampled.get("/cached/tiered/").body == b'"there"'
    inner, outer = _spans(sampled)
    assert (inner.attributes["cache.alias"], outer.attributes["cache.alias"]) == ("default", "tiered")
    assert inner.parent_span_id == outer.span_id


@pytest.mark.django_db
def test_the_query_of_a_cache_in_the_database_lies_below_its_span(sampled: Observed) -> None:
    call_command("createcachetable", "cached", verbosity=0)
    sampled.get("/cached/database/")
    (span,) = _spans(sampled)
    queries = [query for query in sampled.spans if query.op == "db" and query.request_id]
    assert queries
    assert {query.parent_span_id for query in queries} == {span.span_id}


def test_the_key_of_a_session_is_not_kept(sampled: Observed) -> None:
    sampled.get("/cached/session/")
    (span,) = _spans(sampled)
    assert span.name == "django.contrib.sessions.[Filtered]"
    assert b"k3yofas3ss10n" not in b"".join(path.read_bytes() for path in sampled.journal_dir.iterdir())


def test_an_operation_that_fails_says_so_and_the_site_sees_the_error(sampled: Observed) -> None:
    assert sampled.get("/cached/missing/").status == 500
    (span,) = _spans(sampled)
    assert (span.status, span.attributes["exception.type"]) == ("error", "ValueError")


def test_asynchronous_operations_are_counted_once(sampled: Observed) -> None:
    answer = asyncio.run(sampled.aget("/async/cached/get_many/"))
    assert json.loads(answer.body) == {"here": "there"}
    asyncio.run(sampled.aget("/async/cached/incr/"))
    assert [(span.op, span.name) for span in _spans(sampled)] == [
        ("cache.get", "here, gone"),
        ("cache.put", "count"),
        ("cache.put", "count"),
    ]


def test_asynchronous_operations_side_by_side_are_siblings(sampled: Observed) -> None:
    asyncio.run(sampled.aget("/async/cached/get/"))
    spans = _spans(sampled)
    assert len(spans) == 5
    assert {span.parent_span_id for span in spans} == {sampled.request.span_id}


def test_so_many_are_kept_and_the_rest_is_counted(sampled: Observed) -> None:
    sampled.get("/cached/many/")
    assert len(_spans(sampled)) == MOST_OPENED
    assert sampled.spans[-1].attributes["spans_not_kept"] == "3"


def test_a_request_that_is_not_sampled_has_none(site: Observed) -> None:
    assert json.loads(site.get("/cached/get/").body) == ["there", None, "default"]
    assert site.spans == []


def test_an_own_page_has_none(sampled: Observed) -> None:
    sampled.get("/watched/cached/get/")
    assert sampled.spans == []


def test_outside_of_requests_the_cache_is_left_alone(sampled: Observed) -> None:
    assert cache.get("here") == "there"
    assert sampled.spans == []


def test_installed_again_an_operation_is_still_one_span(sampled: Observed) -> None:
    observer.install()
    observer.install()
    sampled.get("/cached/touch/")
    assert len(_spans(sampled)) == 1


def test_of_many_keys_some_are_named(sampled: Observed, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.capture.site import views

    keys = [f"item:{number}" for number in range(25)]
    monkeypatch.setitem(views.CACHED, "keys", lambda: cache.get_many(keys))
    sampled.get("/cached/keys/")
    (span,) = _spans(sampled)
    assert span.name.startswith("item:0, item:1, ")
    assert span.name.endswith("item:19, …")
    assert span.attributes["cache.key_count"] == "25"


@pytest.mark.parametrize("broken", ["shown", "_found"])
def test_the_cache_works_where_its_span_cannot_be_described(
    sampled: Observed, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(observer, broken, fail)
    assert json.loads(sampled.get("/cached/get_many/").body) == {"here": "there"}
    assert [span.op for span in _spans(sampled)] == ["cache.get"]
    assert {metric.attributes["reason"] for metric in sampled.metrics} == {"capture_failed"}
