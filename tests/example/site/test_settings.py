"""The settings, read by a fresh process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[3] / "example"
SOURCE = EXAMPLE.parent / "src"
SECRET = "kF8#v2m!Qz7pL0wX9rT4yB6nD1sH3jG5cA*eU(iO)zM+xV-qW-0123456789"
COMMIT = "0123456789abcdef"


def _manage(tmp_path: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**inherited, "PYTHONPATH": str(SOURCE), "DATA_DIR": str(tmp_path), **variables}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=EXAMPLE, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def _production(tmp_path: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return _manage(
        tmp_path, *arguments, DJANGO_SETTINGS_MODULE="todo_project.settings.production", **variables
    )


def test_production_passes_the_deployment_checks(tmp_path: Path) -> None:
    done = _production(tmp_path, "check", "--deploy", "--fail-level=DEBUG", SECRET_KEY=SECRET)
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout + done.stderr


def test_production_without_a_secret_key_says_so_in_one_line(tmp_path: Path) -> None:
    done = _production(tmp_path, "check")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "SECRET_KEY" in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("DATABASE_URL", "nonsense://:secret@/"), ("DEMO_RELEASE_2", "maybe"), ("SECURE_HSTS_SECONDS", "1h")],
)
def test_a_variable_that_makes_no_sense_is_named_in_one_line(tmp_path: Path, name: str, value: str) -> None:
    done = _production(tmp_path, "check", **{"SECRET_KEY": SECRET, name: value})
    assert len(done.stderr.splitlines()) == 1
    assert name in done.stderr
    assert "secret" not in done.stderr


def test_what_is_deployed_comes_from_the_environment(tmp_path: Path) -> None:
    script = "from django.conf import settings as s; print(s.GIT_COMMIT_SHA, s.ALLOWED_HOSTS, s.DATABASES['default']['ENGINE'])"
    done = _production(
        tmp_path,
        "shell",
        "--no-imports",
        "-c",
        script,
        SECRET_KEY=SECRET,
        GIT_COMMIT_SHA=COMMIT,
        ALLOWED_HOSTS="todo.example, www.todo.example",
        DATABASE_URL="postgresql://user:secret@db.example/todo",
    )
    assert (
        done.stdout.strip() == f"{COMMIT} ['todo.example', 'www.todo.example'] django.db.backends.postgresql"
    ), done.stderr


def test_the_site_keeps_its_files_in_the_named_directory(tmp_path: Path) -> None:
    done = _manage(tmp_path, "migrate", "-v0")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "todo.sqlite3").exists()


def test_a_directory_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = _manage(tmp_path / "file" / "data", "check")
    assert len(done.stderr.splitlines()) == 1
    assert "DATA_DIR" in done.stderr


def test_a_directory_may_have_any_name(tmp_path: Path) -> None:
    odd = tmp_path / "a %41 #odd? näme"
    done = _manage(odd, "migrate", "-v0")
    assert done.returncode == 0, done.stderr
    assert (odd / "todo.sqlite3").exists()


def test_static_files_can_be_collected_under_hashed_names(tmp_path: Path) -> None:
    done = _production(tmp_path, "collectstatic", "--no-input", SECRET_KEY=SECRET)
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "static").glob("todo.*.css"))
