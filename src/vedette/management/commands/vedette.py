"""``manage.py vedette <verb>``: everything that Vedette does from the command line."""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError
from django.utils import timezone

from vedette import conf, wiring
from vedette.catalogue.catalogue import StateCatalogue
from vedette.cli.options import UsageError
from vedette.cli.output import Output
from vedette.cli.parser import add_verbs
from vedette.cli.site import Site
from vedette.cli.verbs import VERBS
from vedette.record.context import is_recording
from vedette.store.query import QueryError

FAILURE, BAD_USAGE, INTERRUPTED = 1, 2, 130


class Command(BaseCommand):
    """Finds the verb, gives it the site, and turns whatever goes wrong into one line and an exit code."""

    help = "Vedette: search what the site recorded, look after it, and do the background work."
    # `doctor` must run where the checks fail, and says more than they do.
    requires_system_checks = []
    requires_migrations_checks = False

    def __init__(self, *args: Any, site: Site | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site
        self.is_from_command_line = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the verbs."""
        add_verbs(parser)

    def run_from_argv(self, argv: list[str]) -> None:
        """Run as a program: with exit codes instead of exceptions."""
        self.is_from_command_line = True
        try:
            super().run_from_argv(argv)
        except CommandError as error:
            # Raised while the command line was parsed; what is raised later, Django itself turns into an exit code.
            self._fail(str(error), error.returncode)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the verb.

        Raises:
            CommandError: If it fails; with ``returncode``.
        """
        parsed = argparse.Namespace(**options)
        verb = next((verb for verb in VERBS if verb.name == parsed.verb), None)
        if verb is None:
            self._fail(f"vedette: name a verb: {', '.join(verb.name for verb in VERBS)}", BAD_USAGE)
            return
        parsed.site = self.site or _site()
        parsed.is_program = self.is_from_command_line
        environ = {**os.environ, "NO_COLOR": "1"} if parsed.no_color else dict(os.environ)
        output = Output.to(
            self.stdout, is_json=getattr(parsed, "is_json", False), zone=parsed.site.zone, environ=environ
        )
        token = is_recording.set(False)
        try:
            code = verb.load().run(parsed, output)
            output.flush()
        except BrokenPipeError:
            _let_go_of_the_pipe()
            return
        except KeyboardInterrupt:
            self._leave(INTERRUPTED)
            return
        except UsageError as error:
            self._fail(f"vedette {verb.name}: {error}", BAD_USAGE)
            return
        except (QueryError, conf.SettingsError, DatabaseError, OSError) as error:
            if parsed.traceback:
                raise
            self._fail(f"vedette {verb.name}: {_one_line(error)}", FAILURE)
            return
        except CommandError:
            raise
        except Exception as error:  # The program's edge: a person gets a line, not a traceback.
            if parsed.traceback:
                raise
            text = f"{type(error).__name__}: {_one_line(error)} (a fault of Vedette; --traceback says where)"
            self._fail(f"vedette {verb.name}: {text}", FAILURE)
            return
        finally:
            is_recording.reset(token)
        self._leave(code)

    def _fail(self, message: str, code: int) -> None:
        if not self.is_from_command_line:
            raise CommandError(message, returncode=code)
        with contextlib.suppress(OSError):
            self.stderr.write(message)
        self._leave(code)

    def _leave(self, code: int) -> None:
        if code and self.is_from_command_line:
            sys.exit(code)
        if code:
            raise CommandError(f"ended with exit code {code}", returncode=code)


def _site() -> Site:
    return Site(
        store=wiring.store,
        catalogue=_catalogue,
        worker=wiring.worker,
        behind_s=wiring.behind_s,
        now=wiring.utc_now,
        zone=_zone(),
        set_commits=wiring.set_commits,
    )


def _catalogue() -> StateCatalogue:
    # Says so where Vedette is not set up: the state database is not known to Django then.
    conf.get()
    return StateCatalogue(fence=_refuse_to_write)


def _refuse_to_write() -> None:
    raise RuntimeError("only the background worker changes the catalogue")


def _zone() -> dt.tzinfo:
    return timezone.get_default_timezone()


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _let_go_of_the_pipe() -> None:
    # The reader has gone (`… | head`): what Python still holds for it must not raise again at exit.
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
