"""A request while it is being served."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vedette.capture.visitor import user_id_of
from vedette.record.context import RequestContext, current_request, is_recording

if TYPE_CHECKING:
    import datetime as dt

    from django.http import HttpRequest

    from vedette.capture.queries import Queries
    from vedette.capture.sentry.scopes import Scopes

ATTRIBUTE = "_vedette"
"""The attribute of Django's request under which it is found after the request has left the middleware."""


class Served(RequestContext):
    """What the middleware keeps of a request from its beginning to its end."""

    __slots__ = (
        "_user_id",
        "error_event_id",
        "exception_type",
        "is_finished",
        "is_own",
        "parent_span_id",
        "queries",
        "request",
        "scopes",
        "span_attributes",
        "started",
        "time",
    )

    queries: Queries

    def __init__(
        self,
        request: HttpRequest,
        *,
        trace_id: str,
        span_id: str,
        request_id: str,
        parent_span_id: str,
        is_sampled: bool,
        time: dt.datetime,
        started: float,
        queries: Queries,
    ) -> None:
        self.trace_id = trace_id
        self.span_id = span_id
        self.request_id = request_id
        self.parent_span_id = parent_span_id
        self.is_sampled = is_sampled
        self.find_user_id = None
        self.time = time
        self.started = started
        self.queries = queries
        self.exception_type = ""
        self.error_event_id = ""
        self.scopes: Scopes | None = None
        self.span_attributes: dict[str, str] | None = None
        self.is_finished = False
        self.is_own = False
        self.request: HttpRequest | None = request
        self._user_id = ""

    @property
    def user_id(self) -> str:
        """The user's id where it is known by now, else ``""``."""
        return user_id_of(self.request) if self.request is not None else self._user_id

    def let_go(self) -> None:
        """Let go of Django's request, which refers to this object: a cycle would keep both until the next collection."""
        if self.request is not None:
            self._user_id = user_id_of(self.request)
            self.request = None

    def enter(self) -> RequestContext | None:
        """Make this the current request; return what `leave` must be given."""
        previous = current_request.get()
        current_request.set(self)
        if self.is_own:
            is_recording.set(False)
        if self.scopes is not None:
            self.scopes.enter()
        return previous

    def leave(self, previous: RequestContext | None) -> None:
        """Make *previous* the current request again."""
        # Not by a token: asgiref carries values, not tokens, from one thread's context to another's.
        if self.scopes is not None:
            self.scopes.leave()
        current_request.set(previous)
        if self.is_own:
            is_recording.set(True)


def served(request: object) -> Served | None:
    """Return what the middleware keeps of Django's *request*, or None where it never saw it."""
    found = getattr(request, ATTRIBUTE, None)
    return found if isinstance(found, Served) else None
