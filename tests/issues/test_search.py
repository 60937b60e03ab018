"""The search bar's language: what it stands for, and back to text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.issues.queries import IssueFilters, SearchError, parse_search, render_search
from vedette.wire.sentry.event import LEVELS

TAGS = st.from_regex(r"[a-z][a-z._A-Z0-9-]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12).map(str.strip)


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("", IssueFilters()),
        ("is:all", IssueFilters(status="")),
        ("is:ignored is:unhandled", IssueFilters(status="ignored", is_unhandled=True)),
        ("assigned:grace level:ERROR", IssueFilters(assignee="grace", level="error")),
        ("release:2.0 env:staging user:7", IssueFilters(release="2.0", environment="staging", user="7")),
        (
            'TypeError checkout release:"2.0 beta"',
            IssueFilters(words="TypeError checkout", release="2.0 beta"),
        ),
        ("KeyError:foo https://example.org", IssueFilters(words="KeyError:foo https://example.org")),
        ("KeyError: 'x'", IssueFilters(words="KeyError: 'x'")),
        ('"level:error"', IssueFilters(words="level:error")),
        (
            'tag.browser.name:Firefox tag.Cart:"a b" tag.',
            IssueFilters(attributes=(("browser.name", "Firefox"), ("Cart", "a b")), words="tag."),
        ),
        ('"tag.a:b"', IssueFilters(words="tag.a:b")),
    ],
)
def test_text_stands_for_filters(text: str, filters: IssueFilters) -> None:
    assert parse_search(text) == filters


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("is:lost", "'is:lost' is none of", 0),
        ("a is:resolved is:ignored", "one state only", 14),
        ("level:loud", "'loud' is none of", 0),
        ("user:7 user:8", "there twice", 7),
        ("x level:", "Nothing follows 'level:'", 2),
        ('user:""', "Nothing follows 'user:'", 0),
        ('"open', "not closed", 0),
        ("x tag.browser:", "Nothing follows 'tag.browser:'", 2),
        ("relase:2", "did you mean 'release:'", 0),
        (" ".join("word" for _ in range(21)), "more than 20 words", 0),
    ],
)
def test_what_makes_no_sense_is_told_with_its_place(text: str, message: str, position: int) -> None:
    with pytest.raises(SearchError, match=message) as caught:
        parse_search(text)
    assert caught.value.position == position


@given(
    st.builds(
        IssueFilters,
        status=st.sampled_from(["", "unresolved", "resolved", "ignored"]),
        words=st.lists(TEXTS, max_size=4).map(lambda words: " ".join(" ".join(words).split())),
        service=TEXTS,
        environment=TEXTS,
        release=TEXTS,
        level=st.sampled_from(["", *LEVELS]),
        assignee=TEXTS,
        type=TEXTS,
        is_unhandled=st.booleans(),
        is_regressed=st.booleans(),
        user=TEXTS,
        first_release=TEXTS,
        attributes=st.lists(st.tuples(TAGS, TEXTS.filter(bool)), max_size=2).map(tuple),
    )
)
def test_filters_become_text_and_the_same_filters_again(filters: IssueFilters) -> None:
    assert parse_search(render_search(filters)) == filters
