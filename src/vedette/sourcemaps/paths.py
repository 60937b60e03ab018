"""The paths of original sources: where a bundler says that a file was, as a person looks for it, and whose it is."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

_WEBPACK = re.compile(r"\A(?:webpack|webpack-internal|turbopack):(?://[^/]*)?/(?:\[project\]/)?")
"""A scheme of bundlers, with the name of the package that was built."""
_LIBRARY = re.compile(
    r"(?:\A|/)(?:node_modules|bower_components|vendor)/|\A~/|/~/|\A\(webpack\)|\Awebpack/|\Aexternal |\A\0|(?:\A|/)webpack/(?:runtime|bootstrap)"
)
_MODULE_END = re.compile(r"\.(?:[mc]?[jt]sx?|vue|svelte|astro|coffee)\Z")
_SCRIPT = re.compile(r"\.(?:[mc]?[jt]sx?|bundle)\Z")
_LOADER = re.compile(r"\?[0-9a-z]{4,}\*?\Z")
_UP = re.compile(r"\A(?:\.{1,2}/)+")


def cleaned(source: str) -> str:
    """Return *source* as a path in the repository, as far as that can be told: ``src/cart.ts``."""
    path = _LOADER.sub("", source)
    if _WEBPACK.match(path):
        path = _WEBPACK.sub("", path)
    elif "://" in path:
        path = _path_of(path)
    _, found, below = path.rpartition("node_modules/")
    # Where a package was installed tells nothing of it.
    return f"{found}{below}" if found else _UP.sub("", path) or source


def is_library(source: str) -> bool:
    """Tell whether *source* is a library's, by where it lies."""
    return _LIBRARY.search(_WEBPACK.sub("", source.replace("\\", "/"))) is not None


def absolute(source: str, script: str) -> str:
    """Return *source* as an address, for one that is relative seen from the *script*."""
    if "://" in source or source.startswith("/") or ":" in source.split("/", maxsplit=1)[0]:
        return source
    try:
        return urljoin(script, source) if "://" in script else source
    except ValueError:
        return source


def module_of(path: str) -> str:
    """Return what the file at *path* is called as a module: ``src/cart``."""
    return _MODULE_END.sub("", path)


def without_query(url: str) -> str:
    """Return *url* up to its query or fragment."""
    return url.partition("#")[0].partition("?")[0]


def is_script(url: str) -> bool:
    """Tell whether the file at *url* is called as scripts are; a page with a script in it is none."""
    return _SCRIPT.search(without_query(url)) is not None


def names_of(url: str) -> list[str]:
    """Return under which names the file at *url* may have been uploaded, the most exact first."""
    whole = url.partition("#")[0]
    names = [whole, without_query(whole)]
    if "://" in whole:
        below = whole.split("://", 1)[1]
        path = "/" + below.partition("/")[2]
        names += [f"~{path}", f"~{without_query(path)}"]
    elif whole.startswith("/"):
        names += [f"~{whole}", f"~{without_query(whole)}"]
    return list(dict.fromkeys(names))


def joined(base: str, reference: str) -> str:
    """Return where *reference* leads, seen from the file *base*, either of which may begin with ``~``."""
    try:
        if base.startswith("~/") and "://" not in reference and not reference.startswith("~/"):
            return f"~{urljoin(base[1:], reference)}"
        return reference if reference.startswith("~/") else urljoin(base, reference)
    except ValueError:
        return ""


def _path_of(url: str) -> str:
    try:
        return urlsplit(url).path.lstrip("/")
    except ValueError:
        return url
