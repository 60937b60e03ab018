"""Visits to the careless site, in one process with it: ``python -m tests.flows.secrets.visits``.

Prints as JSON what was planted where: a map of the secrets, and one of what is personal.
"""

from __future__ import annotations

import io
import json
import logging
import sys
from typing import Any
from urllib.parse import quote

import sentry_sdk

from tests.flows.secrets import site
from tests.flows.secrets.corpus import SENTENCES


def main() -> None:
    """Visit every view once for each kind of secret."""
    # What the site's own console handler prints is none of what is looked through.
    logging.getLogger().handlers = [
        each for each in logging.getLogger().handlers if type(each).__module__.startswith("vedette")
    ]
    for kind in SENTENCES:
        for path in ("/fails/", "/logs/", "/queries/", "/sends/"):
            visit(path, kind)
        visit(f"/reset/{site.corpus.named(f'path {kind}')['password']}/", kind)
    sentry_sdk.flush(20)
    planted = {"secrets": site.corpus.secrets, "people": site.corpus.people}
    json.dump(
        {part: {secret.decode(): where for secret, where in each.items()} for part, each in planted.items()},
        sys.stdout,
    )


def visit(path: str, kind: str) -> None:
    """Post a form to *path* with secrets in headers, cookies, query and body."""
    corpus = site.corpus
    where = f"{path.split('/')[1]} {kind}"
    named, personal = corpus.named(f"request {where}"), corpus.personal(f"request {where}")
    texts = {key: str(value) for key, value in named.items() if isinstance(value, str)}
    form = {**texts, "note": corpus.sentence(kind, f"form of {where}")}
    query = {**corpus.named(f"query {where}"), "note": corpus.sentence(kind, f"query of {where}")}
    body = _encoded({key: str(value) for key, value in form.items()})
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "QUERY_STRING": _encoded(
            {key: value for key, value in query.items() if isinstance(value, str)}
        ).decode(),
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_AUTHORIZATION": f"Bearer {named['apiKey']}",
        "HTTP_X_API_KEY": named["x-api-key"],
        "HTTP_X_NOTE": _on_one_line(corpus.sentence(kind, f"header of {where}")),
        "HTTP_X_FORWARDED_FOR": str(personal["ip_address"]),
        "HTTP_COOKIE": f"sessionid={named['sessionid']}; csrftoken={named['refresh_token']}; theme=dark",
        "HTTP_REFERER": f"https://shop.example/?token={named['client-secret']}",
        "HTTP_X_KIND": kind,
        "HTTP_HOST": "shop.example",
        "REMOTE_ADDR": str(personal["ip_address"]),
        "SERVER_NAME": "shop.example",
        "SERVER_PORT": "80",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "https",
        "wsgi.version": (1, 0),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for _ in site.application(environ, _start):
        pass


def _start(*_: object) -> Any:
    return None


def _on_one_line(text: str) -> str:
    return text.replace("\r", "\\r").replace("\n", "\\n")


def _encoded(values: dict[str, str]) -> bytes:
    return "&".join(f"{quote(key)}={quote(value)}" for key, value in values.items()).encode()


if __name__ == "__main__":
    main()
