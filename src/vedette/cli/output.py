"""Where a command's answer goes: text for people, JSON for programs."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from vedette.cli import table
from vedette.cli.table import Column

# Of what JSON leaves as it is: a terminal acts on it, or turns the direction of writing.
_CONTROL = re.compile(r"[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36", "alarm": "1;31"}


class Stream(Protocol):
    """What is written to."""

    def write(self, text: str, /) -> object:
        """Write *text*."""
        ...

    def flush(self) -> object:
        """Pass on what was written."""
        ...

    def isatty(self) -> bool:
        """Tell whether a person is reading."""
        ...


@dataclass(slots=True)
class Output:
    """A command's output; `is_json` says for whom.

    `width` is None where lines may be of any length: where nobody looks at a screen.
    """

    stream: Stream
    is_json: bool = False
    is_coloured: bool = False
    width: int | None = None
    zone: dt.tzinfo = dt.UTC
    encoding: str = "utf-8"
    _lines: int = field(default=0, init=False)

    @staticmethod
    def to(
        stream: Stream,
        *,
        is_json: bool = False,
        zone: dt.tzinfo = dt.UTC,
        environ: Mapping[str, str] | None = None,
    ) -> Output:
        """Return an output to *stream*, as fits who reads it there (https://no-color.org)."""
        environ = os.environ if environ is None else environ
        is_terminal = stream.isatty()
        return Output(
            stream,
            is_json=is_json,
            is_coloured=is_terminal and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb",
            width=shutil.get_terminal_size().columns if is_terminal else None,
            zone=zone,
            encoding=getattr(stream, "encoding", None) or "utf-8",
        )

    def line(self, text: str = "") -> None:
        """Write a line; what the stream's encoding lacks is escaped."""
        try:
            text.encode(self.encoding)
        except UnicodeEncodeError:
            text = text.encode(self.encoding, "backslashreplace").decode(self.encoding)
        self.stream.write(f"{text}\n")

    def styled(self, text: str, style: str) -> str:
        """Return *text* in a style, where colours are wanted."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.is_coloured and text else text

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """Write a table with its titles."""
        for number, text in enumerate(table.render(columns, rows, width=self.width)):
            self.line(self.styled(text, "bold") if number == 0 else text)

    def document(self, value: object) -> None:
        """Write *value* as one line of JSON."""
        text = json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))
        self.line(_CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text))

    def flush(self) -> None:
        """Pass on what was written, so that a reader sees it now."""
        self.stream.flush()

    def time(self, time: dt.datetime) -> str:
        """Return *time* in the reader's zone, to the millisecond."""
        return time.astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def plain(value: object) -> Any:
    """Return *value* as JSON has it: times in ISO 8601, UTC; what is no number is null; unknown objects are their text."""
    if value is None or isinstance(value, bool | str):
        return _encodable(value) if isinstance(value, str) else value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int):
        # Past this, JavaScript and others would read another number.
        return value if abs(value) <= 1 << 53 else str(value)
    if isinstance(value, dt.datetime):
        return (
            value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z") if value.tzinfo else value.isoformat()
        )
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return {_encodable(str(key)): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            each.name: plain(getattr(value, each.name))
            for each in dataclasses.fields(value)
            if each.name != "queries"
        }
    return _encodable(value.hex() if isinstance(value, bytes) else str(value))


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
