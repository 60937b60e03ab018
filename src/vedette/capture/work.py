"""Work in hand: what a request, a command and a queue's task have in common."""

from __future__ import annotations

import abc
import datetime as dt
from typing import Protocol

from vedette.capture.queries import Queries
from vedette.record.context import RequestContext, current_request, is_recording

MOST_OPENED = 500
"""How many spans Vedette opens in one piece of work: half of what the SDK keeps of a trace, its own among it."""


class Scopes(Protocol):
    """What sentry_sdk knows of one piece of work; entered and left as the work itself is."""

    @property
    def is_tracing(self) -> bool:
        """Whether the work has a span in the SDK, below which others may begin."""
        ...

    def enter(self) -> None:
        """Make what is captured from here on part of the work."""
        ...

    def leave(self) -> None:
        """Bring back what held before."""
        ...

    def capture(self, error: BaseException) -> str:
        """Capture *error*, which nobody handled; return the event's id, ``""`` where it is ignored or known by now."""
        ...

    def finish(self, work: Work, *, name: str, is_failed: bool, status: int | None = None) -> None:
        """Finish the work's span in the SDK under its last *name*, with the HTTP *status* of a request."""
        ...


class Work(RequestContext, abc.ABC):
    """What is kept of a piece of work from its beginning to its end.

    `op` and `name_source` are what Sentry calls its kind and what its name is; `first_name` is its name as it begins.
    `is_joined` is true of work whose root span sentry_sdk makes by itself; `opened_count` is how many spans Vedette was
    asked to open in it; `raised_at` is where the errors that nobody handled were raised.
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
        "raised_at",
        "scopes",
        "span_attributes",
        "started",
        "time",
    )

    op: str
    name_source: str

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
    ) -> None:
        self.trace_id = trace_id
        self.span_id = span_id
        self.request_id = request_id
        self.parent_span_id = parent_span_id
        self.is_sampled = is_sampled
        self.find_user_id = None
        self.time = time
        self.started = started
        self.queries = Queries()
        self.exception_type = ""
        self.error_event_id = ""
        self._fingerprints: tuple[tuple[str, str], ...] = ()
        self.raised_at: tuple[object, ...] = ()
        self.scopes: Scopes | None = None
        self.span_attributes: dict[str, str] | None = None
        self.opened_count = 0
        self.is_finished = False
        self.is_joined = False
        self.is_own = False

    @property
    @abc.abstractmethod
    def first_name(self) -> str:
        """The name under which the work's span begins."""

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
