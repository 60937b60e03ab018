"""What platforms have in common that matters to grouping."""

from __future__ import annotations

JAVASCRIPT = frozenset({"javascript", "node"})
NATIVE = frozenset({"c", "cocoa", "native", "objc", "swift"})
SOURCE = frozenset({"javascript", "node", "php", "python", "ruby"})
"""Where the line of source that SDKs send is the line that ran."""


def family_of(platform: str) -> str:
    """Return ``"javascript"``, ``"native"`` or ``"other"``."""
    if platform in JAVASCRIPT:
        return "javascript"
    return "native" if platform in NATIVE else "other"


def is_url(path: str, *, with_files: bool = False) -> bool:
    """Return whether *path* is a URL, which names a deployment rather than a place; ``file:`` counts *with_files*."""
    if path.startswith(("http:", "https:", "applewebdata:", "blob:")):
        return True
    return with_files and path.startswith("file:")
