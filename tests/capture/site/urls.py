"""Addresses of the views."""

from __future__ import annotations

from django.urls import include, path, re_path

from tests.capture.site import views

own = (
    [
        path("", views.own_page, name="overview"),
        path("live/", views.own_stream),
        path("rendered/<name>/", views.rendered),
        path("cached/<name>/", views.cached),
    ],
    "vedette",
)

urlpatterns = [
    path("", views.plain),
    path("tasks/<int:pk>/", views.plain),
    path("api/", include([path("tasks/<slug:slug>/", views.plain)])),
    re_path(r"^archive/(?P<year>\d{4})/$", views.plain),
    path("odd/", views.odd),
    path("nested/", views.nested),
    path("reset/<uidb64>/<token>/", views.plain),
    path("missing/", views.missing),
    path("forbidden/", views.forbidden),
    path("boom/", views.boom),
    path("exit/", views.leave),
    path("async/", views.async_plain),
    path("async/boom/", views.async_boom),
    path("async/slow/", views.async_slow),
    path("async/queries/<int:number>/", views.async_queries),
    path("stream/", views.stream),
    path("stream/broken/", views.broken_stream),
    path("stream/queries/", views.stream_queries),
    path("async/stream/", views.async_stream),
    path("async/stream/endless/", views.endless_async_stream),
    path("file/", views.file),
    path("queries/<int:number>/", views.queries),
    path("queries/literals/", views.literals),
    path("queries/broken/", views.broken_query),
    path("log/", views.log),
    path("whoami/", views.whoami),
    path("members/", views.members),
    path("profile/", views.profile),
    path("session/", views.session),
    path("identity/", views.identity),
    path("async/identity/", views.async_identity),
    path("rendered/<name>/", views.rendered),
    path("async/rendered/", views.async_rendered),
    path("cached/<name>/", views.cached),
    path("async/cached/<name>/", views.async_cached),
    path("command/", views.command),
    path("task/", views.task),
    path("watched/", include(own, namespace="watched")),
]
