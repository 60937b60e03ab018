"""DSNs: where an SDK sends to, and as whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from vedette.wire.errors import MalformedError

_KEY = re.compile(r"[A-Za-z0-9_-]{1,100}\Z").match
_PROJECT = re.compile(r"[A-Za-z0-9_.-]{1,100}\Z").match


@dataclass(frozen=True, slots=True, kw_only=True)
class Dsn:
    """``{scheme}://{key}@{host}{path}/{project}``; *path* is ``""`` or begins with a slash and ends without one."""

    scheme: str
    key: str
    host: str
    path: str
    project: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.key}@{self.host}{self.path}/{self.project}"

    def url(self, endpoint: str) -> str:
        """Return where an SDK posts to, such as ``https://host/path/api/7/envelope/``."""
        return f"{self.scheme}://{self.host}{self.path}/api/{self.project}/{endpoint}/"

    @classmethod
    def of(cls, text: str) -> Dsn:
        """Return the DSN in *text*; raises `MalformedError`.

        The secret key of old DSNs is left out: nothing has used it since 2017.
        """
        try:
            parts = urlsplit(text.strip())
            key, host, port = parts.username or "", parts.hostname or "", parts.port
        except ValueError as error:
            raise MalformedError(f"this is not a DSN: {error}") from None
        path, _, project = parts.path.rstrip("/").rpartition("/")
        if parts.scheme not in {"http", "https"} or not host or not _KEY(key) or not _PROJECT(project):
            raise MalformedError("a DSN is http(s)://<key>@<host>/<project>")
        host = f"[{host}]" if ":" in host else host
        return cls(
            scheme=parts.scheme,
            key=key,
            host=host if port is None else f"{host}:{port}",
            path=path.rstrip("/"),
            project=project,
        )
