"""A site that handles secrets as carelessly as sites do: it logs them, names spans after them, fails with them at hand."""

from __future__ import annotations

import logging
from typing import Any

import sentry_sdk
from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from tests.flows.secrets.corpus import Corpus

logger = logging.getLogger("shop")
corpus = Corpus()
application = get_wsgi_application()


class Refused(Exception):
    """An error of the site's own."""


def kind_of(request: HttpRequest) -> str:
    """Return the kind of secret that *request* is about."""
    return str(request.headers["X-Kind"])


def quoted(text: str) -> str:
    """Return *text* as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def fails(request: HttpRequest, token: str = "") -> HttpResponse:
    """Fail with secrets in variables, in the exception and in what came before it."""
    kind = kind_of(request)
    note = corpus.sentence(kind, "variable")
    nested = {"notes": [{"note": corpus.sentence(kind, "nested variable")}, corpus.named(f"variable {kind}")]}
    form = request.POST.dict()
    sentry_sdk.add_breadcrumb(message=corpus.sentence(kind, "breadcrumb"), data={"note": note})
    raise Refused(corpus.sentence(kind, "exception"), len(nested), len(form))


def logs(request: HttpRequest) -> HttpResponse:
    """Log secrets in every way."""
    kind = kind_of(request)
    logger.info(corpus.sentence(kind, "log"))
    logger.warning("could not do: %s", corpus.sentence(kind, "log argument"))
    logger.warning("could not do: %(note)s", {"note": corpus.sentence(kind, "log map")})
    extra = {"note": corpus.sentence(kind, "extra"), "told": corpus.named(f"extra {kind}")}
    logger.info("could not do it", extra=extra)
    try:
        raise Refused(corpus.sentence(kind, "logged exception"))
    except Refused:
        logger.exception("failed with %r", corpus.sentence(kind, "argument of an error"))
    return HttpResponse("fine")


def queries(request: HttpRequest) -> HttpResponse:
    """Ask the database with secrets in statements and parameters, some of which fail."""
    kind = kind_of(request)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 WHERE %s <> ''", [corpus.sentence(kind, "parameter")])
        told = {"note": corpus.sentence(kind, "named parameter")}
        cursor.execute("SELECT 1 WHERE %(note)s <> ''", told)
        cursor.execute(f"SELECT 1 WHERE {quoted(corpus.sentence(kind, 'literal'))} <> ''")
        word = {key: str(value) for key, value in corpus.named(f"statement {kind}").items()}
        cursor.execute("CREATE TABLE IF NOT EXISTS login (name, password)")
        cursor.execute("INSERT INTO login (name, password) VALUES ('ada', %s)", [word["password"]])
        cursor.execute("UPDATE login SET password = %s WHERE name = %s", [word["user_password2"], "ada"])
        cursor.execute("UPDATE login SET password = %(new)s", {"new": word["DB_PASSWD"]})
        cursor.execute(f"SELECT 1 FROM login WHERE password = '{word['client-secret']}'")
        try:
            cursor.execute(f"SELECT nothing FROM login WHERE password = '{word['apiKey']}'")
        except DatabaseError:
            logger.exception("no answer")
    return HttpResponse("fine")


def sends(request: HttpRequest) -> HttpResponse:
    """Tell the SDK secrets in every way that it has."""
    kind = kind_of(request)

    def say(place: str) -> str:
        return corpus.sentence(kind, f"SDK {place}")

    sentry_sdk.set_tag("note", say("tag"))
    sentry_sdk.set_context("order", {"note": say("context"), **corpus.named(f"SDK context {kind}")})
    sentry_sdk.set_extra("note", say("extra"))
    sentry_sdk.set_user({"id": "7", "note": say("user"), **corpus.personal(f"SDK user {kind}")})
    sentry_sdk.get_isolation_scope().add_attachment(bytes=say("attachment").encode(), filename="note.txt")
    sentry_sdk.capture_message(say("message"))
    with sentry_sdk.start_span(op="basket", name=say("span")) as span:
        span.set_data("note", say("span data"))
        for key, value in corpus.named(f"SDK span {kind}").items():
            span.set_data(key, value)
    sentry_sdk.logger.info(say("log").replace("{", "{{").replace("}", "}}"))
    sentry_sdk.logger.info("told {note}", note=say("log attribute"))
    sentry_sdk.metrics.count("orders", 1, attributes={"note": say("metric"), "password": say("metric key")})
    return HttpResponse("fine")


urlpatterns: list[Any] = [
    path("fails/", fails),
    path("reset/<token>/", fails),
    path("logs/", logs),
    path("queries/", queries),
    path("sends/", sends),
    path("vedette/", include("vedette.urls")),
]
