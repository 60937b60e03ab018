"""The route of a request: the URL pattern that matched it."""

from __future__ import annotations

import functools

from django.http import HttpRequest

from vedette.record.secrets import FILTERED, is_secret

OWN_APP_NAME = "vedette"
_LEAST_SECRET = 4


def route_of(request: HttpRequest) -> str:
    """Return the pattern that *request* matched, with a leading slash; ``""`` where it matched none."""
    match = request.resolver_match
    return _readable(match.route) if match is not None else ""


def path_of(request: HttpRequest) -> str:
    """Return the path of *request* without what its pattern captured under a secret's name: a password reset's token."""
    return without_captured(request.path, request)


def without_captured(text: str, request: HttpRequest) -> str:
    """Return *text* without what the pattern of *request* captured under a secret's name."""
    match = request.resolver_match
    if match is not None and match.kwargs:
        for name, value in match.kwargs.items():
            if is_secret(name) and len(captured := str(value)) >= _LEAST_SECRET:
                text = text.replace(captured, FILTERED)
    return text


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
