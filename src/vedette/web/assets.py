"""The pages' own scripts and styles, served by Vedette itself.

They need nothing of the site's static files: no collectstatic, no storage, no CDN.  They hold nothing secret, so that
they can be cached for ever under an address that carries their digest.  A wheel has them packed alone: whoever cannot
unpack them, which no browser is, is sent them unpacked.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers

DIRECTORY = Path(__file__).parent / "static" / "vedette"
LONGEST = 100
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}


def are_built() -> bool:
    """Tell whether the front end was built."""
    return _file_of("vedette.js").is_file()


def address_of(name: str) -> str:
    """Return the address of the asset *name*, which changes whenever its content does."""
    path = _file_of(name)
    version = _digest(path, path.stat().st_mtime_ns) if path.is_file() else "missing"
    return f"{reverse('vedette:asset', args=[name])}?v={version}"


def _file_of(name: str) -> Path:
    """Return where the asset *name* lies, packed where it is not there as it is."""
    plain = DIRECTORY / name
    return plain if plain.is_file() else plain.with_name(f"{name}.gz")


@functools.lru_cache(maxsize=64)
def _digest(path: Path, modified_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def asset(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with the asset *name*; raise `Http404` where there is none."""
    path = DIRECTORY / name
    # A name that the file system would not take is looked up no further: that would raise.
    if len(name) > LONGEST or path.parent != DIRECTORY or path.suffix not in TYPES:
        raise Http404("There is no such file.")
    packed = path.with_name(f"{name}.gz")
    is_packed = "gzip" in request.headers.get("Accept-Encoding", "") and packed.is_file()
    if not is_packed and not _file_of(name).is_file():
        raise Http404("There is no such file.")
    content = packed.read_bytes() if is_packed else _unpacked(_file_of(name))
    response = HttpResponse(content, content_type=TYPES[path.suffix])
    if is_packed:
        response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    # A chunk's name carries its digest, an entry's address does: neither ever changes under its address.
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _unpacked(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
