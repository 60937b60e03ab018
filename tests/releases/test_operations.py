"""Releases as people and machines tell of them."""

from __future__ import annotations

import datetime as dt

import pytest

from vedette.changes.queries import list_changes
from vedette.releases import operations, queries
from vedette.releases.models import CommitRow, DeployRow, ReleaseSeenRow
from vedette.releases.operations import InvalidReleaseError, NoReleaseError
from vedette.releases.ordering import Orders
from vedette.releases.queries import (
    Commit,
    count_commits,
    find_deploy_before,
    find_last_arrival,
    find_newest,
    find_newest_version,
    find_previous_with_commits,
    find_releases,
    get_release,
    list_arrivals,
    list_commits,
    list_deploys,
    list_deploys_of,
    list_releases,
    list_services,
    list_suspects,
    order,
    previous_of,
    short,
)
from vedette.testing import FakeClock

pytestmark = pytest.mark.usefixtures("state")
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def seen(version: str, at: dt.datetime, *, service: str = "shop", environment: str = "production") -> int:
    """Let a release be seen."""
    from vedette.releases.models import ReleaseRow
    from vedette.store.paging import micros_of

    us = micros_of(at)
    row, _ = ReleaseRow.objects.using("vedette").get_or_create(
        service=service, version=version, defaults={"created_us": us, "first_us": us, "last_us": us}
    )
    ReleaseSeenRow.objects.using("vedette").create(
        release=row, environment=environment, first_us=us, last_us=us
    )
    return row.pk


def test_announcing_twice_tells_more_of_the_same_release() -> None:
    first = operations.announce("shop", "2.0", at=NOON, actor="grace")
    again = operations.announce("shop", "2.0", at=NOON + HOUR, url="https://example.org/2.0", ref="3f2a")

    assert (again.id, again.announced_at, again.url, again.ref) == (
        first.id,
        NOON,
        "https://example.org/2.0",
        "3f2a",
    )
    assert operations.announce("shop", "2.0", at=NOON).url == again.url
    told = list_changes("release", str(first.id))
    assert [(change.before, change.after, change.actor) for change in told] == [("", "announced", "grace")]


@pytest.mark.parametrize("version", ["", " 2.0", ".", "..", "2\n0", "v" * 251])
def test_what_is_no_version_is_refused(version: str) -> None:
    with pytest.raises(InvalidReleaseError):
        operations.announce("shop", version, at=NOON)
    assert list_releases().total == 0


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "example.org", "https://x " + "y" * 9, "https://" + "x" * 2000]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidReleaseError):
        operations.announce("shop", "2.0", at=NOON, url=url)


def test_finalizing_says_since_when_it_is_out() -> None:
    operations.announce("shop", "2.0", at=NOON)

    assert operations.finalize("shop", "2.0", at=NOON + HOUR).finalized_at == NOON + HOUR
    assert operations.finalize("shop", "2.0", at=NOON, released_at=NOON - HOUR).came_at == NOON - HOUR
    with pytest.raises(NoReleaseError, match=r"shop has no release 3\.0"):
        operations.finalize("shop", "3.0", at=NOON)


def test_an_archived_release_is_out_of_lists_until_it_is_restored() -> None:
    release = operations.announce("shop", "2.0", at=NOON)
    operations.announce("shop", "1.0", at=NOON - HOUR)

    def versions(is_archived: bool | None) -> list[str]:
        return [each.version for each in list_releases(is_archived=is_archived).releases]

    assert operations.archive("shop", "2.0", at=NOON, actor="grace").archived_at == NOON
    assert operations.archive("shop", "2.0", at=NOON + HOUR).archived_at == NOON
    assert (versions(False), versions(True), versions(None)) == (["1.0"], ["2.0"], ["2.0", "1.0"])
    assert find_newest_version("shop") == "2.0"
    assert operations.restore("shop", "2.0", at=NOON).archived_at is None
    operations.restore("shop", "2.0", at=NOON)
    assert versions(False) == ["2.0", "1.0"]
    told = list_changes("release", str(release.id))
    assert [(each.before, each.after) for each in told if each.after in {"archived", "restored"}] in (
        [("announced", "archived"), ("archived", "restored")],
        [("archived", "restored"), ("announced", "archived")],
    )
    for deed in (operations.archive, operations.restore):
        with pytest.raises(NoReleaseError):
            deed("shop", "9.9", at=NOON)


def test_a_list_may_be_of_named_releases_alone() -> None:
    for service, version in (("shop", "1.0"), ("shop", "2.0"), ("mail", "1.0"), ("mail", "2.0")):
        operations.announce(service, version, at=NOON)

    found = list_releases(among=[("shop", "1.0"), ("mail", "2.0"), ("mail", "9.9")])
    assert {(each.service, each.version) for each in found.releases} == {("shop", "1.0"), ("mail", "2.0")}
    assert list_releases(among=[]).total == 0


def test_commits_replace_those_before_and_keep_their_order() -> None:
    release = operations.announce("shop", "2.0", at=NOON)
    operations.set_commits("shop", "2.0", [Commit(sha="c0ffee")], at=NOON)
    commits = [
        Commit(sha=sha, message=f"Mend {sha}\n\nAt last.", files=("a.py",), at=NOON) for sha in ("bb", "aa")
    ]

    kept = operations.set_commits("shop", "2.0", [*commits, commits[0]], at=NOON)

    assert list_commits(release.id) == kept
    assert [(commit.sha, commit.title) for commit in kept] == [("bb", "Mend bb"), ("aa", "Mend aa")]
    assert count_commits([release.id]) == {release.id: 2}
    assert find_releases("2.0")[0].ref == "c0ffee"


def test_a_commit_leads_to_the_first_release_that_brought_it() -> None:
    for minute, version in enumerate(("2.0", "3.0")):
        at = NOON + dt.timedelta(minutes=minute)
        operations.announce("shop", version, at=at)
        operations.set_commits("shop", version, [Commit(sha="c0ffee12345")], at=at)
    assert queries.find_version_with_commit("shop", "C0FFEE1") == "2.0"
    assert queries.find_version_with_commit("shop", "decade1") == ""
    assert queries.find_version_with_commit("cart", "c0ffee1") == ""
    assert queries.find_newest_version("shop") == "3.0"
    assert queries.find_newest_version("cart") == ""


def test_of_very_many_commits_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "MOST_COMMITS", 3)
    release = operations.announce("shop", "2.0", at=NOON)
    operations.set_commits("shop", "2.0", [Commit(sha=f"{number:x}a") for number in range(9)], at=NOON)

    assert [commit.sha for commit in list_commits(release.id)] == ["0a", "1a", "2a"]
    with pytest.raises(InvalidReleaseError):
        operations.set_commits("shop", "2.0", [Commit(sha="not a hash")], at=NOON)


def test_a_deploy_says_where_a_release_went_and_when() -> None:
    release = operations.announce("shop", "2.0", at=NOON)
    deploy = operations.add_deploy(
        "shop",
        "2.0",
        environment="production",
        at=NOON + HOUR,
        started_at=NOON,
        name="blue",
        url="https://ci.example.org",
    )
    other = operations.add_deploy("shop", "2.0", environment="staging", at=NOON - HOUR)

    assert list_deploys_of([release.id]) == {release.id: [deploy, other]}
    assert list_deploys(start=NOON, end=NOON + 2 * HOUR) == [deploy]
    assert list_deploys(start=NOON - HOUR, end=NOON + 2 * HOUR, environment="staging") == [other]
    assert list_deploys(start=NOON - HOUR, end=NOON + 2 * HOUR, service="mail") == []
    assert find_deploy_before(NOON + 2 * HOUR, service="shop", environment="production") == deploy
    assert find_deploy_before(NOON, service="shop") == other
    assert find_deploy_before(NOON - 2 * HOUR, service="shop") is None


def test_a_deploy_that_makes_no_sense_is_refused() -> None:
    operations.announce("shop", "2.0", at=NOON)
    with pytest.raises(InvalidReleaseError, match="environment"):
        operations.add_deploy("shop", "2.0", environment=" ", at=NOON)
    with pytest.raises(InvalidReleaseError, match="before it was started"):
        operations.add_deploy("shop", "2.0", environment="production", at=NOON, started_at=NOON + HOUR)
    with pytest.raises(NoReleaseError):
        operations.add_deploy("shop", "3.0", environment="production", at=NOON)
    assert DeployRow.objects.using("vedette").count() == 0


def test_deleting_forgets_everything_of_it_but_that_it_was_deleted() -> None:
    release = operations.announce("shop", "2.0", at=NOON)
    operations.set_commits("shop", "2.0", [Commit(sha="aa")], at=NOON)
    operations.add_deploy("shop", "2.0", environment="production", at=NOON)
    operations.delete("shop", "2.0", at=NOON, actor="grace")

    assert get_release(release.id) is None
    assert CommitRow.objects.using("vedette").count() == DeployRow.objects.using("vedette").count() == 0
    assert list_changes("release", str(release.id))[0].after == "deleted"
    with pytest.raises(NoReleaseError):
        operations.delete("shop", "2.0", at=NOON)


def test_since_the_last_deploy_is_since_a_release_came_where_nobody_tells_of_deploys() -> None:
    assert find_last_arrival(before=NOON) is None
    seen("1.0", NOON)
    seen("1.1", NOON + HOUR)
    assert find_last_arrival(before=NOON + 9 * HOUR) == NOON + HOUR

    operations.add_deploy("shop", "1.1", environment="production", at=NOON + 2 * HOUR)
    assert find_last_arrival(before=NOON + 9 * HOUR) == NOON + 2 * HOUR
    assert find_last_arrival(before=NOON + 9 * HOUR, environment="staging") is None
    assert [each.version for each in list_arrivals(start=NOON, end=NOON + 2 * HOUR)] == ["1.1", "1.0"]
    assert list_arrivals(start=NOON, end=NOON + HOUR, service="mail", environment="production") == []


def test_the_release_before_is_of_those_of_which_there_are_records() -> None:
    seen("1.0", NOON)
    operations.announce("shop", "1.5", at=NOON)
    newest = seen("2.0", NOON + HOUR)
    seen("1.9", NOON, environment="staging")
    release = get_release(newest)
    assert release is not None

    before, in_production = previous_of(release), previous_of(release, environment="production")
    assert (before and before.version, in_production and in_production.version) == ("1.9", "1.0")
    first = find_releases("1.0")[0]
    assert previous_of(first) is None
    found = find_newest("shop")
    assert (found and found.version, find_newest("mail")) == ("2.0", None)
    assert list_services() == ["shop"]


def test_the_previous_release_with_commits_is_where_the_next_ones_begin() -> None:
    for version in ("1.0", "1.1", "1.2"):
        operations.announce("shop", version, at=NOON)
    assert find_previous_with_commits("shop", "1.2") is None

    operations.set_commits("shop", "1.0", [Commit(sha="aa")], at=NOON)
    operations.set_commits("shop", "1.2", [Commit(sha="cc")], at=NOON)
    found = [find_previous_with_commits("shop", version) for version in ("1.2", "1.0", "9.9")]
    assert [each and each.version for each in found] == ["1.0", None, "1.2"]


def test_lists_are_paged_by_key_and_filtered() -> None:
    for number in range(7):
        seen(f"1.{number}", NOON + number * HOUR, environment="production" if number % 2 else "staging")
    seen("1.0", NOON, service="mail")

    first = list_releases(service="shop", limit=4)
    rest = list_releases(service="shop", limit=4, after=first.next)
    assert [release.version for release in (*first.releases, *rest.releases)] == [
        f"1.{n}" for n in range(6, -1, -1)
    ]
    assert (first.total, rest.next) == (7, None)
    assert list_releases(environment="production", service="shop").total == 3
    assert [release.version for release in list_releases(words="1.6 1").releases] == ["1.6"]


def test_suspects_touched_a_file_of_the_frames() -> None:
    operations.announce("shop", "2.0", at=NOON)
    commits = [
        Commit(sha="cc", files=("README.md", "example/apps/tasks/views.py")),
        Commit(sha="bb", files=("apps/users/models.py", "models.py")),
        Commit(sha="aa", files=("apps/tasks/views.py",)),
    ]
    operations.set_commits("shop", "2.0", commits, at=NOON)

    found = list_suspects("shop", "2.0", paths=["apps/tasks/views.py", "/srv/app/tasks/models.py"])
    assert [(each.commit.sha, each.files) for each in found] == [
        ("cc", ("example/apps/tasks/views.py",)),
        ("aa", ("apps/tasks/views.py",)),
    ]
    on_windows = list_suspects("shop", "2.0", paths=["C:\\srv\\apps\\users\\models.py"])
    assert [each.files for each in on_windows] == [("apps/users/models.py",)]
    assert (
        list_suspects("shop", "2.0", paths=[])
        == list_suspects("mail", "2.0", paths=["apps/tasks/views.py"])
        == []
    )


def test_an_order_that_is_asked_often_is_read_seldom_but_knows_what_is_new() -> None:
    clock = FakeClock()
    orders = Orders(monotonic=clock.monotonic)
    seen("aaa", NOON + HOUR)
    seen("bbb", NOON)
    assert orders.is_newer("shop", "aaa", "bbb")

    seen("ccc", NOON + 2 * HOUR)
    assert orders.is_newer("shop", "ccc", "aaa")
    operations.finalize("shop", "bbb", at=NOON + 5 * HOUR)
    assert not orders.is_newer("shop", "bbb", "ccc")
    clock.advance(11)
    assert orders.is_newer("shop", "bbb", "ccc")
    assert order("shop").is_newer("bbb", "ccc")


def test_short_names_are_those_that_people_use() -> None:
    assert short("3f2a1bc9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5") == "3f2a1bc"
    assert short("shop@2.10.0") == "2.10.0"
    assert short("x" * 30) == "x" * 23 + "…"
    assert short("@") == "@"


def test_rows_say_what_they_are() -> None:
    from vedette.releases.models import ReleaseRow

    operations.announce("shop", "2.0", at=NOON)
    operations.set_commits("shop", "2.0", [Commit(sha="3f2a1bc9d0e1f2a3")], at=NOON)
    operations.add_deploy("shop", "2.0", environment="production", at=NOON)
    seen("1.0", NOON)

    assert str(ReleaseRow.objects.using("vedette").get(version="2.0")) == "shop 2.0"
    assert str(CommitRow.objects.using("vedette").get()) == "3f2a1bc9d0e1"
    assert str(DeployRow.objects.using("vedette").get()).startswith("production at ")
    assert str(ReleaseSeenRow.objects.using("vedette").get()) == "production"
