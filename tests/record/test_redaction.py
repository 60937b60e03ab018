"""Secrets are taken out of text by their looks; what only resembles one stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.record.redaction import is_clean_source, redacted, redacted_source


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("password=hunter2", "password=[Filtered]"),
        ("GET /x?q=1&token=abc HTTP", "GET /x?q=1&token=[Filtered] HTTP"),
        ("<WSGIRequest: GET '/orders/?token=abc'>", "<WSGIRequest: GET '/orders/?token=[Filtered]'>"),
        ("{'password': 'hunter2', 'a': 1}", "{'password': '[Filtered]', 'a': 1}"),
        ('{"password":"hunter2","b":2}', '{"password":"[Filtered]","b":2}'),
        (r"{\"password\":\"hunter2\",\"b\":2}", r"{\"password\":\"[Filtered]\",\"b\":2}"),
        ("password: hunter2 for Bo", "password: [Filtered] for Bo"),
        ("token: password=hunter2", "token: password=[Filtered]"),
        ("API-Key: abc", "API-Key: [Filtered]"),
        ("csrf_token: abcdefghijklmnopqrst", "csrf_token: [Filtered]"),
        ("auth=xyz", "auth=[Filtered]"),
        ("Authorization: Bearer s3cr3t", "Authorization: [Filtered]"),
        ("sent bearer abcdef on", "sent bearer [Filtered] on"),
        ("Basic dXNlcjpwYXNzd29yZA==", "Basic [Filtered]"),
        ("Cookie: sessionid=abc; theme=dark", "Cookie: [Filtered]"),
        ("card 4111 1111 1111 1111 declined", "card [Filtered] declined"),
        ("'4111111111111111'", "'[Filtered]'"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF", "[Filtered]"),
        ("http://bo:pw@host/x", "http://bo:[Filtered]@host/x"),
        ("key sk_live_0123456789abcdef0123", "key [Filtered]"),
        ("AKIAIOSFODNN7EXAMPLE was used", "[Filtered] was used"),
        ("-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----", "[Filtered]"),
        ("UPDATE u SET password = 'x' WHERE id = 1", "UPDATE u SET password = '[Filtered]' WHERE id = 1"),
        (
            "INSERT INTO u (name, password) VALUES ('bo', 'hunter2')",
            "INSERT INTO u (name, password) VALUES ('[Filtered]', '[Filtered]')",
        ),
        ("İ password=hunter2", "İ password=[Filtered]"),
        ("Password=Hunter2&PASSWORD=x9", "Password=[Filtered]&PASSWORD=[Filtered]"),
    ],
)
def test_a_secret_is_taken_out_and_what_is_around_it_stays(text: str, clean: str) -> None:
    assert redacted(text, keep_pii=True) == clean


@pytest.mark.parametrize(
    "text",
    [
        "Unexpected token: punc (x)",
        "Missing bearer token",
        "basic authentication",
        "KeyError: 'token'",
        "password is wrong: try again",
        "Session expired: log in again",
        "thread 139770553904000",
        "compass=north",
        "spin: x",
        "author=Bo Andersson",
        "12:34:56",
        "std::vector<a::b>",
        "Chrome/130.0.0.0 Safari/537.36",
        "Core.Lib, Version=4.0.0.0, Culture=neutral",
        "/go/pkg/mod/github.com/sourcegraph/conc@v0.3.0/waitgroup.go",
        "connection to 10.0.0.5:5432 refused",
        "listening on 127.0.0.1",
        'SELECT "u"."password", "u"."last_login" FROM "u" WHERE "u"."name" = %s',
        "UPDATE u SET password=%s WHERE id=1",
        "password = None",
        "secret: [Filtered]",
        "task-management-and-other-long-names",
    ],
)
def test_what_only_resembles_a_secret_stays(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("bob@example.com said", "[Filtered] said"),
        ("?email=bob%40example.com", "?email=[Filtered]"),
        ("from 203.0.113.7: no", "from [Filtered]: no"),
        ("http://203.0.113.7/x", "http://[Filtered]/x"),
        ("by 2001:db8::1 today", "by [Filtered] today"),
    ],
)
def test_addresses_go_unless_they_were_asked_for(text: str, clean: str) -> None:
    assert redacted(text) == clean
    assert redacted(text, keep_pii=True) == text


@pytest.mark.parametrize(
    ("line", "clean"),
    [
        ('    secret_password = "hunter2"', '    secret_password = "[Filtered]"'),
        ('cart={"credit_card":"4111111111111111"}', 'cart={"credit_card":"[Filtered]"}'),
        (
            'def login(user, password: str = "x1", token=None):',
            'def login(user, password: str = "[Filtered]", token=None):',
        ),
        ("if token == 'abc':", "if token == '[Filtered]':"),
        ("    PIN = 1234", "    PIN = [Filtered]"),
        ('client.get("/x?token=abc&y=1")', 'client.get("/x?token=[Filtered]&y=1")'),
        ('os.environ["SECRET_KEY"] = "abc"', 'os.environ["SECRET_KEY"] = "[Filtered]"'),
        ('Client(HTTP_AUTHORIZATION="Bearer s3cr3t")', 'Client(HTTP_AUTHORIZATION="[Filtered]")'),
    ],
)
def test_a_literal_in_source_goes(line: str, clean: str) -> None:
    assert redacted_source(line) == clean
    assert not is_clean_source(f"x = 1\n{line}\ny = 2")


@pytest.mark.parametrize(
    "line",
    [
        'password = form.cleaned_data["password"]',
        "tokens = tokenize(text)",
        "from django.views.decorators.csrf import csrf_exempt",
        "def check(password: str, token: str | None = None) -> bool:",
        'token = "token"',
    ],
)
def test_code_that_names_a_secret_stays(line: str) -> None:
    assert redacted_source(line) == line
    assert is_clean_source(line)


def test_text_past_the_longest_is_cut() -> None:
    assert len(redacted("x" * 100_000)) == 64 * 1024


@given(st.text(max_size=200))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redacted(text)

    assert redacted(once) == once


@given(
    prefix=st.text(max_size=40),
    suffix=st.text(max_size=40),
    secret=st.from_regex(r"[A-Za-z0-9]{6,20}", fullmatch=True),
)
def test_a_password_goes_whatever_is_around_it(prefix: str, suffix: str, secret: str) -> None:
    marked = f"Q{secret}Z9"

    assert marked not in redacted(f"{prefix} password='{marked}' {suffix}")
