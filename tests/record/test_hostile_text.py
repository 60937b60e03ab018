"""Text that is written so that looking through it takes long."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
from collections.abc import Callable

import pytest

from vedette.record import redaction
from vedette.record.redaction import LONGEST, redacted, redacted_source, redacted_sql, redacted_traceback

MOST_CPU_S = 10
"""What is looked through once takes a fraction of a second for each; what is looked through from each of its places, minutes."""
PIECES = {
    "a chain of names": ("", "token:", ""),
    "a chain of short names": ("", "pin:", ""),
    "stars in place of a secret": ("token=", "*", "a"),
    "dashes": ("", "-", "a"),
    "dashes and names": ("", "--pass", "a"),
    "beginnings of web tokens": ("", "eyJa-", ""),
    "quotes that nothing closes": ("token='", "\\'", ""),
    "addresses without an end": ("", "a@a.", ""),
    "digits in groups": ("", "1 ", "a"),
    "elements that nothing closes": ("", "<token >a", "</"),
    "keys that nothing ends": ("", "-----BEGIN PRIVATE KEY-----", ""),
    "percent signs": ("", "%41", ""),
    "parts of a form that nothing ends": ("", "form-data; name=token\n\n", ""),
    "heads of parts without a body": ("", "form-data; name=a\n", ""),
    "pairs that nothing closes": ("", "('token', '", ""),
    "lists that nothing closes": ("", "token=['a", ""),
    "addresses that are signed": ("", "?sig=a", ""),
    "log-ins without a password": ("", " curl -u ", ""),
    "hashes without an end": ("", "argon2$", ""),
}


@pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES)
def test_no_text_takes_longer_than_its_length_allows(piece: tuple[str, str, str]) -> None:
    before, repeated, after = piece
    text = before + (repeated * LONGEST)[: LONGEST - len(before) - len(after)] + after

    assert _ends_within(MOST_CPU_S, lambda: _look_through(text))


def _look_through(text: str) -> None:
    redaction.forget()
    for look in (redacted, redacted_source, redacted_sql, redacted_traceback):
        look(text)


def _ends_within(cpu_s: int, work: Callable[[], None]) -> bool:
    """Do *work* in a child that may use so much of the processor, however busy the machine is; tell whether it ended."""
    child = os.fork()
    if not child:
        with contextlib.suppress(BaseException):
            resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
            signal.signal(signal.SIGXCPU, signal.SIG_DFL)
            work()
            os._exit(0)
        os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
