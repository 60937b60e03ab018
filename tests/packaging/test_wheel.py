"""What a user gets from `pip install vedette`: built from the sdist, installed where there is no Node."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest

pytestmark = [pytest.mark.wheel, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
# 130 MB as `du` counts them, by which DuckDB's 67.6 million bytes are 65.
LIMIT_BYTES = 130 << 20
# What README asks a new site to add to what `startproject` wrote.
SETTINGS = """
import vedette
INSTALLED_APPS += ["vedette"]
MIDDLEWARE.insert(0, "vedette.middleware.Vedette")
VEDETTE = {"DIR": BASE_DIR / "vedette"}
LOGGING = vedette.logging_config(BASE_DIR / "logs")
"""
URLS = """
from django.urls import include
urlpatterns += [path("vedette/", include("vedette.urls"))]
"""


def _run(*command: str | Path, cwd: Path = ROOT, path: str | None = None) -> str:
    """Run a command of an ordinary user: outside this suite's environment, with *path* as its PATH."""
    inherited = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    environment = {**inherited, "PATH": path if path is not None else inherited["PATH"]}
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that pip builds from the sdist."""
    directory = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", directory)
    # pip keeps what it built by the path of the sdist, and pytest gives the same path again.
    _run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-cache-dir",
        "--no-deps",
        "-w",
        directory,
        *directory.glob("*.tar.gz"),
    )
    return next(directory.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that holds the wheel and what it needs, without Node on PATH."""
    venv = tmp_path_factory.mktemp("installed") / "venv"
    _run(sys.executable, "-m", "venv", venv)
    constraints = ROOT / "constraints.txt"
    _run(venv / "bin" / "python", "-m", "pip", "install", "-c", constraints, wheel, path="")
    return venv / "bin" / "python"


@dataclass(frozen=True)
class Site:
    """A site that `startproject` made and README's lines finished, on a machine without Node."""

    python: Path
    directory: Path

    def manage(self, *arguments: str) -> str:
        """Run manage.py and return what it printed."""
        return _run(self.python, "manage.py", *arguments, cwd=self.directory, path="")

    def get(self, address: str) -> str:
        """Ask the site for *address*, a Python expression; return the status and the content's type."""
        program = (
            "from django.test import Client; from django.urls import reverse;"
            f"response = Client(headers={{'host': 'localhost'}}).get({address});"
            "print(response.status_code, response.headers['Content-Type'])"
        )
        return self.manage("shell", "--verbosity=0", "--command", program)


@pytest.fixture
def site(python: Path, tmp_path: Path) -> Site:
    """A new site that uses the installed package."""
    _run(python, "-m", "django", "startproject", "shop", tmp_path, cwd=tmp_path, path="")
    for name, lines in (("settings.py", SETTINGS), ("urls.py", URLS)):
        with (tmp_path / "shop" / name).open("a") as module:
            module.write(lines)
    return Site(python, tmp_path)


def test_the_wheel_holds_assets_templates_types_and_licence(wheel: Path) -> None:
    names = ZipFile(wheel).namelist()

    for suffix in (".css.gz", ".js.gz", ".svg.gz"):
        assert [
            name for name in names if name.startswith("vedette/web/static/vedette/") and name.endswith(suffix)
        ]
    assert [name for name in names if name.startswith("vedette/web/templates/")]
    assert "vedette/py.typed" in names
    assert [name for name in names if name.endswith("licenses/LICENSE")]


def test_the_wheel_holds_nothing_but_the_package(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in ZipFile(wheel).namelist()}

    assert {top.partition("-")[0] for top in tops} == {"vedette"}
    assert not [name for name in ZipFile(wheel).namelist() if "__pycache__" in name or "node_modules" in name]


def test_importing_the_installed_package_loads_neither_django_nor_duckdb(
    python: Path, tmp_path: Path
) -> None:
    code = "import sys, vedette; print(vedette.__version__, *{'django', 'duckdb'} & set(sys.modules))"

    assert _run(python, "-c", code, cwd=tmp_path, path="").split() == ["0.1.0"]


def test_the_core_install_takes_at_most_130_mb_of_disk(python: Path) -> None:
    packages = next(python.parents[1].glob("lib/python*/site-packages"))
    files = [file for file in packages.rglob("*") if file.is_file() and not _came_with_venv(file, packages)]

    assert sum(file.stat().st_blocks * 512 for file in files) <= LIMIT_BYTES


def test_a_new_site_with_the_installed_package_passes_its_checks(site: Site) -> None:
    assert "no issues" in site.manage("check")


def test_the_installed_package_serves_its_assets(site: Site) -> None:
    served = site.get("reverse('vedette:asset', args=['vedette.css'])")

    assert served.startswith("200 text/css")


def test_the_installed_package_keeps_what_the_site_did(site: Site) -> None:
    assert site.get("'/nowhere/'").startswith("404 ")

    printed = site.manage("vedette", "sql", "--json", "SELECT path, status FROM requests")

    assert "/nowhere/" in printed
    assert "404" in printed


def _came_with_venv(file: Path, packages: Path) -> bool:
    top = file.relative_to(packages).parts[0]
    return top.partition("-")[0] in {"pip", "setuptools", "pkg_resources", "_distutils_hack", "distutils"}
