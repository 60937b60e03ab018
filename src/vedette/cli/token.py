"""Make, list or switch off the tokens with which programs tell of releases and upload source maps over HTTP.

  vedette token new ci                 a token, for SENTRY_AUTH_TOKEN; it is shown this once and kept as a hash alone
  vedette token new ci --service shop --expires 90d
                                       one that may tell of that service alone, and ends by itself
  vedette token list                   their names, when they were made and when they were last used
  vedette token off ci                 what is sent with it is refused from now on

With --json one object: {"name", "token", "scopes", "service", "created_at", "expires_at"} from new, {"name", "disabled_at"} from
off; one a line from list: {"name", "scopes", "service", "made_by", "created_at", "expires_at", "last_used_on", "disabled_at"}.
"""

from __future__ import annotations

import argparse
import datetime as dt

from vedette import conf
from vedette.catalogue import database
from vedette.cli.options import UsageError, add_json_argument
from vedette.cli.output import Output
from vedette.cli.parser import ActionParser
from vedette.cli.site import site_of
from vedette.cli.table import Column
from vedette.record.durations import DurationError, parse_duration
from vedette.tokens import operations
from vedette.tokens.queries import Token, list_tokens


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions of ``vedette token``, each with its arguments."""
    actions = parser.add_subparsers(
        dest="action", metavar="ACTION", required=True, parser_class=ActionParser, title="actions"
    )
    for name, answer, help in (("new", _new, "make a token"), ("off", _off, "switch a token off")):
        action = actions.add_parser(name, help=help)
        action.add_argument("name", metavar="NAME", help="how the token is called")
        add_json_argument(action, help="one JSON object")
        action.set_defaults(answer=answer)
        if name == "new":
            action.add_argument(
                "--service", default="", metavar="NAME", help="it may tell of this service alone"
            )
            action.add_argument(
                "--expires", metavar="DURATION", help="it ends by itself after so long, as 90d"
            )
    listed = actions.add_parser("list", help="show all tokens")
    add_json_argument(listed, help="one object a line")
    listed.set_defaults(answer=_list)


def run(options: argparse.Namespace, output: Output) -> int:
    """Do what was asked, and say it."""
    database.migrate(conf.get().state_path)
    try:
        options.answer(options, output)
    except (operations.InvalidTokenError, operations.NoTokenError) as error:
        raise UsageError(str(error)) from error
    return 0


def _new(options: argparse.Namespace, output: Output) -> None:
    at = site_of(options).now()
    expires_at = _expires_at(options.expires, at)
    secret = operations.make_token(options.name, at=at, service=options.service, expires_at=expires_at)
    if output.is_json:
        document = {
            "name": options.name,
            "token": secret,
            "scopes": [operations.RELEASES],
            "service": options.service,
            "created_at": at,
            "expires_at": expires_at,
        }
        output.document(document)
    else:
        output.line(secret)


def _expires_at(text: str | None, at: dt.datetime) -> dt.datetime | None:
    if text is None:
        return None
    try:
        return at + parse_duration(text)
    except (DurationError, OverflowError) as error:
        raise UsageError(f"--expires: {error}") from error


def _off(options: argparse.Namespace, output: Output) -> None:
    at = site_of(options).now()
    operations.switch_off(options.name, at=at)
    if output.is_json:
        output.document({"name": options.name, "disabled_at": at})
    else:
        output.line(f"{options.name} is off.")


def _list(options: argparse.Namespace, output: Output) -> None:
    tokens = list_tokens()
    if output.is_json:
        for token in tokens:
            output.document(token)
        return
    if not tokens:
        output.line("There is no token yet; `vedette token new NAME` makes one.")
        return
    now = site_of(options).now()
    rows = [
        (
            token.name,
            _state(token, output, now),
            token.service or "any",
            output.time(token.created_at),
            "never" if token.last_used_on is None else token.last_used_on.isoformat(),
        )
        for token in tokens
    ]
    columns = [Column("name", is_flexible=True)]
    output.table([*columns, *(Column(name) for name in ("state", "service", "made", "last used"))], rows)


def _state(token: Token, output: Output, now: dt.datetime) -> str:
    if token.disabled_at is not None:
        return f"off since {output.time(token.disabled_at)}"
    if token.expires_at is None:
        return "on"
    return f"{'expired' if token.has_expired(now) else 'on until'} {output.time(token.expires_at)}"
