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
        route = _without_regex(route)
    return "/" + route.removeprefix("/")


def _without_regex(route: str) -> str:
    # As Django's own documentation pages show a pattern, whose view (and with it the admin) need not be loaded for this.
    from django.contrib.admindocs import utils

    route = utils.remove_non_capturing_groups(route)
    route = utils.replace_unnamed_groups(utils.replace_named_groups(route))
    return utils.replace_metacharacters(route)
