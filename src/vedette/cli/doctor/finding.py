"""What the doctor says of one thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, what was seen, and where it is not well, how to mend it."""

    subject: str
    state: State
    message: str
    fix: str = ""
