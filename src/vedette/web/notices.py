"""What an action has to say, shown by the page to which it sends: a short-lived signed cookie.

The site may have no messages framework, and a text in the address would be shown again to whoever is sent the link.
"""

from __future__ import annotations

from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

COOKIE = "vedette_notice"
LONGEST = 500
LIVES_S = 60
_SALT = "vedette.web.notices"


def leave(request: HttpRequest, response: HttpResponseBase, text: str) -> None:
    """Have the next page say *text*."""
    response.set_cookie(
        COOKIE,
        signing.dumps(text[:LONGEST], salt=_SALT),
        max_age=LIVES_S,
        path=reverse("vedette:overview"),
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def find(request: HttpRequest) -> str:
    """Return what the last action has to say; ``""`` where there is nothing, or nothing that we have said."""
    signed = request.COOKIES.get(COOKIE)
    if not signed:
        return ""
    try:
        return str(signing.loads(signed, salt=_SALT, max_age=LIVES_S))
    except signing.BadSignature:
        return ""


def forget(request: HttpRequest, response: HttpResponseBase) -> None:
    """Have the browser drop the notice, once a whole page has shown it."""
    if COOKIE in request.COOKIES and "HX-Request" not in request.headers:
        response.delete_cookie(COOKIE, path=reverse("vedette:overview"), samesite="Lax")
