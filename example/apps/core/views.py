"""The home page, signing up, and the page for a form that came from elsewhere."""

from __future__ import annotations

import logging

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from apps.core.forms import SignUp
from apps.tasks import queries

logger = logging.getLogger("apps.core")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show a person's day, or what the site is for to somebody who is not logged in."""
    if not request.user.is_authenticated:
        return render(request, "core/welcome.html")
    today = timezone.localdate()
    day = queries.get_day(request.user, today=today)
    return render(request, "core/home.html", {"day": day, "today": today})


@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Make an account and log its owner in."""
    form = SignUp(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        login(request, user)
        logger.info("Signed up: %s", user.get_username(), extra={"username": user.get_username()})
        return redirect("home")
    return render(request, "registration/signup.html", {"form": form})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without a valid CSRF token, in JSON where a program asked."""
    if request.path.startswith("/api/"):
        error = {"code": "csrf", "message": f"{reason} Send the csrftoken cookie as X-CSRFToken."}
        return JsonResponse({"error": error}, status=403)
    return render(request, "403_csrf.html", {"reason": reason}, status=403)
