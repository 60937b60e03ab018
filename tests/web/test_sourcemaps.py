"""The source maps of a project on its page: what was uploaded, in true figures, and its removal by those who may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from tests.sourcemaps.made import Build, bundle_of, sha1
from tests.web.conftest import NOW
from tests.web.site import put
from vedette.projects.operations import add_project
from vedette.sourcemaps import operations
from vedette.sourcemaps.files import Files
from vedette.sourcemaps.models import BundleRow
from vedette.testing import Recorded

pytestmark = pytest.mark.django_db(databases=["default", "vedette"])


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Files]:
    """Give where uploads lie."""
    before, put.directory = put.directory, tmp_path
    yield Files(tmp_path, 64 << 20)
    put.directory = before


@pytest.fixture
def project(empty: Recorded) -> int:
    """Give the number of the project ``shop``."""
    return add_project("shop", at=NOW).project


def upload(files: Files, name: str, *, service: str = "shop", release: str = "", dist: str = "") -> int:
    """Upload a bundle, and return its number."""
    data = bundle_of(Build(name, '{"version": 3, "mappings": ""}')).zipped()
    files.keep_chunk(sha1(data), data)
    operations.assemble(
        files,
        sha1(data),
        chunks=[sha1(data)],
        services=[service],
        release=release,
        dist=dist,
        at=NOW,
        actor="token ci",
    )
    return int(BundleRow.objects.using("vedette").get(checksum=sha1(data)).id)


def card(browser: Client, project: int) -> str:
    """Return the card."""
    return browser.get(f"/vedette/cards/projects/{project}/sourcemaps").content.decode()


def test_a_project_without_uploads_says_how_to_upload(browser: Client, project: int) -> None:
    assert "sentry-cli sourcemaps upload" in card(browser, project)
    page = browser.get(f"/vedette/projects/{project}/").content.decode()
    assert f"/vedette/cards/projects/{project}/sourcemaps" in page


def test_what_was_uploaded_is_listed_and_summed_up(browser: Client, project: int, files: Files) -> None:
    upload(files, "one", release="<b>1.0</b>", dist="ios")
    upload(files, "two")
    upload(files, "three", service="other", release="9.9")
    shown = card(browser, project)
    assert "2 maps in 2 uploads" in re.sub(r"<[^>]+>", "", shown)
    assert "&lt;b&gt;1.0&lt;/b&gt;" in shown
    assert "<b>1.0" not in shown
    assert "Any release, by debug id" in shown
    assert "token ci" in shown
    assert "9.9" not in shown
    assert shown.count("not needed yet") == 2


def test_a_bundle_is_removed(browser: Client, project: int, files: Files) -> None:
    number = upload(files, "one")
    answer = post(browser, project, str(number))
    assert answer.status_code == 303
    assert not BundleRow.objects.using("vedette").exists()
    assert list(files.bundles_dir.iterdir()) == []


def post(client: Client, project: int, bundle: str) -> Any:
    """Ask to remove a bundle, as the page's form does."""
    client.get(f"/vedette/projects/{project}/")
    token = client.get(f"/vedette/projects/{project}/").content.decode()
    name = "csrfmiddlewaretoken"
    found = token.partition(f'name="{name}" value="')[2].partition('"')[0]
    return client.post(
        f"/vedette/projects/{project}/sourcemaps/remove",
        f"{name}={found}&bundle={bundle}",
        content_type="application/x-www-form-urlencoded",
    )


@pytest.mark.parametrize("number", ["", "x", "999", "-1", "9" * 40, "²"])
def test_what_is_no_bundle_of_the_project_is_refused(
    browser: Client, project: int, files: Files, number: str
) -> None:
    upload(files, "one")
    assert post(browser, project, number).status_code == 400
    assert BundleRow.objects.using("vedette").count() == 1


def test_the_bundle_of_another_project_is_not_removed(browser: Client, project: int, files: Files) -> None:
    number = upload(files, "one", service="other")
    assert post(browser, project, str(number)).status_code == 400
    assert post(browser, 999, str(number)).status_code == 404
    assert BundleRow.objects.using("vedette").count() == 1


def test_who_may_only_look_sees_no_way_to_remove(client: Client, project: int, files: Files) -> None:
    number = upload(files, "one")
    reader = User.objects.create_user("ada", password="secret", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_telemetry"))
    client.force_login(reader)
    shown = card(client, project)
    assert "token ci" in shown
    assert "Remove" not in shown
    assert post(client, project, str(number)).status_code == 403
    assert BundleRow.objects.using("vedette").count() == 1


def test_a_project_that_is_not_there_has_no_card(browser: Client, project: int) -> None:
    assert "There is no such project" in card(browser, 999)
