"""Cards within a page's own answer, for browsers that run no script and would wait for them for ever.

Elsewhere a card is asked for after the page, beside the others, so that a slow one holds up nothing.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.safestring import SafeString, mark_safe

from vedette.web.access import View
from vedette.web.page import ZONE_COOKIE


def is_scripted(request: HttpRequest) -> bool:
    """Tell whether the browser runs the pages' script: it told its time zone (`frontend/src/islands/times.ts`).

    A form that was posted answers with cards that load, too: they are asked for as a page's, which is read.
    """
    return ZONE_COOKIE in request.COOKIES or request.method != "GET"


def put(
    request: HttpRequest, cards: Mapping[str, View], *, query: str = "", **names: Any
) -> dict[str, SafeString]:
    """Return what is on each of *cards*, by name; empty where the browser's script asks for them itself.

    They are asked with the page's own query string, or with *query*.
    """
    if is_scripted(request):
        return {}
    if query:
        request = copy.copy(request)
        request.GET = QueryDict(query)
    return {name: _content(view(request, **names)) for name, view in cards.items()}


def _content(response: object) -> SafeString:
    if not isinstance(response, HttpResponse):
        return SafeString("")
    # It is a template of ours that was rendered, with all that came from elsewhere escaped.
    return mark_safe(response.content.decode())  # noqa: S308
