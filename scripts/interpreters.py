"""Run the quick tests on each supported Python of this machine other than the one of `.venv`.

Each gets an environment of its own in `build/interpreters/`, and says what it did when it is done. The constraints give Python 3.11 the oldest
supported Django and the others the newest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST, NEWEST = (3, 11), (3, 14)
SIDE_BY_SIDE = 2
QUICK = "not browser and not services and not slow and not wheel"
REPORT = (
    "import sys, sysconfig; print(*sys.version_info[:2], sysconfig.get_config_var('Py_GIL_DISABLED') or 0)"
)


def main() -> None:
    """Test them all, then exit with failure where one of them failed."""
    found = sorted(find().items())
    others = {version: python for version, python in found if version != sys.version_info[:2]}
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        results = dict(zip(others, pool.map(_test, others, others.values()), strict=True))
    for version, passed in results.items():
        print(f"Python {_dotted(version)}: {'passed' if passed else 'FAILED'}")
    if not results:
        print("This machine has no other Python to test on.")
    sys.exit(not all(results.values()))


def find() -> dict[tuple[int, int], Path]:
    """Return one interpreter for each supported version, from PATH or else from pyenv."""
    found: dict[tuple[int, int], Path] = {}
    for candidate in _candidates():
        version = _version(candidate)
        if version and OLDEST <= version <= NEWEST:
            found.setdefault(version, candidate)
    return found


def _candidates() -> Iterator[Path]:
    names = [f"python3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
    for directory in os.environ.get("PATH", os.defpath).split(os.pathsep):
        yield from (Path(directory, name) for name in names)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(pyenv.glob("versions/*/bin/python"), reverse=True)


def _version(python: Path) -> tuple[int, int] | None:
    """Return the version that *python* says it is; a shim without a Python behind it says nothing."""
    if not os.access(python, os.X_OK):
        return None
    answer = subprocess.run([python, "-c", REPORT], capture_output=True, text=True, check=False)
    if answer.returncode:
        return None
    major, minor, free_threaded = map(int, answer.stdout.split())
    return None if free_threaded else (major, minor)


def _test(version: tuple[int, int], python: Path) -> bool:
    venv = ROOT / "build" / "interpreters" / _dotted(version)
    setup: list[str | Path] = [
        python,
        "scripts/setup.py",
        "--venv",
        venv,
        "--no-frontend",
        "--group=test",
        "--group=example",
    ]
    tests: list[str | Path] = [venv / "bin" / "python", "-m", "pytest", "-m", QUICK, "-p", "no:cacheprovider"]
    environment = {**os.environ, "VEDETTE_HYPOTHESIS_PROFILE": "few"}
    with tempfile.TemporaryFile("w+") as said:
        is_passed = all(
            subprocess.run(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                check=False,
            ).returncode
            == 0
            for command in (setup, tests)
        )
        said.seek(0)
        print(f"\n--- Python {_dotted(version)}\n{said.read()}", flush=True)
    return is_passed


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))


if __name__ == "__main__":
    main()
