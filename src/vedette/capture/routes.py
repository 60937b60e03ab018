"""The route of a request: the URL pattern that matched it."""

from __future__ import annotations

import functools

from django.http import HttpRequest

OWN_APP_NAME = "vedette"


def route_of(request: HttpRequest) -> str:
    """Return the pattern that *request* matched, with a leading slash; ``""`` where it matched none."""
    match = request.resolver_match
    return _readable(match.route) if match is not None else ""


def is_own(request: HttpRequest) -> bool:
    """Tell whether *request* is for one of Vedette's own pages."""
    match = request.resolver_match
    return match is not None and OWN_APP_NAME in match.app_names


@functools.lru_cache(maxsize=4096)
def _readable(route: str | None) -> str:
    if not route:
        return "/"
    if "^" in route or "(?P" in route or "$" in route:
        from django.contrib.admindocs.utils import simplify_regex

        return str(simplify_regex(route))
    return "/" + route.removeprefix("/")
