"""Build the front end into the package before it becomes a wheel."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SCRIPT = Path("scripts/build_frontend.py")


class FrontEnd(BuildHookInterface[Any]):
    """Run the front-end build for a real wheel; an editable install builds it by `make setup`."""

    def dependencies(self) -> list[str]:
        """Name what the build needs beyond hatchling: Node from PyPI where the machine has none."""
        requirement = subprocess.run(
            [sys.executable, SCRIPT, "--requirement"],
            cwd=self.root,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        return [requirement] if requirement else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the assets; raise `CalledProcessError` where the front end does not build."""
        if version != "editable":
            subprocess.run([sys.executable, SCRIPT], cwd=self.root, check=True, stdout=sys.stderr)
