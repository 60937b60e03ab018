"""What is known of the work in hand: the request that the current thread, task or greenlet is serving."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar


class RequestContext:
    """The request being served, as everything recorded meanwhile refers to it.

    Attributes are plain and mutable: capture fills them in as they become known.  `user_id` is a function since the
    user is often not known until the view has asked for it, and asking must not cost a query.
    """

    __slots__ = (
        "find_user_id",
        "is_sampled",
        "request_id",
        "span_id",
        "trace_id",
    )

    def __init__(
        self,
        *,
        trace_id: str,
        span_id: str,
        request_id: str,
        is_sampled: bool = False,
        find_user_id: Callable[[], str] | None = None,
    ) -> None:
        self.trace_id = trace_id
        self.span_id = span_id
        self.request_id = request_id
        self.is_sampled = is_sampled
        self.find_user_id = find_user_id

    @property
    def user_id(self) -> str:
        """The user's id where it is known by now, else ``""``."""
        return self.find_user_id() if self.find_user_id is not None else ""


current_request: ContextVar[RequestContext | None] = ContextVar("vedette_request", default=None)
is_recording: ContextVar[bool] = ContextVar("vedette_recording", default=True)
"""False while Vedette itself works, so that it never records itself."""
