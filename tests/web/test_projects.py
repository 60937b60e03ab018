"""The projects' pages: who may send, what came of them, and what is done to keys."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Permission, User
from django.db import DatabaseError
from django.test import Client

from tests.web.conftest import NOW
from vedette.projects import operations
from vedette.projects.queries import Project, find_project, list_keys, list_projects
from vedette.record.signals import Error, Log, Metric, Request
from vedette.store.engines.embedded.store import EmbeddedStore
from vedette.store.query import StoreUnavailableError
from vedette.testing import Recorded
from vedette.web import projects
from vedette.web.snippets import snippets
from vedette.wire.sentry.dsn import Dsn

pytestmark = [pytest.mark.django_db(databases=["default", "vedette"]), pytest.mark.usefixtures("empty")]
FORM = "application/x-www-form-urlencoded"
LIST = "/vedette/projects/"


def text_of(response: Any) -> str:
    """Return what a person reads of a response: without tags, blanks as one."""
    text = (
        re.sub(r"<[^>]+>", " ", response.content.decode())
        .replace("&#x27;", "'")
        .replace("\N{NO-BREAK SPACE}", " ")
    )
    return " ".join(text.split())


def post(client: Client, address: str, fields: str = "", **extra: Any) -> Any:
    return client.post(address, fields, content_type=FORM, **extra)


@pytest.fixture
def shop() -> Project:
    """Give a project."""
    operations.add_project("shop", at=NOW - dt.timedelta(days=4))
    return list_projects()[0]


@pytest.fixture
def reader(client: Client) -> Client:
    """Give the client of somebody who may look and change nothing."""
    user = User.objects.create_user("ada", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_telemetry"))
    client.force_login(user)
    return client


def test_where_there_is_no_project_the_page_says_what_one_is(browser: Client) -> None:
    response = browser.get(LIST)
    assert response.status_code == 200
    assert "No other service sends here yet" in text_of(response)
    assert "cards/projects/list" not in response.content.decode()


def test_a_project_is_added_by_its_name_and_opened(browser: Client) -> None:
    response = post(browser, "/vedette/projects/add?range=1h", "service=+mail+")
    (project,) = list_projects()
    assert (response.status_code, response["Location"]) == (303, f"/vedette/projects/{project.id}/")
    assert (project.service, len(project.active_keys)) == ("mail", 1)
    text = text_of(browser.get(response["Location"]))
    assert "mail can send now" in text
    assert f"http://{project.keys[0].public}@testserver/vedette/{project.id}" in text


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "Give the service a name."),
        ("+++", "Give the service a name."),
        ("%00", "Give the service a name."),
        ("x" * 201, "A service's name has at most 200 characters."),
        ("two%0Alines", "A service's name has no line breaks"),
        ("a%E2%80%AEb", "characters that cannot be seen"),
    ],
)
def test_a_name_that_cannot_be_one_is_an_error_of_the_form(browser: Client, name: str, why: str) -> None:
    response = post(browser, "/vedette/projects/add?range=1h", f"service={name}")
    assert response.status_code == 400
    assert why in text_of(response)
    assert 'aria-invalid="true"' in response.content.decode()
    assert list_projects() == []


def test_what_was_typed_stays_in_the_form_and_is_escaped(browser: Client) -> None:
    response = post(browser, "/vedette/projects/add", "service=%3Cb%3E%0A")
    assert response.status_code == 303
    response = post(browser, "/vedette/projects/add", "service=%3Cb%3E")
    assert 'value="&lt;b&gt;"' in response.content.decode()
    assert "<b>" not in response.content.decode()


def test_a_service_that_has_a_project_is_not_given_another(browser: Client, shop: Project) -> None:
    response = post(browser, "/vedette/projects/add?range=7d", "service=shop")
    assert response.status_code == 400
    assert "shop has a project already." in text_of(response)
    assert f'href="/vedette/projects/{shop.id}/?range=7d"' in response.content.decode()
    assert len(list_projects()) == 1


def test_the_page_of_a_form_that_was_wrong_keeps_range_and_address(browser: Client, shop: Project) -> None:
    text = post(browser, "/vedette/projects/add?range=7d", "service=").content.decode()
    assert "/vedette/cards/projects/list?range=7d" in text
    assert 'href="/vedette/projects/?range=' in text


def test_another_key_is_made_beside_the_first(browser: Client, shop: Project) -> None:
    back = f"/vedette/projects/{shop.id}/%3Frange%3D7d"
    response = post(browser, f"/vedette/projects/{shop.id}/keys/make", f"next={back}")
    assert (response.status_code, response["Location"]) == (303, f"/vedette/projects/{shop.id}/?range=7d")
    assert len(list_keys("shop", is_active=True)) == 2
    assert "2 keys let in" in text_of(browser.get(response["Location"]))


def test_keys_are_not_made_without_end(browser: Client, shop: Project) -> None:
    for _ in range(operations.MOST_KEYS - 1):
        operations.make_key("shop", at=NOW)
    response = post(browser, f"/vedette/projects/{shop.id}/keys/make")
    assert response.status_code == 400
    assert "at most 20 keys" in text_of(response)


def test_replacing_switches_the_old_keys_off(browser: Client, shop: Project) -> None:
    response = post(browser, f"/vedette/projects/{shop.id}/keys/rotate")
    (new,) = list_keys("shop", is_active=True)
    assert new.public != shop.keys[0].public
    text = text_of(browser.get(response["Location"]))
    assert "A new key was made and the others are off" in text
    assert "1 switched off" in text


def test_a_key_is_switched_off_and_the_page_says_that_none_lets_in(browser: Client, shop: Project) -> None:
    response = post(browser, f"/vedette/projects/{shop.id}/keys/off", f"key={shop.keys[0].public}")
    assert list_keys("shop", is_active=True) == []
    text = text_of(browser.get(response["Location"]))
    assert "no key lets in" in text
    assert "How to send" not in text


def test_a_key_of_another_project_is_not_switched_off_here(browser: Client, shop: Project) -> None:
    other = operations.add_project("mail", at=NOW)
    for key, why in ((other.public, "no such key"), ("", "no such key"), ("'--", "no such key")):
        response = post(browser, f"/vedette/projects/{shop.id}/keys/off", f"key={key}")
        assert response.status_code == 400
        assert why in text_of(response)
    assert len(list_keys(is_active=True)) == 2


def test_a_key_that_is_off_already_is_said_to_be(browser: Client, shop: Project) -> None:
    operations.switch_off(shop.keys[0].public, at=NOW)
    response = post(browser, f"/vedette/projects/{shop.id}/keys/off", f"key={shop.keys[0].public}")
    assert response.status_code == 400
    assert "That key is off already. Nothing was changed." in text_of(response).replace(" .", ".")


@pytest.mark.parametrize("id", ["9", "0", str(2**63), "9" * 30])
def test_a_project_that_is_not_there_is_said_to_be_absent(browser: Client, shop: Project, id: str) -> None:
    missing = browser.get(f"/vedette/projects/{id}/")
    assert missing.status_code == 404
    assert 'href="/vedette/projects/">All projects' in missing.content.decode()
    for what in ("make", "rotate", "off"):
        assert post(browser, f"/vedette/projects/{id}/keys/{what}").status_code == 404
    assert len(list_keys()) == 1


def test_who_may_only_look_sees_keys_and_no_forms(reader: Client, shop: Project) -> None:
    page = reader.get(f"/vedette/projects/{shop.id}/")
    assert shop.keys[0].public in page.content.decode()
    assert "<form" not in page.content.decode().partition('<div class="cards">')[2]
    assert "vedette.manage_telemetry" in text_of(reader.get(LIST))


@pytest.mark.parametrize("what", ["add", "1/keys/make", "1/keys/rotate", "1/keys/off"])
def test_who_may_only_look_changes_nothing(reader: Client, shop: Project, what: str) -> None:
    response = post(reader, f"/vedette/projects/{what}", f"service=mail&key={shop.keys[0].public}")
    assert response.status_code == 403
    assert list_projects() == [shop]


def test_the_dsn_names_the_host_and_the_scheme_under_which_the_page_was_opened(
    browser: Client, shop: Project, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["watch.example.org"]
    page = browser.get(
        f"/vedette/projects/{shop.id}/", secure=True, headers={"host": "watch.example.org:8443"}
    )
    dsn = f"https://{shop.keys[0].public}@watch.example.org:8443/vedette/{shop.id}"
    assert f'data-copy="{dsn}"' in page.content.decode()
    assert Dsn.of(dsn).project == str(shop.id)


def test_a_host_that_the_site_does_not_know_gets_no_dsn(
    browser: Client, shop: Project, settings: Any
) -> None:
    response = browser.get(f"/vedette/projects/{shop.id}/", headers={"host": "evil.example"})
    assert response.status_code == 400


def test_the_way_that_the_link_names_is_open(browser: Client, shop: Project) -> None:
    for how, slug in (("go", "go"), ("cobol", "python"), ("", "python")):
        text = browser.get(f"/vedette/projects/{shop.id}/?how={how}").content.decode()
        assert re.findall(r'id="way-(\w+)" checked', text) == [slug]


def test_a_site_that_takes_nothing_says_so(browser: Client, shop: Project, settings: Any) -> None:
    from vedette.capture import recorder

    settings.VEDETTE = {**settings.VEDETTE, "INGEST": False}
    recorder.reset()
    try:
        for address in (LIST, f"/vedette/projects/{shop.id}/"):
            assert "Nothing is taken at the moment" in text_of(browser.get(address))
    finally:
        recorder.reset()


@pytest.fixture
def sent(empty: Recorded, shop: Project) -> Recorded:
    """Give a store in which two services have records of the last hour, and losses."""
    operations.add_project("mail", at=NOW)
    at = NOW - dt.timedelta(minutes=10)
    kept = [
        *(Error(time=at, service="shop", event_id=f"{number:032x}") for number in range(3)),
        Log(time=at + dt.timedelta(minutes=5), service="shop", message="a"),
        Request(time=at, service="shop", trace_id="1" * 32),
        Metric(time=at, service="shop", name="queue"),
        Log(time=NOW - dt.timedelta(days=2), service="mail", message="long ago"),
        Metric(
            time=at, service="shop", name="sentry.client_report", sum=7.0, count=1,
            attributes={"reason": "sample_rate", "category": "transaction"},
        ),
    ]  # fmt: skip
    for signal in kept:
        empty.recorder.record(signal)
    empty.recorder.drops.count("errors", "too_large", 2, service="shop")
    empty.recorder.drops.count("logs", "disk_full", 5)
    empty.recorder.flush()
    return empty


def card(client: Client, name: str, **params: Any) -> Any:
    return client.get(f"/vedette/cards/projects/{name}", {"range": "1h", **params})


def rows_of(response: Any) -> dict[str, list[str]]:
    """Return the cells of each row of a list by its first cell."""
    rows = re.findall(r"<tr(?: data-row)?>(.*?)</tr>", response.content.decode(), re.DOTALL)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in rows]
    plain = [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells if row]
    return {row[0]: row[1:] for row in plain}


def test_the_list_counts_records_and_losses_of_each_service(browser: Client, sent: Recorded) -> None:
    response = card(browser, "list")
    rows = rows_of(response)
    #                     records errors logs spans metrics other dropped
    assert rows["shop"][:7] == ["6", "3", "1", "0", "1", "1", "2"]
    assert rows["mail"][:7] == ["0", "0", "0", "0", "0", "0", "0"]
    assert rows["mail"][7:] == ["none in this time", "1 on"]
    assert "2 projects, 6 records in this time, 2 dropped" in text_of(response).replace(" ,", ",")


def test_counts_are_of_the_range_alone(browser: Client, sent: Recorded) -> None:
    assert rows_of(card(browser, "list", range="7d"))["mail"][:1] == ["1"]


def test_a_project_says_what_came_and_what_was_dropped_by_whom(
    browser: Client, sent: Recorded, shop: Project
) -> None:
    rows = rows_of(card(browser, f"{shop.id}/intake"))
    assert [rows[name][0] for name in ("Errors", "Logs", "Requests", "Metrics")] == ["3", "1", "1", "1"]
    assert rows["errors"] == ["too large", "here", "2"]
    assert rows["transaction"] == ["sample rate", "by its SDK", "7"]
    assert "disk_full" not in str(rows)


def test_records_are_doors_where_a_page_shows_them(browser: Client, sent: Recorded, shop: Project) -> None:
    text = card(browser, f"{shop.id}/intake").content.decode()
    assert "/vedette/logs/?range=1h&amp;q=service%3Ashop" in text
    assert "/vedette/requests/?range=1h&amp;service=shop" in text


def test_a_project_of_which_nothing_came_says_so(browser: Client, sent: Recorded) -> None:
    mail = next(project for project in list_projects() if project.service == "mail")
    assert "Nothing came in this time" in text_of(card(browser, f"{mail.id}/intake"))


def test_the_card_of_a_project_that_is_not_there_says_so(browser: Client, shop: Project) -> None:
    assert "There is no such project" in text_of(card(browser, f"{shop.id + 1}/intake"))


def test_a_store_that_cannot_answer_leaves_the_keys_on_the_page(
    browser: Client, shop: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StoreUnavailableError("it is away")

    monkeypatch.setattr(EmbeddedStore, "run", fail)
    assert card(browser, "list").status_code == 503
    assert shop.keys[0].public in browser.get(f"/vedette/projects/{shop.id}/").content.decode()


def test_a_state_database_that_is_away_is_said_to_be(
    browser: Client, shop: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> list[Project]:
        raise DatabaseError("it is locked")

    monkeypatch.setattr(projects, "list_projects", fail)
    monkeypatch.setattr(projects, "find_project", fail)
    for response in (browser.get(LIST), browser.get(f"/vedette/projects/{shop.id}/"), card(browser, "list")):
        assert response.status_code == 503
        assert "it is locked" in text_of(response)


@pytest.mark.parametrize("path", ["", "1/", "cards/list", "cards/1/intake"])
def test_a_page_asks_the_state_database_no_more_for_more_keys(
    browser: Client, shop: Project, django_assert_num_queries: Any, path: str
) -> None:
    for number in range(5):
        operations.add_project(f"service {number}", at=NOW)
        operations.make_key("shop", at=NOW)
    address = LIST + path.replace("1", str(shop.id))
    if path.startswith("cards/"):
        address = f"/vedette/cards/projects/{path.removeprefix('cards/').replace('1', str(shop.id))}"
    with django_assert_num_queries(2, using="vedette"):
        assert browser.get(address).status_code == 200


def test_every_way_to_send_names_the_key_and_the_place() -> None:
    dsn = Dsn.of("https://0123456789abcdef@example.org:8443/vedette/7")
    ways = list(snippets(dsn))
    assert len({way.slug for way in ways}) == 9
    for way in ways:
        assert "0123456789abcdef" in way.code
        assert "example.org:8443/vedette" in way.code


def test_the_way_of_python_is_python_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    import sentry_sdk

    seen: dict[str, Any] = {}
    monkeypatch.setattr(sentry_sdk, "init", lambda **options: seen.update(options))
    (way,) = (way for way in snippets(Dsn.of("https://abc@example.org/vedette/7")) if way.slug == "python")
    exec(compile(way.code, "snippet", "exec"), {})  # noqa: S102 - it is our own text that is tried
    assert seen == {"dsn": "https://abc@example.org/vedette/7", "traces_sample_rate": 0.1}


def test_the_way_of_curl_is_two_commands_that_a_shell_reads() -> None:
    (way,) = (way for way in snippets(Dsn.of("https://abc@example.org/vedette/7")) if way.slug == "curl")
    event, check = (shlex.split(command) for command in way.code.split("\n\n"))
    assert event[1] == "https://example.org/vedette/api/7/store/?sentry_key=abc"
    assert event[-1] == '{"message": "Hello from curl"}'
    assert urlsplit(check[1]).path == "/vedette/api/7/cron/nightly/"


def test_a_project_is_found_by_its_number(shop: Project) -> None:
    assert find_project(shop.id) == shop
    assert find_project(shop.id + 1) is None
