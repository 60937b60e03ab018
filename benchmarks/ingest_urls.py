"""The addresses of the site that `ingest.py` sends to."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("vedette/", include("vedette.urls"))]
