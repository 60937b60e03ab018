"""The language of the query bar."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as each_of
from hypothesis import strategies as st

from vedette.logs.language import parse, render
from vedette.logs.levels import LEVELS
from vedette.logs.queries import FIELDS, Filters, ParseError

TEXT = st.text(min_size=1, max_size=12).filter(lambda text: text.isprintable() or "\n" in text)
WORDS = st.lists(TEXT, max_size=3).map(tuple)
PAIRS = st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple)
MAYBE = st.one_of(st.just(""), TEXT)
LEVEL = st.sampled_from(list(LEVELS))
FILTERS = st.builds(
    Filters,
    words=WORDS,
    excluded_words=WORDS,
    logger=MAYBE,
    excluded_loggers=WORDS,
    attributes=PAIRS,
    excluded_attributes=PAIRS,
    template=MAYBE,
    request_id=MAYBE,
    trace_id=MAYBE,
    user_id=MAYBE,
    service=MAYBE,
    environment=MAYBE,
    release=MAYBE,
    host=MAYBE,
)
LEVELLED = st.one_of(
    FILTERS,
    st.builds(Filters, min_level=LEVEL, words=WORDS),
    st.builds(Filters, levels=st.lists(LEVEL, min_size=1, max_size=3).map(tuple), words=WORDS),
)


@each_of(LEVELLED)
def test_what_is_rendered_is_parsed_to_the_same(filters: Filters) -> None:
    assert parse(render(filters)) == filters


@each_of(st.text(alphabet='ab-:"\\ =,*level.user/\n', max_size=30))
def test_any_text_is_parsed_or_refused_with_a_place_in_it(text: str) -> None:
    try:
        filters = parse(text)
    except ParseError as error:
        assert 0 <= error.position < len(text)
        assert 0 < error.length <= len(text) - error.position
        return
    assert parse(render(filters)) == filters


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("", Filters()),
        ("  time   out ", Filters(words=("time", "out"))),
        ('"time out" -slow -"very slow"', Filters(words=("time out",), excluded_words=("slow", "very slow"))),
        ("level:error", Filters(min_level="ERROR")),
        ("level:=Error", Filters(levels=("ERROR",))),
        ("level:info,warn", Filters(levels=("INFO", "WARNING"))),
        (
            "logger:django -logger:django.request",
            Filters(logger="django", excluded_loggers=("django.request",)),
        ),
        ("user:7 request:abc trace:def", Filters(user_id="7", request_id="abc", trace_id="def")),
        (
            "env:production release:1.2 service:todo host:web-1",
            Filters(environment="production", release="1.2", service="todo", host="web-1"),
        ),
        (
            "plan:pro -plan:free retries:*",
            Filters(attributes=(("plan", "pro"), ("retries", "*")), excluded_attributes=(("plan", "free"),)),
        ),
        ("attributes.user:7", Filters(attributes=(("user", "7"),))),
        ('"a key":"a value"', Filters(attributes=(("a key", "a value"),))),
        ('key:"say \\"hi\\" \\\\"', Filters(attributes=(("key", 'say "hi" \\'),))),
        (
            "http://localhost/ 12:30:01 Error: ValueError:",
            Filters(words=("http://localhost/", "12:30:01", "Error:", "ValueError:")),
        ),
        ("code:a:b", Filters(attributes=(("code", "a:b"),))),
    ],
)
def test_a_text_means(text: str, filters: Filters) -> None:
    assert parse(text) == filters


@pytest.mark.parametrize(
    ("text", "message", "position", "length"),
    [
        ("error level:", "Nothing follows 'level:'", 6, 6),
        ("level:loud", "'loud' is no level", 0, 10),
        ("a level:error level:info", "'level:' is there twice", 14, 10),
        ("user:7 user:8", "'user:' is there twice", 7, 6),
        ('say "hello', "The quote is not closed", 4, 6),
        ('say ""', "There is nothing between the quotes", 4, 2),
        ("a - b", "Nothing follows '-'", 2, 1),
        ("-user:7", "'user:' cannot be excluded", 0, 7),
        ("-level:debug", "'level:' cannot be excluded", 0, 12),
        ('"key":', "Nothing follows", 0, 6),
        ("a " * 100 + "b", "There are more than 100 words", 200, 1),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(
    text: str, message: str, position: int, length: int
) -> None:
    with pytest.raises(ParseError) as caught:
        parse(text)

    assert caught.value.message.startswith(message)
    assert (caught.value.position, caught.value.length) == (position, length)
    assert str(caught.value).endswith(f"(at character {position + 1})")


def test_every_field_has_a_name_that_is_rendered() -> None:
    for name, column in FIELDS.items():
        if name not in {"level", "env"}:
            given: dict[str, Any] = {column: "x"}
            assert render(Filters(**given)) == f"{name}:x"
