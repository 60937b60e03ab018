"""The two views that `overhead.py` measures: one that does nothing, and one that asks the database five things."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path


def plain(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer two bytes."""
    return HttpResponse(b"ok")


def queries(request: HttpRequest) -> HttpResponse:
    """Ask five different things through the ORM."""
    from django.contrib.auth.models import Group, Permission, User
    from django.contrib.contenttypes.models import ContentType
    from django.contrib.sessions.models import Session

    User.objects.filter(username="ada").first()
    Group.objects.count()
    list(Permission.objects.filter(codename="add_user").values_list("pk", flat=True))
    ContentType.objects.filter(app_label="auth").exists()
    Session.objects.filter(session_key="none").first()
    return HttpResponse(b"ok")


urlpatterns = [path("plain/<int:pk>/", plain), path("queries/", queries)]
