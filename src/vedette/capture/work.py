"""Work in hand: what a request, a command and a queue's task have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vedette.record.context import RequestContext, current_request, is_recording

if TYPE_CHECKING:
    import datetime as dt

    from vedette.capture.queries import Queries
    from vedette.capture.sentry.scopes import Scopes


class Work(RequestContext):
    """What is kept of a piece of work from its beginning to its end.

    `is_joined` is true of work whose root span sentry_sdk makes by itself; `opened_count` is how many spans Vedette was
    asked to open in it.
    """

    __slots__ = (
        "_fingerprints",
        "error_event_id",
        "exception_type",
        "is_finished",
        "is_joined",
        "is_own",
        "opened_count",
        "parent_span_id",
        "queries",
        "scopes",
        "span_attributes",
        "started",
        "time",
    )

    queries: Queries

    def __init__(
        self,
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
        self._fingerprints: tuple[tuple[str, str], ...] = ()
        self.scopes: Scopes | None = None
        self.span_attributes: dict[str, str] | None = None
        self.opened_count = 0
        self.is_finished = False
        self.is_joined = False
        self.is_own = False

    @property
    def is_traced_by_sdk(self) -> bool:
        """Whether sentry_sdk keeps the tree of this work's spans, which is then sampled."""
        return self.is_joined or (self.scopes is not None and self.scopes.is_tracing)

    @property
    def error_fingerprint(self) -> str:
        """By what the error is known that names this work; ``""`` where there is none, or nobody knows yet."""
        return dict(self._fingerprints).get(self.error_event_id, "")

    def note_event(self, event_id: str, fingerprint: str) -> None:
        """Take note of an error that was captured meanwhile: the first names the work, unless another is handled by nobody."""
        self.error_event_id = self.error_event_id or event_id
        # The first and the last: one that nobody handled ends the work.
        self._fingerprints = (*self._fingerprints[:1], (event_id, fingerprint))

    def enter(self) -> RequestContext | None:
        """Make this the work in hand; return what `leave` must be given."""
        previous = current_request.get()
        current_request.set(self)
        if self.is_own:
            is_recording.set(False)
        if self.scopes is not None:
            self.scopes.enter()
        return previous

    def leave(self, previous: RequestContext | None) -> None:
        """Make *previous* the work in hand again."""
        # Not by a token: asgiref carries values, not tokens, from one thread's context to another's.
        if self.scopes is not None:
            self.scopes.leave()
        current_request.set(previous)
        if self.is_own:
            is_recording.set(True)
