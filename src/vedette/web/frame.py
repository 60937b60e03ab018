"""The frame that all pages share: heading, picker, banners, footer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

import vedette
from vedette import conf
from vedette.issues.queries import SearchError, parse_search
from vedette.logs.queries import ParseError, parse
from vedette.requests.queries import FilterError
from vedette.traces.queries import FilterError as TraceFilterError
from vedette.web import assets, page, rendering
from vedette.web.asking import Listener
from vedette.web.fragments import last_deploy
from vedette.web.page import Page
from vedette.web.parts import Parts
from vedette.web.selection import filters_of
from vedette.web.traces.selection import filters_of as trace_filters_of


@dataclass(frozen=True, slots=True)
class Site:
    """Whose telemetry this is."""

    service: str
    environment: str
    version: str


@dataclass(frozen=True, slots=True)
class FormError:
    """What in the link makes no sense, and what is shown instead."""

    what: str
    kept: str


def look(request: HttpRequest, *, name: str, parts: Parts, path: str = "") -> Page:
    """Return the page *name* as *request* asks for it; an action that shows it again passes its *path*."""
    return page.of(
        request, name=name, path=path, deployed_at=last_deploy(Listener(parts.store()), parts.markers)
    )


def respond(
    request: HttpRequest,
    template: str,
    *,
    name: str,
    parts: Parts,
    values: Mapping[str, object] | None = None,
) -> HttpResponse:
    """Return a whole page; 400 with what is wrong on it where the range or a filter makes no sense."""
    return show(look(request, name=name, parts=parts), template, values or {})


def show(shown: Page, template: str, values: Mapping[str, object], *, status: int = 200) -> HttpResponse:
    """Return a whole page around *values*."""
    settings = conf.load_site()[0]
    errors = list(errors_of(shown))
    context = {
        "page": shown,
        "site": Site(settings.SERVICE, settings.ENVIRONMENT, vedette.__version__),
        "assets_built": assets.are_built(),
        "errors": errors,
        **values,
    }
    return rendering.render(template, context, status=400 if errors and status == 200 else status)


def errors_of(shown: Page) -> list[FormError]:
    """Return what in the link makes no sense."""
    found = []
    if shown.range_error:
        found.append(FormError(shown.range_error, "Choose another range; the filters are kept."))
    try:
        if shown.name == "logs":
            parse(shown.params.get("q", ""))
        elif shown.name == "issues":
            parse_search(shown.params.get("q", ""))
        elif shown.name == "traces":
            trace_filters_of(shown.params)
        else:
            filters_of(shown.params)
    except (FilterError, TraceFilterError, ParseError, SearchError) as error:
        found.append(
            FormError(
                f"{error}.", "Change or remove this filter; the time range and the other filters are kept."
            )
        )
    return found
