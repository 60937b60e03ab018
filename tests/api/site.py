"""A site with Vedette below a path, as sites have it, and the calls of `sentry-cli` at its root."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("vedette.sentry_urls")),
    path("vedette/", include("vedette.urls")),
]
