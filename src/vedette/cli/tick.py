"""Do the background work that is due, once: for hosts without daemons, from cron.

  * * * * *  cd /srv/site && .venv/bin/python manage.py vedette tick

Says nothing where nobody looks, so that cron sends no mail; with --json, one object: {"led": true or false}.
"""

from __future__ import annotations

import argparse

from vedette.cli.options import add_json_argument
from vedette.cli.output import Output
from vedette.cli.site import site_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``vedette tick``."""
    add_json_argument(parser, help="one JSON object")


def run(options: argparse.Namespace, output: Output) -> int:
    """Work once."""
    has_led = site_of(options).worker().tick()
    if output.is_json:
        output.document({"led": has_led})
    elif output.stream.isatty():
        output.line(
            "The background work is done." if has_led else "Another process does the background work."
        )
    return 0
