"""The documentation's files, read for tests."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def headings(path: Path) -> list[str]:
    """Return the texts of the headings, code marks taken off."""
    return [
        match.strip().strip("`") for match in re.findall(r"^#+ (.+)$", path.read_text(), flags=re.MULTILINE)
    ]


def code_blocks(path: Path, language: str) -> list[str]:
    """Return the fenced blocks of *language*."""
    return re.findall(rf"^```{language}\n(.*?)^```$", path.read_text(), flags=re.MULTILINE | re.DOTALL)


def links(path: Path) -> list[str]:
    """Return the targets of links to files of the repository."""
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text())
    return [target for target in targets if "://" not in target and not target.startswith("mailto:")]
