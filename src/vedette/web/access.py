"""Who may see the pages, and who may change something on them.

To see: staff who are superusers or hold ``vedette.view_telemetry``.  To change: those of them who are superusers or hold
``vedette.manage_telemetry``.  A view that only shows is made a page by `page`; one that changes something is made an action
by `action`, and then a form of any page may post to it::

    @access.action
    def rename(request: HttpRequest, *, parts: Parts) -> HttpResponseBase:
        operations.rename(request.POST.get("name", ""), by=request.user.get_username())
        return actions.done(request, "The board was renamed.", to=reverse("vedette:boards"))

    {% if page.viewer.may_manage %}
    <form method="post" action="{% url_of 'rename' %}">{% action_fields %}<input name="name"><button>Rename</button></form>
    {% endif %}

``{% action_fields %}`` brings the token against forgery and ``next``, the page to come back to.  A script sends the token of
``<meta name="csrf-token" content="…" data-header="X-CSRFToken">`` as a header, and its fields as
``application/x-www-form-urlencoded``.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.views.decorators.csrf import csrf_exempt

from vedette.conf import SettingsError
from vedette.web import actions, forgery, login, notices, security
from vedette.web.parts import Parts
from vedette.web.rendering import render
from vedette.web.viewer import may_manage, may_view

View = Callable[..., HttpResponseBase]
READS = ("GET", "HEAD")
MOST_FORM_BYTES = 256 * 1024
FORM = "application/x-www-form-urlencoded"


def page(view: View) -> View:
    """Make *view* a page: for those who may view telemetry, with the headers of `security`."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        refusal = _refusal(request, back_to=request.get_full_path())
        if request.method not in READS:
            refusal = HttpResponseNotAllowed(READS)
        if refusal is not None:
            return security.protect(refusal)
        response = _answer(view, request, *args, **kwargs)
        notices.forget(request, response)
        return response

    return guarded


def action(view: View) -> View:
    """Make *view* an action: posted to, from a form of ours, by those who may manage telemetry; see the module."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return security.protect(HttpResponseNotAllowed(["POST"]))
        refusal = _oversized(request) or _refusal(request, back_to=actions.address_after(request))
        refusal = refusal or _refusal_to_change(request)
        return security.protect(refusal) if refusal is not None else _answer(view, request, *args, **kwargs)

    # The site's own middleware would read the whole body before we look at its length, and refuse in its own words.
    return csrf_exempt(guarded)


def _answer(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    try:
        _make_state(kwargs.get("parts"))
        response = view(request, *args, **kwargs)
    except SettingsError as error:
        response = render("unset.html", {"why": str(error)}, status=503)
    return forgery.remember(request, security.protect(response))


def _make_state(parts: Parts | None) -> None:
    if parts is None or parts.make_state is None:
        return
    # What keeps it from being made keeps it from being asked, too, which the view says in its own words.
    with contextlib.suppress(DatabaseError, OSError):
        parts.make_state()


def _oversized(request: HttpRequest) -> HttpResponse | None:
    """Refuse what is no form of ours before anything of it is read."""
    # What has no type has no body, or one that is not read.
    if request.content_type not in {"", FORM}:
        return _refused(415, "This is not a form of these pages", "Go back, reload the page and try again.")
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    if not length.isdecimal() or int(length) > MOST_FORM_BYTES:
        return _refused(
            413,
            "This is too long",
            f"At most {MOST_FORM_BYTES // 1024} KB can be sent at once. Nothing was changed.",
        )
    return None


def _refusal(request: HttpRequest, *, back_to: str) -> HttpResponse | None:
    user = getattr(request, "user", None)
    if user is None:
        return render("forbidden.html", {"has_authentication": False}, status=403)
    if not user.is_authenticated:
        return _to_login(request, back_to)
    if not may_view(user):
        return render(
            "forbidden.html", {"has_authentication": True, "username": user.get_username()}, status=403
        )
    return None


def _refusal_to_change(request: HttpRequest) -> HttpResponse | None:
    if forgery.is_forged(request):
        return _refused(
            403,
            "Nothing was changed",
            "The form was opened before you logged in, in another browser, or where cookies are not kept; or another site "
            "sent it. Go back, reload the page and try again.",
        )
    user = request.user
    if not may_manage(user):
        return _refused(
            403,
            "You may look, but not change anything",
            f"You are logged in as {user.get_username()}. A superuser can give your account the permission "
            "vedette.manage_telemetry (“Can manage telemetry”) in the admin. Nothing was changed.",
        )
    return None


def _refused(status: int, what: str, why: str) -> HttpResponse:
    return render("refused.html", {"what": what, "why": why}, status=status)


def _to_login(request: HttpRequest, back_to: str) -> HttpResponse:
    if "HX-Request" in request.headers:
        # A fragment cannot show the log-in page: the whole page must go there, and come back to itself.
        response = HttpResponse(status=401)
        response["HX-Refresh"] = "true"
        return response
    return redirect_to_login(back_to, login.get_address())
