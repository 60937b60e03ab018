"""Times as the server writes them, before a script puts the reader's zone on them."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace

import pytest
from django.template import Context

from vedette.web import tags

AT = dt.datetime(2026, 11, 5, 1, 2, 3, 4567, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("relative", "2 min ago"),
        ("clock", "01:02:03.004"),
        ("minute", "Nov 5, 01:02"),
        ("full", "Thu, Nov 5, 2026, 01:02:03.004 UTC"),
    ],
)
def test_a_time_is_written_as_the_script_writes_it(form: str, text: str) -> None:
    page = SimpleNamespace(now=AT + dt.timedelta(minutes=2))
    assert re.findall(">([^<]*)</time>", tags.when(Context({"page": page}), AT, form)) == [text]
