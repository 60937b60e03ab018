"""Rules as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.issues.grouping.rule_text import UnableToParse, parse
from vedette.issues.grouping.rules import Matcher


def test_a_line_is_conditions_an_arrow_and_a_fingerprint() -> None:
    (rule,) = parse(
        'type:Error !value:"a \\"b\\" *" tags.x:1 -> one, "two, three" {{ default }}four title="A \\"B\\""'
    )

    assert rule.matchers == (
        Matcher("type", "Error"),
        Matcher("value", 'a "b" *', is_negated=True),
        Matcher("tags.x", "1"),
    )
    assert rule.fingerprint == ("one", "two, three", "{{ default }}", "four")
    assert rule.title == 'A "B"'


def test_comments_and_empty_lines_are_no_rules() -> None:
    assert parse("# why\n\n   \ntype:a -> b\n  # more") == parse("type:a -> b")


def test_names_of_discover_are_understood() -> None:
    (rule,) = parse('error.type:a stack.abs_path:b "tags.c:d":e in_app:yes -> f')

    assert [matcher.key for matcher in rule.matchers] == ["type", "path", "tags.c:d", "app"]


FAULTS = {
    "type:a": "line 1: there is no `->` between the conditions and the fingerprint",
    "type:a ->": "line 1: there is no fingerprint after `->`",
    'type:a -> title="b"': "line 1: there is no fingerprint after `->`",
    "-> a": "line 1: there is no condition before `->`",
    "a b -> c": "line 1: `a` is no condition; one looks like `type:ValueError`",
    "# x\n\ntyp:a -> b": "line 3: nothing is called `typ`; did you mean `type`?",
    "colour:a -> b": "line 1: nothing is called `colour`; there are type, value, message, logger, level, module, path, "
    "package, function, app, family, sdk, release and tags.<name>",
    "tags.:a -> b": "line 1: nothing is called `tags.`; there are type, value, message, logger, level, module, path, "
    "package, function, app, family, sdk, release and tags.<name>",
    'type:"a -> b': "line 1: `type:` has nothing to match, or a quotation mark without its second",
    "app:maybe -> b": "line 1: `app:` takes yes or no, not `maybe`",
    'type:a -> b colour="red"': "line 1: a rule has no `colour`, only a title",
    'type:a -> "b': 'line 1: `"b` cannot be read as a part of a fingerprint',
    "type:a -> {b": "line 1: `{b` cannot be read as a part of a fingerprint",
}


@pytest.mark.parametrize(("text", "message"), FAULTS.items(), ids=FAULTS)
def test_what_is_wrong_with_a_line_is_said(text: str, message: str) -> None:
    with pytest.raises(UnableToParse) as caught:
        parse(text)

    assert str(caught.value) == message
    assert message == f"line {caught.value.line}: {caught.value.reason}"


@given(st.text(alphabet='ab:!"\\->{} ,=#\n.*[]', max_size=40) | st.text(max_size=40))
def test_any_text_is_rules_or_refused(text: str) -> None:
    try:
        rules = parse(text)
    except UnableToParse:
        return
    assert all(rule.matchers and rule.fingerprint for rule in rules)
