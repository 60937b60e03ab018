"""Django's guard against forged requests, for our own forms alone.

It works whether or not the site has ``CsrfViewMiddleware``, with the secret in a cookie or in the session, readable by
script or not: a page puts its token into its forms (`Viewer.token`), and an action asks for it here.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.http.request import HttpHeaders
from django.middleware.csrf import CsrfViewMiddleware, get_token

FIELD = "csrfmiddlewaretoken"


def token(request: HttpRequest) -> str:
    """Return the token that forms of a page which answers *request* carry."""
    if "CSRF_COOKIE" not in request.META:
        # Where the site's own middleware has not, the secret that the browser already has must be found first.
        _guard().process_request(request)
    return get_token(request)


def header() -> str:
    """Return the name of the request header in which a script may send the token."""
    return HttpHeaders.parse_header_name(settings.CSRF_HEADER_NAME) or "X-CSRFToken"


def is_forged(request: HttpRequest) -> bool:
    """Tell whether *request* comes from elsewhere than a page of ours; Django logs why."""
    guard = _guard()
    guard.process_request(request)
    return guard.process_view(request, _never_asked, (), {}) is not None


def remember(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Let the browser or the session keep the secret of a token that was handed out."""
    return _guard().process_response(request, response)


def _guard() -> CsrfViewMiddleware:
    return CsrfViewMiddleware(_never_asked)


def _never_asked(request: HttpRequest) -> HttpResponseBase:
    raise AssertionError("the guard is asked step by step, and calls no view")
