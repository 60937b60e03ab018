"""The line of the site's own code that is at work."""

from __future__ import annotations

import functools
import os
import sys
import sysconfig
from typing import NamedTuple

_OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_STANDARD_LIBRARY = sysconfig.get_paths()["stdlib"] + os.sep
_MOST_FRAMES = 200


class CallSite(NamedTuple):
    """A line of code, named as OpenTelemetry names it."""

    filepath: str
    lineno: int
    function: str

    def attributes(self) -> dict[str, str]:
        """Return the attributes of a span that was begun on this line."""
        return {
            "code.filepath": self.filepath,
            "code.lineno": str(self.lineno),
            "code.function": self.function,
        }


def find(*, base_dir: str = "") -> CallSite | None:
    """Return the innermost line that belongs to neither Vedette, nor an installed package, nor the standard library.

    The path is told from *base_dir* on where it lies in it.  None where no such line called, as in the thread that runs
    an asynchronous view's query.
    """
    frame = sys._getframe(1)
    for _ in range(_MOST_FRAMES):
        code = frame.f_code
        if _is_site(code.co_filename):
            path = code.co_filename
            inside = base_dir and path.startswith(base_dir + os.sep)
            return CallSite(path[len(base_dir) + 1 :] if inside else path, frame.f_lineno, code.co_qualname)
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return None


@functools.lru_cache(maxsize=8192)
def _is_site(filename: str) -> bool:
    if filename.startswith(("<", _OWN)) or f"{os.sep}site-packages{os.sep}" in filename:
        return False
    return f"{os.sep}dist-packages{os.sep}" not in filename and not filename.startswith(_STANDARD_LIBRARY)
