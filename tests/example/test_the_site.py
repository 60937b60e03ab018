"""The todo site's tests need its own settings, so they run in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _test_the_site(data_dir: Path, **variables: str) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "todo_project.settings.development",
        "DATA_DIR": str(data_dir),
        **variables,
    }
    command = [sys.executable, "-m", "pytest", "-q", "tests/example/site", "-p", "no:cacheprovider"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_site_passes_its_own_tests(tmp_path: Path) -> None:
    _test_the_site(tmp_path)


def test_the_site_passes_its_own_tests_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    _test_the_site(tmp_path, DATABASE_URL=postgres_url)
