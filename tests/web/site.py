"""A site that has nothing but Vedette's pages, over whatever store a test puts there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from vedette.sourcemaps.files import Files
from vedette.store.attachments import Attachments
from vedette.store.query import Store, TimeRange
from vedette.web import routes
from vedette.web.charts import Marker
from vedette.web.markers import Markers
from vedette.web.parts import Parts


@dataclass(slots=True)
class Put:
    """What the pages are given; a test puts its own in."""

    store: Store | None = None
    behind_s: float = 0.0
    error: Exception | None = None
    directory: Path = Path("absent")
    markers: Markers | None = None

    def get_store(self) -> Store:
        """Return the store, or raise the error; raise `AssertionError` where a test put neither."""
        if self.error is not None:
            raise self.error
        assert self.store is not None, "this test has put no store"
        return self.store

    def between(self, range: TimeRange, *, service: str, environment: str) -> list[Marker]:
        """Return what is marked on charts."""
        return self.markers.between(range, service=service, environment=environment) if self.markers else []

    def find_last(self, *, before: dt.datetime) -> dt.datetime | None:
        """Return when the last release went anywhere."""
        return self.markers.find_last(before=before) if self.markers else None


put = Put()


def login(request: HttpRequest) -> HttpResponse:
    """Stand for the site's log-in page."""
    return HttpResponse("log in")


_parts = Parts(
    store=put.get_store,
    behind_s=lambda: put.behind_s,
    attachments=lambda: Attachments(put.directory, 1 << 20),
    source_map_files=lambda: Files(put.directory, 64 << 20),
    markers=put,
)
urlpatterns = [
    path("accounts/login/", login, name="login"),
    path("vedette/", include((routes.patterns(_parts), "vedette"))),
]
