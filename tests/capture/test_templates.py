"""Templates are spans of the sampled request that renders them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pytest_django import Settings

from tests.capture.conftest import Configure
from tests.capture.observed import Observed
from vedette.capture import spans, templates
from vedette.capture.work import MOST_OPENED
from vedette.record.signals import Span

TEMPLATES: dict[str, str] = {
    "page.html": "{% load inner %}{% inner 'part.html' %}",
    "included.html": "{% include 'part.html' %}",
    "part.html": "part",
    "query.html": "{{ who }}",
    "broken.html": "{{ fails }}",
    "form.html": "{{ form }}",
}


def _engine(backend: str, **options: Any) -> dict[str, Any]:
    return {"BACKEND": f"django.template.backends.{backend}", "OPTIONS": options}


@pytest.fixture(autouse=True)
def _templates(settings: Settings) -> None:
    settings.TEMPLATES = [
        _engine(
            "django.DjangoTemplates",
            loaders=[("django.template.loaders.locmem.Loader", TEMPLATES)],
            libraries={"inner": "tests.capture.site.tags"},
        ),
        _engine("jinja2.Jinja2", environment="tests.capture.site.tags.environment") | {"NAME": "jinja"},
    ]
    templates.install()


@pytest.fixture
def sampled(configure: Configure) -> Observed:
    """Give the site with each request sampled."""
    return configure(TRACES_SAMPLE_RATE=1.0)


def _rendered(site: Observed) -> list[Span]:
    return [span for span in site.spans if span.op == "template.render"]


def test_a_template_is_a_span_below_the_request(sampled: Observed) -> None:
    assert sampled.get("/rendered/part.html/").body == b"part"
    (span,) = _rendered(sampled)
    request = sampled.request
    assert (span.name, span.kind, span.status) == ("part.html", "internal", "ok")
    assert (span.trace_id, span.parent_span_id) == (request.trace_id, request.span_id)
    assert span.request_id == request.request_id
    assert 0 < span.duration_ms < request.duration_ms


def test_a_template_rendered_by_another_lies_below_it(sampled: Observed) -> None:
    sampled.get("/rendered/page.html/")
    inner, outer = _rendered(sampled)
    assert (inner.name, outer.name) == ("part.html", "page.html")
    assert inner.parent_span_id == outer.span_id
    assert outer.parent_span_id == sampled.request.span_id


def test_what_a_template_includes_is_part_of_it(sampled: Observed) -> None:
    sampled.get("/rendered/included.html/")
    assert [span.name for span in _rendered(sampled)] == ["included.html"]


def test_templates_one_after_the_other_are_siblings(sampled: Observed) -> None:
    sampled.get("/rendered/part.html/?times=2")
    assert {span.parent_span_id for span in _rendered(sampled)} == {sampled.request.span_id}


@pytest.mark.django_db
def test_a_query_of_a_template_lies_below_it(sampled: Observed) -> None:
    sampled.get("/rendered/query.html/?query=1")
    (template,) = _rendered(sampled)
    outside, inside = (span for span in sampled.spans if span.op == "db")
    assert inside.parent_span_id == template.span_id
    assert outside.parent_span_id == sampled.request.span_id


def test_a_template_that_fails_says_so_and_the_site_sees_the_error(sampled: Observed) -> None:
    assert sampled.get("/rendered/broken.html/").status == 500
    (span,) = _rendered(sampled)
    assert (span.status, span.attributes["exception.type"]) == ("error", "ValueError")


def test_the_widgets_of_a_form_are_no_spans_of_their_own(sampled: Observed) -> None:
    assert b"<input" in sampled.get("/rendered/form.html/").body
    assert [span.name for span in _rendered(sampled)] == ["form.html"]


def test_jinja2_is_observed_too(sampled: Observed) -> None:
    assert sampled.get("/rendered/hello.jinja/?using=jinja").body == b"hello from jinja"
    assert [span.name for span in _rendered(sampled)] == ["hello.jinja"]


def test_a_request_that_is_not_sampled_has_none(site: Observed) -> None:
    assert site.get("/rendered/page.html/").body == b"part"
    assert site.spans == []


def test_an_own_page_has_none(sampled: Observed) -> None:
    assert sampled.get("/watched/rendered/part.html/").body == b"part"
    assert sampled.spans == []


def test_tasks_side_by_side_keep_their_spans_apart(sampled: Observed) -> None:
    asyncio.run(sampled.aget("/async/rendered/"))
    spans = _rendered(sampled)
    outer = [span for span in spans if span.name == "page.html"]
    inner = [span for span in spans if span.name == "part.html"]
    assert len(outer) == len(inner) == 5
    assert {span.parent_span_id for span in outer} == {sampled.request.span_id}
    assert sorted(span.parent_span_id for span in inner) == sorted(span.span_id for span in outer)


def test_so_many_are_kept_and_the_rest_is_counted(sampled: Observed) -> None:
    sampled.get(f"/rendered/part.html/?times={MOST_OPENED + 3}")
    assert len(_rendered(sampled)) == MOST_OPENED
    assert sampled.spans[-1].attributes["spans_not_kept"] == "3"


def test_installed_again_a_template_is_still_one_span(sampled: Observed) -> None:
    templates.install()
    templates.install()
    sampled.get("/rendered/part.html/")
    assert len(_rendered(sampled)) == 1


def test_a_page_is_rendered_where_its_span_cannot_be_made(
    sampled: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(spans, "_begin", fail)
    assert sampled.get("/rendered/page.html/").body == b"part"
    assert _rendered(sampled) == []
    assert {metric.attributes["reason"] for metric in sampled.metrics} == {"capture_failed"}
