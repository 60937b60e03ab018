"""One shape for whatever goes wrong in the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse


class Problem(Exception):
    """Something the caller did, told with a status, a code for programs and words for people."""

    def __init__(
        self,
        status: int,
        *,
        code: str,
        message: str,
        fields: Mapping[str, list[str]] | None = None,
        allow: str = "",
    ) -> None:
        """Keep what `response` needs."""
        super().__init__(message)
        self.status, self.code, self.fields, self.allow = status, code, fields, allow

    def response(self) -> HttpResponse:
        """Return the problem as JSON."""
        error: dict[str, Any] = {"code": self.code, "message": str(self)}
        if self.fields:
            error["fields"] = self.fields
        headers = {"Allow": self.allow} if self.allow else {}
        return JsonResponse({"error": error}, status=self.status, headers=headers)


def answers_problems(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Turn a Problem that a view raises into its response."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Problem as problem:
            return problem.response()

    return answer
