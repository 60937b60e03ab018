"""The logs: search, facets, patterns, live tail, and one record opened."""

from __future__ import annotations

import datetime as dt
import html
import re
import subprocess

import pytest
from django.test import Client

from tests.web.conftest import NOW
from vedette.record.signals import Log
from vedette.testing import Recorded

LIST = "/vedette/cards/logs/list"
TAIL = "/vedette/cards/logs/tail"


def _get(browser: Client, address: str, **params: str) -> str:
    response = browser.get(address, {"range": "2h", **params})
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def _lines(text: str) -> int:
    return text.count("data-row")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 2),
        ("broke", 1),
        ("level:error", 1),
        ("logger:apps", 1),
        ("status_code:500", 1),
        ("-created", 1),
        ("request:the-one", 1),
        ('"nothing like it"', 0),
    ],
)
def test_a_query_narrows_the_list(browser: Client, traffic: Recorded, query: str, count: int) -> None:
    assert _lines(_get(browser, LIST, q=query)) == count


def test_the_newest_line_comes_first(browser: Client, traffic: Recorded) -> None:
    text = _get(browser, LIST)
    assert text.index("Internal Server Error") < text.index("Task created")


def test_pages_follow_each_other_by_key(
    browser: Client, traffic: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vedette.web.logs.ON_A_PAGE", 1)
    first = _get(browser, LIST)
    older = re.search(r'href="[^"]*older=([^"&]*)"', first)
    assert older
    second = _get(browser, LIST, older=older[1].replace("%7E", "~"))
    assert "Task created" in second
    assert "That is all in this time" in second


def test_the_facets_count_and_narrow(browser: Client, traffic: Recorded) -> None:
    text = _get(browser, "/vedette/cards/logs/facets")
    assert "?range=2h&q=level%3A%3Derror" in text
    assert "?range=2h&q=logger%3Aapps.tasks" in text
    assert "status_code%3A500" in text


def test_a_facet_that_is_on_turns_itself_off(browser: Client, traffic: Recorded) -> None:
    text = _get(browser, "/vedette/cards/logs/facets", q="level:=error broke")
    assert 'href="/vedette/logs/?range=2h&q=broke" aria-current="true"' in text


def test_the_histogram_counts_by_level(browser: Client, traffic: Recorded) -> None:
    text = _get(browser, "/vedette/cards/logs/histogram")
    assert '"name":"Error"' in text
    assert '"name":"Info"' in text


def test_patterns_group_lines(browser: Client, traffic: Recorded) -> None:
    text = _get(browser, "/vedette/cards/logs/patterns")
    assert "Task created" in text
    assert "Over time" in text


def test_a_record_opens_with_its_neighbours(browser: Client, traffic: Recorded) -> None:
    found = re.search(r"/vedette/logs/(\d+-[0-9a-f]+)/", _get(browser, LIST, q="broke"))
    assert found
    text = html.unescape(browser.get(f"/vedette/logs/{found[1]}/").content.decode())
    assert "TypeError: it broke" in text
    assert "In the same request" in text
    assert "Around it, in the same process" in text
    assert "Task created" in text
    assert "/vedette/requests/0123456789abcdef0123456789abcdef/?" in text


@pytest.mark.parametrize("id", ["1-abc", "nonsense", "99999999999999999999999-x", "-"])
def test_a_record_that_is_not_there(browser: Client, traffic: Recorded, id: str) -> None:
    assert browser.get(f"/vedette/logs/{id}/").status_code == 404


def test_a_query_that_makes_no_sense_is_a_form_error(browser: Client, empty: Recorded) -> None:
    page = browser.get("/vedette/logs/", {"q": "level:loud"})
    assert page.status_code == 400
    assert 'value="level:loud"' in page.content.decode()
    assert browser.get(LIST, {"q": 'an "open quote'}).status_code == 400


def test_an_empty_list_teaches(browser: Client, empty: Recorded) -> None:
    assert "vedette.logging_config" in _get(browser, LIST)


def test_the_tail_brings_each_line_once(browser: Client, traffic: Recorded) -> None:
    first = _get(browser, TAIL, live="1")
    assert _lines(first) == 2
    after = re.search(r"after=([^\"&]*)", first)
    assert after
    empty_handed = _get(browser, TAIL, live="1", after=after[1].replace("%7E", "~"))
    assert _lines(empty_handed) == 0
    assert 'hx-trigger="every 2s"' in empty_handed


def test_the_tail_begins_where_it_ended(browser: Client, empty: Recorded) -> None:
    for number in range(3):
        empty.recorder.record(
            Log(time=NOW - dt.timedelta(seconds=30 - number), logger="a", message=f"line {number}")
        )
    start = int((NOW - dt.timedelta(seconds=29)).timestamp() * 1_000_000)
    text = _get(browser, TAIL, live="1", after=f"t{start}~1")
    assert "line 2" in text
    assert "line 1" not in text


@pytest.mark.parametrize(
    ("params", "command"),
    [
        ({"range": "90m"}, "python manage.py vedette logs --since 90m"),
        (
            {"range": "2d", "q": "level:error -noise"},
            "python manage.py vedette logs --since 2d -- 'level:error -noise'",
        ),
        ({"live": "1"}, "python manage.py vedette logs --follow"),
        (
            {"from": "2026-01-01T10:00Z", "to": "2026-01-01T11:00Z"},
            "python manage.py vedette logs --since 2026-01-01T10:00:00Z --until 2026-01-01T11:00:00Z",
        ),
    ],
)
def test_the_page_can_be_copied_as_a_command(
    browser: Client, empty: Recorded, params: dict[str, str], command: str
) -> None:
    text = html.unescape(browser.get("/vedette/logs/", params).content.decode())
    assert f'data-copy="{command}"' in text


def test_no_control_character_is_in_a_command_that_is_pasted(browser: Client, empty: Recorded) -> None:
    query = "it's\x03\n\\ rm \x1b[201~"
    text = browser.get("/vedette/logs/", {"q": query}).content.decode()
    (command,) = set(re.findall(r'data-copy="([^"]*)"', text))
    assert not re.search(r"[\x00-\x1f\x7f]", command)
    printed = subprocess.run(
        ["bash", "-c", html.unescape(command).replace("python", "printf %s,", 1)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed.endswith(f"--,{query},")


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("", "level:"),
        ("log", "logger:"),
        ("-log", "-logger:"),
        ("level:e", "level:error"),
        ("logger:dj", "logger:django.request"),
        ("status_code:5", "status_code:500"),
        ("attributes.sta", "attributes.status_code:"),
        ("request:the", "request:the-one"),
        ("attributes.spelled out:a", '"spelled out":"a \\"quoted\\" value"'),
    ],
)
def test_the_query_bar_completes(browser: Client, traffic: Recorded, word: str, text: str) -> None:
    answer = browser.get("/vedette/complete/logs", {"range": "2h", "word": word})
    assert text in [choice["text"] for choice in answer.json()["choices"]]
