"""A request while it is being served."""

from __future__ import annotations

from django.http import HttpRequest

from vedette.capture.visitor import user_id_of
from vedette.capture.work import Work

ATTRIBUTE = "_vedette"
"""The attribute of Django's request under which it is found after the request has left the middleware."""

_NAME_CHARS = 500


class Served(Work):
    """What the middleware keeps of a request from its beginning to its end."""

    __slots__ = ("_user_id", "request")

    op = "http.server"
    name_source = "route"

    request: HttpRequest | None
    """Django's request, until the work is finished; whoever makes this sets it, since a call more is dear here."""

    @property
    def first_name(self) -> str:
        """The method and the path: the route is not known yet."""
        request = self.request
        return f"{request.method} {request.path}"[:_NAME_CHARS] if request is not None else ""

    @property
    def user_id(self) -> str:
        """The user's id where it is known by now, else ``""``."""
        return user_id_of(self.request) if self.request is not None else self._user_id

    def let_go(self) -> None:
        """Let go of Django's request, which refers to this object: a cycle would keep both until the next collection."""
        if self.request is not None:
            self._user_id = user_id_of(self.request)
            self.request = None


def served(request: object) -> Served | None:
    """Return what the middleware keeps of Django's *request*, or None where it never saw it."""
    found = getattr(request, ATTRIBUTE, None)
    return found if isinstance(found, Served) else None
