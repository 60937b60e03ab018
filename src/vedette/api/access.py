"""What stands around each call: the token, the methods, errors as JSON, no cookies."""

from __future__ import annotations

import datetime as dt
import functools
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.db import Error as DatabaseError
from django.db import connections, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from vedette import conf
from vedette.api.bodies import MOST_BYTES
from vedette.ingest.body import Body
from vedette.ingest.refusal import RefusedError
from vedette.record.context import is_recording
from vedette.releases.operations import InvalidReleaseError, NoReleaseError
from vedette.releases.queries import Commit
from vedette.sourcemaps.files import Files
from vedette.tokens.operations import RELEASES, note_use
from vedette.tokens.queries import Token, find_token

_log = logging.getLogger("vedette.api")
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class Parts:
    """What the calls are given by whoever puts the parts together (`vedette.wiring`).

    `set_commits` is `vedette.releases.operations.set_commits`, of which issues hear; `source_map_files` are where uploads lie.
    """

    now: Callable[[], dt.datetime]
    set_commits: Callable[..., Sequence[Commit]]
    source_map_files: Callable[[], Files]


@dataclass(frozen=True, slots=True)
class Call:
    """A call by somebody who may make it; `actor` is the name of their token."""

    request: HttpRequest
    token: Token
    at: dt.datetime
    parts: Parts

    @property
    def actor(self) -> str:
        """Who calls, as changes name them."""
        return f"token {self.token.name}"

    def within(self, services: Sequence[str]) -> list[str]:
        """Return the *services* that are meant, each once: the token's own where it is limited to one and none is named.

        Raises:
            RefusedError: If the token is limited to another service.
        """
        own = self.token.service
        if own and any(service != own for service in services):
            raise RefusedError(403, f"this token is limited to the service {own}")
        return [own] if own else list(dict.fromkeys(services))


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: `body` as JSON, nothing where it is None."""

    body: Any
    status: int = 200


Handler = Callable[..., Answer]


def view(
    handlers: Mapping[str, Handler], *, parts: Parts, heeds_service: bool = False
) -> Callable[..., HttpResponse]:
    """Return the view that lets the handler of the request's method answer.

    A token that is limited to a service is let in to those handlers alone that heed it, with `Call.within`.
    """

    def answer(request: HttpRequest, **named: str) -> HttpResponse:
        token = is_recording.set(False)
        try:
            response = _answer(request, handlers, parts, named, heeds_service=heeds_service)
        finally:
            is_recording.reset(token)
        for name, value in HEADERS.items():
            response[name] = value
        return response

    exempt: Callable[..., HttpResponse] = login_not_required(csrf_exempt(answer))
    for alias in connections:
        # A site with ATOMIC_REQUESTS would open a transaction of its own database for every call.
        exempt = transaction.non_atomic_requests(using=alias)(exempt)
    return functools.wraps(answer)(exempt)


def _answer(
    request: HttpRequest,
    handlers: Mapping[str, Handler],
    parts: Parts,
    named: dict[str, str],
    *,
    heeds_service: bool,
) -> HttpResponse:
    try:
        conf.get()
        at = parts.now()
        call = Call(request, _token(request, at=at), at, parts)
        note_use(call.token, at=call.at)
        handler = handlers.get(request.method or "")
        if handler is None:
            raise RefusedError(405, f"{request.method} is not answered here", {"Allow": ", ".join(handlers)})
        if call.token.service and not heeds_service:
            # What does not heed the limit must not be reached past it.
            raise RefusedError(403, f"this token is limited to releases of the service {call.token.service}")
        if any("\0" in name for name in named.values()):
            # PostgreSQL can neither hold it nor be asked for it.
            raise RefusedError(400, "the address cannot be read")
        answered = handler(call, **named)
    except Exception as error:  # noqa: BLE001 - the edge: what programs send must not end in the site's own error pages
        return _refused(error)
    finally:
        # A sender that is still sending would not see the answer.
        Body(request, limit=MOST_BYTES).discard()
    if answered.body is None:
        return HttpResponse(status=answered.status)
    return JsonResponse(answered.body, status=answered.status, safe=False)


def _token(request: HttpRequest, *, at: dt.datetime) -> Token:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    challenge = {"WWW-Authenticate": 'Bearer realm="vedette"'}
    if kind.lower() != "bearer" or not secret.strip():
        raise RefusedError(401, "no token was sent: `manage.py vedette token new NAME` makes one", challenge)
    token = find_token(secret.strip())
    if token is None:
        raise RefusedError(401, "this token is not known here, or it was switched off", challenge)
    if token.has_expired(at):
        raise RefusedError(401, f"this token expired at {token.expires_at:%Y-%m-%d %H:%M} UTC", challenge)
    if RELEASES not in token.scopes:
        raise RefusedError(403, f"this token has not the scope {RELEASES}")
    return token


def _refused(error: Exception) -> HttpResponse:
    refusal = _refusal(error)
    if refusal is None:
        _log.exception("A call could not be answered")
        refusal = RefusedError(500, "this could not be answered, by a fault of Vedette")
    return JsonResponse({"detail": str(refusal)}, status=refusal.status, headers=refusal.headers)


def _refusal(error: Exception) -> RefusedError | None:
    if isinstance(error, conf.SettingsError):
        return RefusedError.unavailable("Vedette is not set up here")
    if isinstance(error, DatabaseError):
        return RefusedError.unavailable("the state database cannot be asked")
    if isinstance(error, NoReleaseError):
        return RefusedError(404, str(error))
    if isinstance(error, InvalidReleaseError):
        return RefusedError(400, str(error))
    if isinstance(error, SuspiciousOperation):
        return RefusedError(400, "the request cannot be read")
    return RefusedError.of(error)
