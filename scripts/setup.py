"""Make a virtual environment with everything that the project needs; do nothing where it is up to date.

Needs nothing but the standard library of Python 3.11 or newer: it runs before anything is installed. The
environment belongs to the Python that runs this script.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INPUTS = ("pyproject.toml", "constraints.txt")
OLDEST_PYTHON = (3, 11)
PIP_WITH_GROUPS = "pip>=25.1"


def main() -> None:
    """Set the environment up as the options say; exit with a message where that is impossible."""
    parser = argparse.ArgumentParser(description="Make the project's virtual environment and front end.")
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv", help="the environment's directory")
    parser.add_argument("--group", action="append", help="dependency groups to install (default: dev)")
    parser.add_argument("--no-frontend", action="store_true", help="leave the front end as it is")
    options = parser.parse_args()
    if sys.version_info < OLDEST_PYTHON:
        raise SystemExit(
            f"Vedette needs Python {'.'.join(map(str, OLDEST_PYTHON))} or newer, not {sys.version}."
        )
    venv = options.venv.resolve()
    (ROOT / "build").mkdir(exist_ok=True)
    with (ROOT / "build" / "setup.lock").open("w") as lock:
        # Two terminals that run `make` at once must not install into one environment together.
        fcntl.flock(lock, fcntl.LOCK_EX)
        _install(venv, options.group or ["dev"])
        if not options.no_frontend:
            command = [venv / "bin" / "python", ROOT / "scripts" / "build_frontend.py"]
            raise SystemExit(subprocess.run(command, check=False).returncode)


def _install(venv: Path, groups: list[str]) -> None:
    stamp = venv / ".vedette-setup.json"
    wanted = {"inputs": _digest(), "groups": groups, "python": _interpreter()}
    found = json.loads(stamp.read_text()) if stamp.is_file() else {}
    python = venv / "bin" / "python"
    if found == wanted and python.exists():
        return
    stamp.unlink(missing_ok=True)
    if found.get("python") != wanted["python"] or not python.exists():
        print(f"Making {venv} with Python {sys.version.split()[0]}.", flush=True)
        _run([Path(sys.executable), "-m", "venv", "--clear", venv], hint=_venv_hint())
    pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    print("Installing what the project needs.", flush=True)
    _run([*pip, "--upgrade", PIP_WITH_GROUPS])
    group_options = [f"--group={group}" for group in groups]
    _run([*pip, "--constraint", "constraints.txt", *group_options, "--editable", "."])
    stamp.write_text(json.dumps(wanted))


def _run(command: list[str | Path], *, hint: str = "") -> None:
    environment = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "PYTHONHOME"}}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    if done.returncode:
        raise SystemExit(f"Setting up failed: {' '.join(map(str, command))}\n{hint}".rstrip())


def _venv_hint() -> str:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return (
        f"If Python's ensurepip is missing (as on Debian), install it: apt-get install python{version}-venv"
    )


def _digest() -> str:
    return hashlib.sha256(b"\0".join((ROOT / name).read_bytes() for name in INPUTS)).hexdigest()


def _interpreter() -> str:
    return f"{sys.version} at {sysconfig.get_config_var('BINDIR')}"


if __name__ == "__main__":
    main()
