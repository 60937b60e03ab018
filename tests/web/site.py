"""A site that has nothing but Vedette's pages, over whatever store a test puts there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from vedette.store.attachments import Attachments
from vedette.store.query import Store
from vedette.web import routes
from vedette.web.parts import Parts


@dataclass(slots=True)
class Put:
    """What the pages are given; a test puts its own in."""

    store: Store | None = None
    behind_s: float = 0.0
    error: Exception | None = None
    directory: Path = Path("absent")

    def get_store(self) -> Store:
        """Return the store, or raise the error; raise `AssertionError` where a test put neither."""
        if self.error is not None:
            raise self.error
        assert self.store is not None, "this test has put no store"
        return self.store


put = Put()


def login(request: HttpRequest) -> HttpResponse:
    """Stand for the site's log-in page."""
    return HttpResponse("log in")


_parts = Parts(
    store=put.get_store,
    behind_s=lambda: put.behind_s,
    attachments=lambda: Attachments(put.directory, 1 << 20),
)
urlpatterns = [
    path("accounts/login/", login, name="login"),
    path("vedette/", include((routes.patterns(_parts), "vedette"))),
]
