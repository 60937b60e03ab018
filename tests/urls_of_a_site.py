"""The addresses of a site that is installed as the documentation tells."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("vedette/", include("vedette.urls"))]
