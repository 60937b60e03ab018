"""Can the programs that hold a token tell of releases?"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import Error as DatabaseError

from vedette import conf
from vedette.catalogue.database import is_absent
from vedette.checks import is_sentry_cli_answered
from vedette.cli.doctor.finding import Finding
from vedette.cli.site import Site
from vedette.tokens.queries import list_tokens

FIX = 'Put path("", include("vedette.sentry_urls")) first in the root URLconf, or let a host name of its own lead there.'


def find(site: Site) -> Iterator[Finding]:
    """Yield whether `sentry-cli` is answered, where there is a token that somebody may call it with."""
    conf.get()
    if not _has_tokens(site):
        return
    if is_sentry_cli_answered():
        yield Finding("sentry-cli", "ok", "what it calls at the root of the site is answered")
        return
    yield Finding(
        "sentry-cli",
        "warning",
        "there is a token, and what sentry-cli calls (/api/0/ at the root of the site) does not lead here: it says "
        '"organization not found"',
        FIX,
    )


def _has_tokens(site: Site) -> bool:
    try:
        return any(token.is_active(site.now()) for token in list_tokens())
    except DatabaseError as error:
        if not is_absent(error):
            raise
        return False
