"""Spans of the SDK and of Vedette are one tree: each lies below the one in which it began."""

from __future__ import annotations

import asyncio
import time

import pytest
import sentry_sdk
from django.core.cache import cache
from django.db import connection
from pytest_django import Settings

import vedette
from tests.capture.observed import Observed
from tests.capture.sentry.conftest import Start
from vedette.capture.work import MOST_OPENED
from vedette.record.signals import Error, Span


@pytest.fixture
def traced(start: Start, settings: Settings) -> Observed:
    """Give the site with each request sampled."""
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    ("django.template.loaders.locmem.Loader", {"page.html": "{{ query }} {{ weigh }}"})
                ]
            },
        }
    ]
    cache.get("first")
    return start(TRACES_SAMPLE_RATE=1.0, PROFILES_SAMPLE_RATE=0.0)


def _within(spans: list[Span], outer: Span) -> list[tuple[str, str]]:
    return sorted((span.op, span.name) for span in spans if span.parent_span_id == outer.span_id)


def _one(spans: list[Span], op: str) -> Span:
    (span,) = [span for span in spans if span.op == op]
    return span


@pytest.mark.django_db
def test_each_span_lies_below_the_one_in_which_it_began(traced: Observed) -> None:
    traced.get("/nested/")

    spans = traced.spans
    root, basket, page = (_one(spans, op) for op in ("http.server", "basket", "template.render"))
    assert _within(spans, root) == [("basket", "count"), ("cache.get", "beside"), ("db", "SELECT ?")]
    assert _within(spans, basket) == [
        ("cache.get", "within"),
        ("db", "SELECT ?"),
        ("template.render", "page.html"),
    ]
    assert _within(spans, page) == [("basket.item", "weigh"), ("db", "SELECT ?")]
    assert {span.trace_id for span in spans} == {traced.request.trace_id}
    assert {span.request_id for span in spans} == {traced.request.request_id}
    assert len({span.span_id for span in spans}) == len(spans) == 9


@pytest.mark.django_db
def test_what_vedette_opens_says_the_same_as_without_the_sdk(traced: Observed) -> None:
    traced.get("/nested/")

    looked = next(span for span in traced.spans if span.name == "within")
    assert (looked.kind, looked.status) == ("client", "ok")
    assert looked.attributes["cache.alias"] == "default"
    assert looked.attributes["cache.hit"] == "false"
    page = _one(traced.spans, "template.render")
    assert (page.kind, page.status) == ("internal", "ok")


def test_a_template_that_fails_says_so_and_is_one_error(traced: Observed) -> None:
    assert traced.get("/failing/").status == 500

    page = _one(traced.spans, "template.render")
    assert (page.status, page.attributes["exception.type"]) == ("error", "tests.capture.sentry.site.Refused")
    assert len(traced.records(Error)) == 1


def test_tasks_side_by_side_leave_the_tree_as_it_was(traced: Observed) -> None:
    asyncio.run(traced.aget("/side-by-side/"))

    root = _one(traced.spans, "http.server")
    assert _within(traced.spans, root) == [("basket", "count"), *[("cache.get", "here")] * 5]


def test_a_site_that_clears_the_scope_is_served(traced: Observed) -> None:
    assert traced.get("/cleared/").status == 200
    assert [span.op for span in traced.spans] == ["http.server"]
    assert traced.metrics == []


def test_what_vedette_opens_leaves_room_for_the_spans_of_others(
    traced: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.capture.sentry import site

    def ask_often(address: str) -> None:
        for number in range(MOST_OPENED + 2):
            cache.get(f"item:{number}")

    monkeypatch.setitem(site.CLIENTS, "often", ask_often)
    traced.get("/outgoing/often/?address=")

    spans = traced.spans
    assert len(_within(spans, _one(spans, "basket"))) == MOST_OPENED
    assert _one(spans, "http.server").attributes["spans_not_kept"] == "2"


def test_a_request_that_is_not_sampled_has_none(start: Start) -> None:
    site = start(TRACES_SAMPLE_RATE=0.0)

    site.get("/cleared/")

    assert site.spans == []


@pytest.mark.django_db
def test_streamed_spans_are_one_tree_with_vedette_s(traced: Observed) -> None:
    connection.ensure_connection()
    traced.get("/")
    sentry_sdk.init(**vedette.sentry_options(trace_lifecycle="stream"))

    traced.get("/streamed/nested/")
    sentry_sdk.flush()

    # The SDK's own thread may be at it already, which `flush` does not wait for.
    until = time.monotonic() + 10
    spans: list[Span] = []
    while len(spans) < 4 and time.monotonic() < until:
        spans = [span for span in traced.spans if span.trace_id == traced.requests[-1].trace_id]
    count = next(span for span in spans if span.name == "count")
    assert _within(spans, count) == [("cache.get", "within"), ("db", "SELECT ?")]
    looked = next(span for span in spans if span.name == "within")
    assert looked.attributes["cache.hit"] == "false"
