"""Look for what is not wired, not running or lost, and say how to mend it.

Ends with exit code 1 where something is wrong.  With --json, one object: {"is_well", "findings": [{"subject", "state"
(ok, warning, error), "message", "fix"}]}.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator

from django.db import Error as DatabaseError

from vedette import conf
from vedette.cli.doctor.finding import Finding
from vedette.cli.options import add_json_argument
from vedette.cli.output import Output
from vedette.cli.site import Site, site_of
from vedette.cli.text import visible
from vedette.store.query import QueryError

EXAMINATIONS = (
    "vedette.cli.doctor.installation",
    "vedette.cli.doctor.files",
    "vedette.cli.doctor.background",
    "vedette.cli.doctor.stored",
    "vedette.cli.doctor.lost",
    "vedette.cli.doctor.releases",
)
"""Modules with `find(site)`, which yields findings, in the order in which they are shown."""
_SIGNS = {"ok": ("ok", "green"), "warning": ("warning", "yellow"), "error": ("error", "red")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``vedette doctor``."""
    add_json_argument(parser, help="one JSON object")


def run(options: argparse.Namespace, output: Output) -> int:
    """Examine everything; one examination that fails does not keep the others from being made."""
    findings = [finding for name in EXAMINATIONS for finding in _examine(name, site_of(options))]
    is_well = all(finding.state != "error" for finding in findings)
    if output.is_json:
        output.document({"is_well": is_well, "findings": findings})
        return 0 if is_well else 1
    widest = max(len(finding.subject) for finding in findings)
    for finding in findings:
        text, style = _SIGNS[finding.state]
        output.line(
            f"{output.styled(f'{text:<8}', style)} {finding.subject:<{widest}}  {visible(finding.message)}"
        )
        if finding.state != "ok" and finding.fix:
            output.line(f"{'':<{widest + 11}}{output.styled(visible(finding.fix), 'dim')}")
    return 0 if is_well else 1


def _examine(name: str, site: Site) -> Iterator[Finding]:
    subject = name.rpartition(".")[2]
    try:
        yield from importlib.import_module(name).find(site)
    except conf.SettingsError:
        # The examination of the installation has said so, and nothing else can be looked at without a directory.
        return
    except (QueryError, DatabaseError, OSError) as error:
        yield Finding(
            subject,
            "error",
            f"could not be looked at: {error}",
            "See what is said of the directory and the state.",
        )
