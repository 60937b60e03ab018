"""The site's addresses."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("apps.core.urls")),
    path("tasks/", include("apps.tasks.urls")),
    path("api/v1/", include("apps.tasks.api.urls")),
    path("admin/", admin.site.urls),
    path("vedette/", include("vedette.urls")),
    # What sentry-cli calls: it takes the root of a host for its URL, and no path below it.
    path("", include("vedette.sentry_urls")),
]
