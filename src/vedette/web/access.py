"""Who may see the pages: staff who are superusers or hold ``vedette.view_telemetry``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import resolve_url

from vedette.conf import SettingsError
from vedette.web import security
from vedette.web.rendering import render

PERMISSION = "vedette.view_telemetry"
View = Callable[..., HttpResponseBase]


def may_view(user: Any) -> bool:
    """Tell whether *user* may see telemetry."""
    return bool(user.is_active and user.is_staff and user.has_perm(PERMISSION))


def page(view: View) -> View:
    """Make *view* a page: for those who may view telemetry, with the headers of `security`."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        refusal = _refusal(request)
        if request.method not in {"GET", "HEAD"}:
            refusal = HttpResponseNotAllowed(["GET", "HEAD"])
        if refusal is not None:
            return security.protect(refusal)
        try:
            return security.protect(view(request, *args, **kwargs))
        except SettingsError as error:
            return security.protect(render("unset.html", {"why": str(error)}, status=503))

    return guarded


def _refusal(request: HttpRequest) -> HttpResponse | None:
    user = getattr(request, "user", None)
    if user is None:
        return render("forbidden.html", {"has_authentication": False}, status=403)
    if not user.is_authenticated:
        return _to_login(request)
    if not may_view(user):
        return render(
            "forbidden.html", {"has_authentication": True, "username": user.get_username()}, status=403
        )
    return None


def _to_login(request: HttpRequest) -> HttpResponse:
    login = resolve_url(settings.LOGIN_URL)
    if "HX-Request" in request.headers:
        # A fragment cannot show the log-in page: the whole page must go there, and come back to itself.
        response = HttpResponse(status=401)
        response["HX-Refresh"] = "true"
        return response
    return redirect_to_login(request.get_full_path(), login)
