"""What an event says of the request in which it was captured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vedette.capture.exceptions import is_captured
from vedette.capture.recorder import settings
from vedette.capture.routes import path_of, route_of
from vedette.capture.served import Served
from vedette.pipeline.scrub import scrubbed
from vedette.record.context import current_request
from vedette.record.secrets import FILTERED, is_secret
from vedette.wire.scrubbing import PERSONAL_KEYS

if TYPE_CHECKING:
    from django.http import HttpRequest

_HEADER_CHARS = 1000


def add_request(event: Any, hint: Any) -> Any:
    """Fill in the request, user and route of *event* where one is being served; what the event says itself stays.

    An error that is known by now is no second event.
    """
    exc_info = (hint or {}).get("exc_info")
    error = exc_info[1] if isinstance(exc_info, tuple) and len(exc_info) == 3 else None
    if error is not None and is_captured(error):
        return None
    work = current_request.get()
    if not isinstance(work, Served) or work.scopes is None or work.request is None:
        return event
    if event.get("type") == "check_in":
        return event
    request = work.request
    event.setdefault("request", _described(request))
    # A sampled request's span begins before the route is known, under the path; a name of the site's own stays.
    if event.get("type") != "transaction" and event.get("transaction") in {None, "", work.first_name}:
        event["transaction"] = f"{request.method} {route_of(request) or path_of(request)}"
    user_id = work.user_id
    if user_id:
        event["user"] = {"id": user_id, **(event.get("user") or {})}
    tags = event.get("tags")
    if tags is None or isinstance(tags, dict):
        event["tags"] = {"request_id": work.request_id, **(tags or {})}
    return event


def _described(request: HttpRequest) -> dict[str, Any]:
    keep_pii = settings().SEND_DEFAULT_PII
    meta = request.META
    host = meta.get("HTTP_HOST") or meta.get("SERVER_NAME") or ""
    described: dict[str, Any] = {
        "method": request.method,
        "url": f"{request.scheme}://{host}{path_of(request)}",
        "query_string": str(meta.get("QUERY_STRING") or ""),
        "headers": {name: _header(name, value, keep_pii=keep_pii) for name, value in request.headers.items()},
    }
    if keep_pii:
        described["env"] = {"REMOTE_ADDR": str(meta.get("REMOTE_ADDR") or "")}
        described["cookies"] = dict(request.COOKIES)
    # Only where the site has read the form by now: to read it here could take the body from a view that wants it raw.
    form = request.__dict__.get("_post")
    if form:
        described["data"] = scrubbed(form.dict())
    return described


def _header(name: str, value: str, *, keep_pii: bool) -> str:
    if is_secret(name) or name.lower() == "cookie":
        return FILTERED
    return FILTERED if not keep_pii and name.lower() in PERSONAL_KEYS else value[:_HEADER_CHARS]
