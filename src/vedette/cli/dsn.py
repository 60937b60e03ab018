"""Show the DSN with which a service sends to this site, and make, replace or switch off its key.

  vedette dsn                          the DSN of the site's own service; made when first asked for
  vedette dsn shop                     of another service, a project of its own
  vedette dsn shop --rotate            a new key; the old ones are refused from now on
  vedette dsn --off KEY                switch one key off
  vedette dsn --list                   every key of every service

A DSN goes into an SDK's settings (SENTRY_DSN); its key also lets OpenTelemetry's exporters in.  The host is the first of
ALLOWED_HOSTS unless --url names where the site is reached.  With --json, one object: {"service", "project", "key", "dsn",
"created_at", "last_used_at", "disabled_at"}; with --list, one a line.
"""

from __future__ import annotations

import argparse
import datetime as dt
from urllib.parse import urlsplit

from django.conf import settings as site
from django.urls import NoReverseMatch, reverse

from vedette import conf
from vedette.catalogue import database
from vedette.cli.options import UsageError, add_json_argument
from vedette.cli.output import Output
from vedette.cli.site import site_of
from vedette.cli.table import Column
from vedette.projects import operations
from vedette.projects.queries import Key, list_keys
from vedette.wire.sentry.dsn import Dsn


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``vedette dsn``."""
    parser.add_argument(
        "service", nargs="?", metavar="SERVICE", help="the service; by default the site's own"
    )
    parser.add_argument("--url", metavar="URL", help="where the site is reached, such as https://example.org")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--new", action="store_true", help="make one more key beside those there are")
    action.add_argument("--rotate", action="store_true", help="make a new key and switch the others off")
    action.add_argument("--off", metavar="KEY", help="switch a key off")
    action.add_argument("--list", action="store_true", dest="is_list", help="show all keys")
    add_json_argument(parser, help="one JSON object; one a line with --list")


def run(options: argparse.Namespace, output: Output) -> int:
    """Do what was asked, and write the key or the keys."""
    settings = conf.get()
    database.migrate(settings.state_path)
    at = site_of(options).now()
    if options.off:
        return _switch_off(options.off, output, at=at)
    origin = _origin(options.url)
    if options.is_list:
        _write_all(list_keys(options.service), output, origin=origin)
        return 0
    service = options.service or settings.SERVICE
    if len(service) > 200:
        raise UsageError("a service's name has at most 200 characters")
    make = (
        operations.rotate
        if options.rotate
        else operations.make_key
        if options.new
        else operations.open_project
    )
    _write(make(service, at=at), output, origin=origin)
    return 0


def _switch_off(public: str, output: Output, *, at: dt.datetime) -> int:
    try:
        operations.switch_off(public, at=at)
    except operations.NoKeyError as error:
        raise UsageError(str(error)) from error
    if output.is_json:
        output.document({"key": public, "disabled_at": at})
    else:
        output.line(f"{public} is off.")
    return 0


def _write(key: Key, output: Output, *, origin: str) -> None:
    if output.is_json:
        output.document(_document(key, origin=origin))
    else:
        output.line(_dsn(key, origin=origin))


def _write_all(keys: list[Key], output: Output, *, origin: str) -> None:
    if output.is_json:
        for key in keys:
            output.document(_document(key, origin=origin))
        return
    if not keys:
        output.line("There is no key yet; `vedette dsn` makes one.")
        return
    rows = [
        (
            key.service,
            str(key.project),
            "on" if key.disabled_at is None else f"off since {output.time(key.disabled_at)}",
            "-" if key.last_used_at is None else output.time(key.last_used_at),
            _dsn(key, origin=origin),
        )
        for key in keys
    ]
    columns = [Column("service"), Column("project", "right"), Column("state"), Column("last used")]
    output.table([*columns, Column("dsn")], rows)


def _document(key: Key, *, origin: str) -> dict[str, object]:
    return {
        "service": key.service,
        "project": key.project,
        "key": key.public,
        "dsn": _dsn(key, origin=origin),
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
        "disabled_at": key.disabled_at,
    }


def _dsn(key: Key, *, origin: str) -> str:
    parts = urlsplit(origin)
    return str(
        Dsn(
            scheme=parts.scheme,
            key=key.public,
            host=parts.netloc,
            path=parts.path.rstrip("/"),
            project=str(key.project),
        )
    )


def _origin(url: str | None) -> str:
    """Return scheme, host and prefix under which the site's Vedette is reached."""
    if url is not None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.netloc or "@" in parts.netloc:
            raise UsageError(f"{url!r} is not where a site is reached: https://example.org")
        named = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
    else:
        hosts = [host for host in site.ALLOWED_HOSTS if not host.startswith((".", "*"))]
        named = f"https://{hosts[0]}" if hosts and not site.DEBUG else "http://localhost:8000"
    try:
        return named + reverse("vedette:overview").rstrip("/")
    except NoReverseMatch:
        raise UsageError("Vedette's addresses are not in the URLs (vedette.W003)") from None
