"""The tokens with which programs tell of releases: made, shown once, and switched off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from vedette.checks import is_sentry_cli_answered
from vedette.conf import get as settings
from vedette.projects.queries import list_projects
from vedette.releases.queries import list_services
from vedette.tokens import operations
from vedette.tokens.queries import list_tokens
from vedette.web import access, actions, frame
from vedette.web.parts import Parts
from vedette.web.projects import needs_state

ENDS: Mapping[str, tuple[str, dt.timedelta | None]] = {
    "30d": ("in 30 days", dt.timedelta(days=30)),
    "90d": ("in 90 days", dt.timedelta(days=90)),
    "365d": ("in a year", dt.timedelta(days=365)),
    "never": ("never", None),
}
DEFAULT_END = "365d"


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed, and what is wrong with it."""

    name: str = ""
    service: str = ""
    ends: str = DEFAULT_END
    error: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """A token that was made just now, with what a job needs beside it; `secret` is shown this once."""

    name: str
    secret: str
    service: str
    root: str


@access.page
@needs_state
def tokens(request: HttpRequest, *, parts: Parts) -> HttpResponseBase:
    """Answer with the tokens, and the form that makes one."""
    return _shown(request, parts, Form())


@access.action
@needs_state
def make(request: HttpRequest, *, parts: Parts) -> HttpResponseBase:
    """Make a token, and show it: no address leads to this page, so that it cannot be looked at again."""
    fields = request.POST
    name, service = (fields.get(field, "").replace("\0", "").strip() for field in ("name", "service"))
    form = Form(name, service, fields.get("ends", DEFAULT_END))
    if form.ends not in ENDS:
        return _shown(request, parts, Form(name, service, error="Choose when it ends."))
    lasts = ENDS[form.ends][1]
    now = dt.datetime.now(dt.UTC)
    try:
        secret = operations.make_token(
            name,
            at=now,
            service=service,
            expires_at=None if lasts is None else now + lasts,
            made_by=request.user.get_username(),
        )
    except operations.InvalidTokenError as error:
        return _shown(request, parts, Form(name, service, form.ends, _sentence(error)))
    root = request.build_absolute_uri("/")
    return _shown(request, parts, Form(), made=Made(name, secret, service or settings().SERVICE, root))


@access.action
@needs_state
def switch_off(request: HttpRequest, *, parts: Parts) -> HttpResponseBase:
    """Switch a token off."""
    name = request.POST.get("name", "").replace("\0", "")
    try:
        operations.switch_off(name, at=dt.datetime.now(dt.UTC))
    except operations.NoTokenError as error:
        return _shown(request, parts, Form(), off_error=_sentence(error))
    return actions.done(request, f"The token {name} is off.", to=reverse("vedette:tokens"))


def _shown(
    request: HttpRequest, parts: Parts, form: Form, *, made: Made | None = None, off_error: str = ""
) -> HttpResponse:
    page = frame.look(request, name="tokens", parts=parts, path=reverse("vedette:tokens"))
    found = list_tokens()
    values = {
        "form": form,
        "made": made,
        "off_error": off_error,
        "tokens_on": [each for each in found if each.is_active(page.now)],
        "tokens_off": [each for each in found if not each.is_active(page.now)],
        "services": _services(),
        "ends": [(key, words) for key, (words, _) in ENDS.items()],
        "is_answered": is_sentry_cli_answered(),
        "today": page.now.date(),
    }
    return frame.show(page, "tokens.html", values, status=400 if form.error or off_error else 200)


def _services() -> list[str]:
    known = {settings().SERVICE, *list_services(), *(each.service for each in list_projects())}
    return sorted(service for service in known if service)


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
