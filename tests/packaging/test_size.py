"""The core install stays small."""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

import vedette

# 130 MB as `du` counts them, by which DuckDB's library of 67.6 million bytes is one of 65.
LIMIT_BYTES = 130 << 20
PACKAGE = Path(vedette.__file__).parent  # an editable install lists none of its files


def _closure(name: str, found: dict[str, Distribution]) -> dict[str, Distribution]:
    key = re.sub(r"[-_.]+", "-", name).lower()
    if key not in found:
        found[key] = distribution(name)
        for line in found[key].requires or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                _closure(requirement.name, found)
    return found


def _bytes(installed: Distribution) -> int:
    # Blocks, not lengths: ten thousand small files cost more of a disk than they hold.
    paths = [Path(str(file.locate())) for file in installed.files or []]
    return sum(path.stat().st_blocks * 512 for path in paths if path.is_file())


def _is_installed(path: Path) -> bool:
    # A checkout also holds what other interpreters have compiled.
    return path.is_file() and (path.suffix != ".pyc" or f".{sys.implementation.cache_tag}." in path.name)


def test_the_core_install_with_django_takes_at_most_130_mb() -> None:
    sizes = {name: _bytes(found) for name, found in _closure("vedette", {}).items()}
    sizes["vedette"] = sum(path.stat().st_blocks * 512 for path in PACKAGE.rglob("*") if _is_installed(path))

    assert "django" in sizes
    assert sum(sizes.values()) <= LIMIT_BYTES, sizes
