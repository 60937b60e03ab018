"""Stack traces that came as text, as frames."""

from __future__ import annotations

import re
from typing import Any

from vedette.wire.values import Mapping

MOST_FRAMES = 100
MOST_CHARS = 32 * 1024
_PYTHON = re.compile(
    r'^ {2}File "([^"\n]{1,500})", line (\d{1,9}), in ([^\n]{1,200})(?:\n {4}([^\n]{1,500}))?', re.M
)
_JAVA = re.compile(
    r"^\s{0,20}at ([\w$.<>/@-]{1,400})\.([\w$<>-]{1,200})\(([^:()\n]{1,200})(?::(\d{1,9}))?\)", re.M
)
_JAVASCRIPT = re.compile(
    r"^\s{0,20}at (?:(?:async )?([^\s()\n][^()\n]{0,200}) \()?([^()\n\s]{1,500}?):(\d{1,9}):(\d{1,9})\)?$",
    re.M,
)
_LIBRARIES = ("site-packages", "dist-packages", "node_modules", "/lib/python", "node:", "<frozen", "vendor/")
_PLATFORM = ("java.", "javax.", "jdk.", "sun.", "kotlin.", "scala.", "org.springframework.", "org.apache.")


def frames_of(text: str) -> list[Mapping]:
    """Return the frames in *text*, the call that raised last, as Sentry orders them; empty where it is of no known form."""
    text = text[-MOST_CHARS:]
    if matches := _PYTHON.findall(text):
        return [_python(*match) for match in matches[-MOST_FRAMES:]]
    if matches := _JAVA.findall(text):
        return [_java(*match) for match in reversed(matches[:MOST_FRAMES])]
    return [_javascript(*match) for match in reversed(_JAVASCRIPT.findall(text)[:MOST_FRAMES])]


def _frame(**fields: Any) -> Mapping:
    return {key: value for key, value in fields.items() if value not in {"", None}}


def _python(path: str, line: str, function: str, source: str) -> Mapping:
    name = path.rsplit("site-packages/", 1)[-1].rsplit("/", 2)
    return _frame(
        filename="/".join(name[-2:]) if path.startswith("/") else path,
        abs_path=path,
        function=function,
        lineno=int(line),
        context_line=source,
        in_app=_is_in_app(path),
    )


def _java(owner: str, function: str, filename: str, line: str) -> Mapping:
    owner = owner.rsplit("/", 1)[-1]
    return _frame(
        module=owner,
        function=function,
        filename=filename,
        lineno=int(line) if line else None,
        in_app=not owner.startswith(_PLATFORM),
    )


def _javascript(function: str, path: str, line: str, column: str) -> Mapping:
    return _frame(
        filename=path, function=function, lineno=int(line), colno=int(column), in_app=_is_in_app(path)
    )


def _is_in_app(path: str) -> bool:
    return not any(part in path for part in _LIBRARIES)
