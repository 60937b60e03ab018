"""What `sentry-cli` 3.8 was seen to send, and what Sentry documents."""

from __future__ import annotations

import gzip

import pytest

from tests.api.conftest import ORG, Caller
from vedette.api import bodies
from vedette.projects.operations import open_project
from vedette.releases.queries import find_releases, list_commits
from vedette.tokens.queries import list_tokens

# `sentry-cli releases new 1.0`, `set-commits 1.0 --auto`, `finalize 1.0`, `deploys new -r 1.0 -e production -n blue -t 60`.
NEW = {"version": "1.0", "projects": ["shop"], "dateStarted": "2026-11-25T20:46:37.804424176Z"}
NEWEST = "ab4c5df41c52170bdd414f769ab961114af9f1e2"
COMMITS = {
    "commits": [
        {
            "patch_set": [{"path": "f3.py", "type": "A"}],
            "repository": "origin",
            "author_name": "Ada",
            "author_email": "ada@example.org",
            "timestamp": "2026-11-25T20:46:11Z",
            "message": "c3\n",
            "id": NEWEST,
        },
        {"repository": "origin", "message": "c2\n", "id": "d483342ec1e5b80d64466bba79bfbdebe4325942"},
    ]
}
FINALIZE = {"projects": ["shop"], "dateReleased": "2026-11-25T20:46:37.887151279Z"}
DEPLOY = {
    "environment": "production",
    "name": "blue",
    "url": "https://x/",
    "dateStarted": "2026-11-25T20:45:37.897660257Z",
    "dateFinished": "2026-11-25T20:46:37.897660257Z",
}


def test_the_usual_job_of_continuous_integration(api: Caller) -> None:
    created = api.post("releases/", NEW)
    assert api.get("repos/?cursor=") == []
    assert api.post("releases/", {"version": "1.0", "projects": ["shop"]}, status=208)["version"] == "1.0"
    assert api.get("releases/1.0/previous-with-commits/") == {}
    api.put("releases/1.0/", COMMITS)
    finalized = api.put("releases/1.0/", FINALIZE)
    deploy = api.post("releases/1.0/deploys/", DEPLOY)

    assert (created["dateReleased"], finalized["dateReleased"]) == (None, "2026-11-25T20:46:37.887151Z")
    assert finalized["projects"] == [{"id": created["id"], "slug": "shop", "name": "shop", "newGroups": 0}]
    assert (finalized["commitCount"], finalized["lastCommit"]["id"]) == (2, NEWEST)
    assert (deploy["name"], deploy["dateFinished"]) == ("blue", "2026-11-25T20:46:37.897660Z")
    (release,) = find_releases("1.0")
    newest, _ = list_commits(release.id)
    assert (newest.author, newest.files, newest.repository) == ("Ada", ("f3.py",), "origin")


def test_the_next_set_commits_begins_where_the_last_one_ended(api: Caller) -> None:
    api.post("releases/", {**NEW, "commits": COMMITS["commits"]})
    api.post("releases/", {**NEW, "version": "1.1"})

    previous = api.get("releases/1.1/previous-with-commits/")
    assert (previous["version"], previous["lastCommit"]["id"]) == ("1.0", NEWEST)


def test_a_release_is_shown_listed_and_forgotten(api: Caller) -> None:
    api.post("releases/", {**NEW, "projects": ["shop", "mail"], "url": "https://example.org", "ref": "main"})
    api.post("releases/", {**NEW, "version": "shop@2.0+b"})
    api.post("releases/1.0/deploys/", {**DEPLOY, "environment": "staging"})
    api.post(
        "releases/1.0/deploys/", {**DEPLOY, "projects": ["shop"], "dateFinished": "2026-11-25T21:00:00Z"}
    )

    shown = api.get("releases/1.0/")
    assert ([each["slug"] for each in shown["projects"]], shown["url"], shown["ref"]) == (
        ["mail", "shop"], "https://example.org", "main",
    )  # fmt: skip
    assert (shown["deployCount"], shown["lastDeploy"]["environment"]) == (3, "production")
    assert [deploy["environment"] for deploy in api.get("releases/1.0/deploys/")] == [
        "production",
        "staging",
        "staging",
    ]
    assert {release["version"] for release in api.get("releases/")} == {"1.0", "shop@2.0+b"}
    assert [release["version"] for release in api.get("releases/?query=shop@")] == ["shop@2.0+b"]
    assert [release["version"] for release in api.get("/api/0/projects/acme/mail/releases/")] == ["1.0"]
    assert api.get("releases/shop%402.0%2Bb/")["version"] == "shop@2.0+b"
    assert api.call("DELETE", "releases/1.0/").status_code == 204
    assert api.call("GET", "releases/1.0/").status_code == 404


def test_the_calls_of_one_project_are_the_same(api: Caller) -> None:
    own = "/api/0/projects/acme/shop/releases/"
    api.post(own, {"version": "1.0"})
    api.put(f"{own}1.0/", {**FINALIZE, **COMMITS, "ref": "main"})

    assert [commit["message"] for commit in api.get(f"{own}1.0/commits/")] == ["c3", "c2"]
    assert api.get(f"{own}1.0")["dateReleased"]


def test_refs_name_the_last_commit_of_each_repository(api: Caller) -> None:
    api.post("releases/", NEW)
    refs = [
        {"repository": "acme/shop", "commit": "3f2a1bc", "previousCommit": "aaaaaaa"},
        {"repository": "acme/lib", "commit": "aaaaaaa..bbbbbbb"},
    ]
    api.put("releases/1.0/", {"refs": refs})

    found = api.get("releases/1.0/commits/")
    assert [(each["repository"]["name"], each["id"]) for each in found] == [
        ("acme/shop", "3f2a1bc"), ("acme/lib", "bbbbbbb"),
    ]  # fmt: skip


def test_a_release_is_archived_and_restored(api: Caller) -> None:
    api.post("releases/", NEW)

    assert api.put("releases/1.0/", {"status": "archived", "projects": []})["status"] == "archived"
    assert api.get("releases/") == []
    assert [each["version"] for each in api.get("releases/?status=archived")] == ["1.0"]
    assert api.get("releases/1.0/")["status"] == "archived"
    again = {"version": "1.0", "projects": [], "status": "open"}
    assert api.post("releases/", again, status=208)["status"] == "open"
    assert [each["version"] for each in api.get("releases/")] == ["1.0"]
    assert api.get("releases/?status=archived") == []


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_status_that_is_none_is_refused(api: Caller, method: str) -> None:
    api.post("releases/", NEW)
    body = {"version": "1.0", "projects": ["shop"], "status": "gone"}
    refused = api.call(method, "releases/" if method == "POST" else "releases/1.0/", body)
    assert refused.status_code == 400
    assert b"open or archived" in refused.content


def test_a_project_is_named_by_service_number_or_slug(api: Caller, request: pytest.FixtureRequest) -> None:
    key = open_project("My Shop", at=list_tokens()[0].created_at)
    for number, project in enumerate(["My Shop", "my-shop", str(key.project), key.project]):
        api.post("releases/", {"version": f"1.{number}", "projects": [project]})

    assert {each.service for number in range(4) for each in find_releases(f"1.{number}")} == {"My Shop"}
    assert [project["slug"] for project in api.get("projects/?cursor=")] == ["My Shop"]


def test_who_one_is_and_what_there_is(api: Caller) -> None:
    assert api.get("/api/0/") == {"version": "0", "auth": {"scopes": ["project:releases"]}, "user": None}
    assert [each["slug"] for each in api.get("/api/0/organizations/?cursor=")] == ["vedette"]
    assert api.get("/vedette/api/0/organizations/acme/releases/") == []
    assert api.call("POST", "preprodartifacts/assemble/").status_code == 404


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Bearer nope", "Basic YTpi", "nope"])
def test_without_a_token_nothing_is_told(api: Caller, authorization: str) -> None:
    for path in ("/api/0/", "releases/", "releases/1.0/deploys/", "nope/"):
        refused = api.call("POST", path, NEW, Authorization=authorization)
        assert refused.status_code == 401
        assert refused["Content-Type"] == "application/json"
        assert b"detail" in refused.content
    assert find_releases("1.0") == []


def test_a_token_is_seen_to_be_used(api: Caller) -> None:
    api.get("/api/0/")

    assert list_tokens()[0].last_used_on is not None


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "detail"),
    [
        ("POST", "releases/", {"projects": ["shop"]}, 400, "needs a version"),
        ("POST", "releases/", {"version": "1.0"}, 400, "needs projects"),
        ("POST", "releases/", {"version": "a\nb", "projects": ["shop"]}, 400, "is no version"),
        (
            "POST",
            "releases/",
            {**NEW, "projects": ["x"] * 9 + [str(n) for n in range(20)]},
            400,
            "at most 20",
        ),
        ("POST", "releases/", {**NEW, "url": "javascript:1"}, 400, "not an http"),
        ("POST", "releases/", {**NEW, "dateReleased": "soon"}, 400, "cannot be read"),
        (
            "POST",
            "releases/",
            {**NEW, "dateReleased": "0001-01-01T00:00:00+10:00"},
            400,
            "beyond the calendar",
        ),
        ("POST", "releases/", {**NEW, "commits": [{"id": "not a hash"}]}, 400, "not the hash"),
        ("POST", "releases/", b"{", 400, "cannot be read"),
        ("POST", "releases/", b"\xff", 400, "cannot be read"),
        ("POST", "releases/", b"[" * 100_000, 400, "cannot be read"),
        ("POST", "releases/", None, 400, "cannot be read"),
        ("PUT", "releases/9.9/", FINALIZE, 404, "no release 9.9"),
        ("DELETE", "releases/9.9/", None, 404, "no release 9.9"),
        ("GET", "releases/9.9/commits/", None, 404, "no release 9.9"),
        ("POST", "releases/9.9/deploys/", DEPLOY, 404, "no release 9.9"),
        ("PATCH", "releases/", NEW, 405, "not answered"),
        ("GET", "releases/?" + "a&" * 1500, None, 400, "cannot be read"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(
    api: Caller, method: str, path: str, body: object, status: int, detail: str
) -> None:
    response = api.call(method, path, body)

    assert (response.status_code, response["Content-Type"]) == (status, "application/json")
    assert detail in response.content.decode()
    assert find_releases("1.0") == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "releases/a%00b/", None),
        ("DELETE", "releases/a%00b/", None),
        ("GET", "/api/0/projects/acme/sh%00op/releases/", None),
        ("PUT", "releases/v1/", {"projects": ["sh\0op"]}),
        ("POST", "releases/v1/deploys/", {"environment": "live", "projects": ["sh\0op"]}),
    ],
)
def test_what_no_database_holds_is_not_asked_for(api: Caller, method: str, path: str, body: object) -> None:
    assert api.call(method, path, body).status_code == 400


def test_a_body_has_a_limit_before_and_after_decompression(
    api: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "MOST_BYTES", 100_000)
    large = b'{"version": "' + b"x" * 200_000 + b'"}'

    assert api.call("POST", "releases/", large).status_code == 413
    bomb = api.call("POST", "releases/", gzip.compress(large), **{"Content-Encoding": "gzip"})
    assert bomb.status_code == 413


def test_a_state_that_is_away_asks_to_try_again(api: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    from vedette.api import access

    def away(secret: str) -> None:
        raise OperationalError("no such table")

    monkeypatch.setattr(access, "find_token", away)
    response = api.call("GET", "/api/0/")
    assert (response.status_code, response["Retry-After"]) == (503, "5")


def test_a_token_without_the_scope_and_a_site_that_is_not_set_up_are_told_apart(
    api: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vedette import conf
    from vedette.tokens.operations import make_token

    api.secret = make_token("reader", at=list_tokens()[0].created_at, scopes=["event:read"])
    assert api.call("GET", "/api/0/").status_code == 403

    def unset() -> None:
        raise conf.SettingsError("VEDETTE is not set.")

    monkeypatch.setattr(conf, "get", unset)
    assert api.call("GET", "/api/0/").status_code == 503


def test_a_body_that_ends_early_is_refused(api: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.test import RequestFactory

    from vedette import wiring
    from vedette.api.access import Parts
    from vedette.api.routes import patterns

    class Torn:
        def read(self, size: int = -1) -> bytes:
            raise OSError("the connection was reset")

    request = RequestFactory().generic(
        "POST", f"{ORG}releases/", b"", headers={"Authorization": f"Bearer {api.secret}"}
    )
    monkeypatch.setattr(request, "_stream", Torn())
    parts = Parts(
        now=lambda: list_tokens()[0].created_at,
        set_commits=lambda *given, **named: [],
        source_map_files=wiring.source_map_files,
    )
    found = [match for each in patterns(parts) if (match := each.resolve(f"{ORG}releases/".lstrip("/")))]
    response = found[0].func(request, **found[0].kwargs)
    assert (response.status_code, b"ended before its length" in response.content) == (400, True)


def test_a_fault_of_ours_is_no_page_of_the_site(
    api: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from vedette.api import access

    def broken(secret: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(access, "find_token", broken)
    response = api.call("GET", ORG)
    assert (response.status_code, response["Content-Type"]) == (500, "application/json")
    assert "ZeroDivisionError" in caplog.text
    assert api.secret not in caplog.text
