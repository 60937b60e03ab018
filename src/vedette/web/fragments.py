"""Cards: the parts of a page that ask the store, each a fragment under an address of its own."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from vedette.issues.queries import SearchError
from vedette.logs.queries import ParseError
from vedette.requests.queries import FilterError
from vedette.requests.releases import find_last_deploy
from vedette.store.paging import CursorError
from vedette.store.query import QueryError, Store
from vedette.traces.queries import FilterError as TraceFilterError
from vedette.web import access, page, rendering
from vedette.web.asking import Listener, explain
from vedette.web.markers import Markers, marked
from vedette.web.page import Page
from vedette.web.parts import Parts
from vedette.web.timerange import InvalidRange

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Look:
    """What a card is asked: over which page, of which store; `names` are those in the page's address."""

    page: Page
    store: Listener
    names: Mapping[str, Any] = field(default_factory=dict)


def card(template: str, *, on: str) -> Callable[[Callable[[Look], Values]], access.View]:
    """Make a function that returns a template's values the view of a card on the page *on*.

    What goes wrong is said on the card, with the HTTP status that fits: 400 for a filter or a range that makes no
    sense, 503 and 504 where the store cannot answer.
    """

    def decorate(answer: Callable[[Look], Values]) -> access.View:
        @access.page
        @functools.wraps(answer)
        def view(request: HttpRequest, *, parts: Parts, **names: Any) -> HttpResponseBase:
            store = Listener(parts.store())
            path = reverse(f"vedette:{on}", kwargs=names)
            shown = page.of(request, name=on, path=path, deployed_at=last_deploy(store, parts.markers))
            if shown.range_error:
                return _failed(shown, 400, "This time range makes no sense", shown.range_error, "")
            try:
                values = marked(answer(Look(shown, store, names)), page=shown, markers=parts.markers)
            except (FilterError, TraceFilterError, ParseError, SearchError, CursorError) as error:
                return _failed(shown, 400, "This filter makes no sense", str(error), "")
            except (QueryError, DatabaseError) as error:
                failure = explain(error)
                return _failed(shown, failure.status, failure.what, failure.why, failure.do)
            return rendering.render(template, {"page": shown, "asked": store.asked, **values})

        return view

    return decorate


def last_deploy(store: Store, markers: Markers | None = None) -> Callable[[], dt.datetime | None]:
    """Return the function that tells when the last deploy was, where a range is said to begin there.

    Where nobody told of any, it is when a release was last first seen.
    """

    def find() -> dt.datetime | None:
        try:
            now = dt.datetime.now(dt.UTC)
            told = None if markers is None else markers.find_last(before=now)
            return told or find_last_deploy(store, now=now)
        except (QueryError, DatabaseError) as error:
            raise InvalidRange("The store could not say when the last deploy was.") from error

    return find


def _failed(shown: Page, status: int, what: str, why: str, do: str) -> HttpResponseBase:
    return rendering.render(
        "cards/failed.html", {"page": shown, "what": what, "why": why, "do": do}, status=status
    )
