"""A newcomer follows README in a project of their own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, code_blocks


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project as ``django-admin startproject`` makes it, with README's lines put in."""
    manage(tmp_path, "-m", "django", "startproject", "shop", ".")
    (block,) = code_blocks(ROOT / "README.md", "python")
    settings_lines, url_lines = block.split("# urls.py\n")
    settings = tmp_path / "shop/settings.py"
    settings.write_text(_with(settings.read_text(), settings_lines))
    urls = tmp_path / "shop/urls.py"
    urls.write_text(_with(urls.read_text().replace("import path", "import include, path"), url_lines))
    return tmp_path


def _with(source: str, lines: str) -> str:
    """Return *source* with a documented line for each list it has, the dots standing for what is there."""
    for name, elements in re.findall(r"^(\w+) = \[(.+)\]", lines, flags=re.MULTILINE):
        present = re.search(rf"^{name} = \[(.*?)^\]", source, flags=re.MULTILINE | re.DOTALL)
        assert present is not None
        source = source.replace(
            present[0], f"{name} = [{elements.replace('...', present[1].strip().rstrip(','))}]"
        )
    rest = [line for line in lines.splitlines() if not re.match(r"\w+ = \[", line)]
    return source + "\n" + "\n".join(rest) + "\n"


def manage(directory: Path, *arguments: str, may_fail: bool = False) -> str:
    """Run Python in *directory*; return what it printed."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "DJANGO_SETTINGS_MODULE": "shop.settings"}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=directory,
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert may_fail or done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_the_lines_in_readme_are_all_that_check_asks_for(project: Path) -> None:
    assert "vedette." not in manage(project, "manage.py", "check")


@pytest.mark.parametrize(
    ("line", "check"),
    [
        ('"vedette.middleware.Vedette", ', "vedette.W001"),
        ('LOGGING = vedette.logging_config(BASE_DIR / "logs")', "vedette.W002"),
        ('VEDETTE = {"DIR": BASE_DIR / "vedette"}', "vedette.E001"),
    ],
)
def test_a_line_of_the_settings_that_is_missing_is_named(project: Path, line: str, check: str) -> None:
    settings = project / "shop/settings.py"
    assert line in settings.read_text()
    settings.write_text(settings.read_text().replace(line, ""))

    printed = manage(project, "manage.py", "check", may_fail=True)

    assert check in printed
    assert "Traceback" not in printed


def test_the_urls_line_that_is_missing_is_named(project: Path) -> None:
    urls = project / "shop/urls.py"
    urls.write_text(urls.read_text().replace(', path("vedette/", include("vedette.urls"))', ""))

    assert "vedette.W003" in manage(project, "manage.py", "check")


def test_a_request_is_in_the_store_as_soon_as_it_was_answered(project: Path) -> None:
    program = (
        "import django; django.setup()\n"
        "from django.core.wsgi import get_wsgi_application\n"
        "from django.test import RequestFactory\n"
        "environ = RequestFactory(SERVER_NAME='localhost').get('/nowhere/').environ\n"
        "get_wsgi_application()(environ, lambda *_: None)\n"
    )
    manage(project, "-c", program)

    printed = manage(project, "manage.py", "vedette", "sql", "--json", "SELECT path, status FROM requests")

    assert json.loads(printed.splitlines()[0]) == {"path": "/nowhere/", "status": 404}
