"""Directories for the site's owner and group alone: what lies in them may hold personal data."""

from __future__ import annotations

from pathlib import Path

DIRECTORY_MODE = 0o750
FILE_MODE = 0o640


def make_directory(path: Path, *, root: Path) -> None:
    """Make *path*, which lies in *root*, and both private where they are absent; what lies above is made as usual.

    `Path.mkdir` gives its mode to the last directory alone, and the others to everybody.

    Raises:
        OSError: If it cannot be made.
    """
    root.parent.mkdir(parents=True, exist_ok=True)
    steps = path.relative_to(root).parts
    for count in range(len(steps) + 1):
        root.joinpath(*steps[:count]).mkdir(mode=DIRECTORY_MODE, exist_ok=True)
