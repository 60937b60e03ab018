"""Other people's packages, each version in a folder of its own, for senders that run outside this environment."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

_TIMEOUT_S = 120


class UnableToInstallError(Exception):
    """An index cannot be reached, or has no such version; the text is what the installer said."""


def python(*requirements: str, below: Path) -> Path:
    """Return a folder for ``PYTHONPATH`` that holds *requirements* and what they need.

    Raises:
        UnableToInstallError: If pip cannot.
    """
    options = ("--quiet", "--disable-pip-version-check", "--no-warn-conflicts", "--no-compile", "--retries=1")
    pip = [sys.executable, "-m", "pip", "install", *options, "--target"]
    return _installed(requirements, pip, below=below)


def node(*requirements: str, below: Path) -> Path:
    """Return a folder in whose ``node_modules`` *requirements* are, and what they need.

    Raises:
        UnableToInstallError: If npm cannot, or is not there.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise UnableToInstallError("no npm on the PATH")
    # Nothing that is installed here needs to run a script of its own.
    options = (
        "--no-audit",
        "--no-fund",
        "--no-package-lock",
        "--ignore-scripts",
        "--omit=optional",
        "--fetch-retries=1",
    )
    return _installed(requirements, [npm, "install", *options, "--prefix"], below=below)


def _installed(requirements: Sequence[str], command: Sequence[str], *, below: Path) -> Path:
    name = re.sub(r"[^\w.=@]+", "-", requirements[0]).strip("-")
    folder = below / f"{name}-{hashlib.sha256(repr(requirements).encode()).hexdigest()[:12]}"
    if folder.is_dir():
        return folder
    with tempfile.TemporaryDirectory(dir=below) as scratch:
        unfinished = Path(scratch, "packages")
        unfinished.mkdir()
        try:
            done = subprocess.run(
                [*command, str(unfinished), *requirements],
                cwd=scratch,
                capture_output=True,
                text=True,
                timeout=_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise UnableToInstallError(f"{requirements[0]}: no answer in {_TIMEOUT_S} s") from None
        if done.returncode:
            told = [line for line in done.stderr.splitlines() if "error" in line.lower()]
            raise UnableToInstallError(f"{requirements[0]}: {' '.join(told[:5])[:500]}")
        # In one step, so that what was interrupted is never taken for what is whole.
        unfinished.rename(folder)
    return folder
