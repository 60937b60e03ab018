"""Write constraints.txt: the exact versions that `make setup` and CI install.

One file serves every supported interpreter; a line carries a marker where interpreters differ, such as
Django 5.2 on Python 3.11 and the newest Django above it. Run by `make lock`, inside the project's `.venv`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = (
    "# Exact versions of everything `make setup` installs. Written by `make lock`; do not edit by hand.\n"
)
OPTIONS = (
    "--universal",
    "--python-version=3.11",
    "--group=dev",
    "--group=bench",
    "--group=node",
    "--all-extras",
    "--upgrade",
    "--no-annotate",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--system-certs",
)


def resolve() -> str:
    """Return the resolved versions, one per line; raise `CalledProcessError` where nothing fits."""
    with tempfile.TemporaryDirectory() as scratch:
        # uv is the one resolver that solves for all interpreters at once; nothing else here needs it.
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--target", scratch, "uv"], check=True
        )
        command = [str(Path(scratch, "bin", "uv")), "pip", "compile", *OPTIONS, "pyproject.toml"]
        environment = {**os.environ, "VIRTUAL_ENV": sys.prefix}
        return subprocess.run(
            command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout


if __name__ == "__main__":
    (ROOT / "constraints.txt").write_text(HEADER + resolve())
