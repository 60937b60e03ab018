"""The command line's grammar: one parser per verb, filled in when its verb is used."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from django.core.management.base import CommandError

from vedette.cli.verbs import VERBS, Verb


class VerbParser(argparse.ArgumentParser):
    """Parses the arguments of one verb, whose module is imported only then; its errors are one line."""

    def __init__(self, *, verb: Verb, **kwargs: Any) -> None:
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs)
        self.verb = verb
        self._is_filled = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse *args*.

        Raises:
            CommandError: If they make no sense.
        """
        self._fill()
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"there is no argument {unknown[0]}")
        return found, unknown

    def format_help(self) -> str:
        """Return the help of this verb."""
        self._fill()
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        """Refuse the arguments in one line, whether a person or a program gave them."""
        raise CommandError(f"vedette {self.verb.name}: {message} (see {self.prog} --help)", returncode=2)

    def _fill(self) -> None:
        if not self._is_filled:
            self._is_filled = True
            module = self.verb.load()
            self.description = module.__doc__ or self.verb.help
            module.add_arguments(self)


class ActionParser(argparse.ArgumentParser):
    """Parses the arguments of one action of a verb; its errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Refuse the arguments in one line, whether a person or a program gave them."""
        _, _, name = self.prog.partition("vedette ")
        raise CommandError(f"vedette {name}: {message} (see {self.prog} --help)", returncode=2)


def add_verbs(parser: argparse.ArgumentParser) -> None:
    """Add every verb to the command's parser, and make that parser's errors one line as well."""
    parser.error = _refuse  # type: ignore[method-assign]
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", title="verbs", parser_class=VerbParser)
    for verb in VERBS:
        verbs.add_parser(verb.name, help=verb.help, verb=verb)


def _refuse(message: str) -> NoReturn:
    raise CommandError(f"vedette: {message}", returncode=2)
