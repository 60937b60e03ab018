"""The URLs of the site."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("vedette/", include("vedette.urls"))]
