"""Addresses of the API."""

from __future__ import annotations

from django.urls import path, re_path

from apps.tasks.api import views

urlpatterns = [
    path("tasks/", views.tasks, name="api-tasks"),
    path("tasks/<int:pk>/", views.task, name="api-task"),
    re_path(r"", views.nothing_here, name="api-nothing"),
]
