"""What is asked of issues and their events is what counting one by one gives."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.ground import NOON, Ground
from tests.issues.ground import DAY, an_error, ground_in
from tests.issues.grouping.events import error, own, raised
from tests.state import sqlite, state_database
from vedette.issues import listing, operations, queries
from vedette.issues.models import IssueRow
from vedette.issues.queries import Issue, IssueFigures, IssueFilters
from vedette.record.signals import Error, Event
from vedette.store import steps
from vedette.store.paging import Cursor, CursorError
from vedette.store.query import TimeRange

KINDS = tuple(f"Error{number}" for number in range(12))
ANY = IssueFilters(status="")
HALF = TimeRange(NOON - dt.timedelta(hours=3), NOON + dt.timedelta(hours=2))


def random_errors(count: int, *, seed: int) -> list[Error]:
    chance = random.Random(seed)
    found = []
    for number in range(count):
        kind = chance.choice(KINDS[: chance.randrange(1, len(KINDS) + 1)])
        event = raised(error(kind, f"no {number}", own(f"shop.{kind.lower()}", "run", "go()")))
        found.append(
            an_error(
                number,
                event=event,
                # Some at the same moment: what is paged through must not lean on times alone.
                time=NOON + dt.timedelta(seconds=chance.randrange(-20, 20) * 1800),
                service=chance.choice(["shop", "shop", "cart"]),
                environment=chance.choice(["production", "staging"]),
                release=chance.choice(["", "1.0", "2.0", "10.0"]),
                user_id=chance.choice(["", *(str(user) for user in range(9))]),
                host=chance.choice(["a", "b"]),
                trace_id=f"{chance.randrange(1, 40):032x}",
                attributes={"browser.name": "Firefox", **({"plan": "team"} if chance.random() < 0.5 else {})},
            )
        )
    return found


ERRORS = random_errors(600, seed=3)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Iterator[Ground]:
    """Give the errors as issues: some stored, some merged with others, in parts and journal alike."""
    directory = tmp_path_factory.mktemp("ground")
    with django_db_blocker.unblock(), state_database(sqlite(directory), path=directory / "state.sqlite3"):
        found = ground_in(directory)
        for start in range(0, len(ERRORS), 100):
            found.record(ERRORS[start : start + 100])
            found.drain_all()
        ids = {issue.title[:7]: issue.id for issue in all_issues(found) if issue.service == "shop"}
        operations.merge([ids["Error1:"]], into=ids["Error0:"], actor="grace", now=NOON)
        yield found
        found.recorder.journal.close()


def all_issues(ground: Ground) -> list[Issue]:
    page = queries.list_issues(ground.store, range=DAY, filters=ANY, limit=1000)
    assert page.next is None
    return [row.issue for row in page.rows]


def key_of(error: Error) -> tuple[str, str]:
    kind = "Error0" if error.service == "shop" and error.type == "Error1" else error.type
    return error.service, kind


def meets(error: Error, range: TimeRange = DAY, **wanted: str) -> bool:
    is_within = range.start <= error.time < range.end
    return is_within and all(getattr(error, name) == value for name, value in wanted.items())


def events_of(issue: Issue, range: TimeRange = DAY, **wanted: str) -> list[Error]:
    own_ones = [each for each in ERRORS if key_of(each) == (issue.service, issue.type)]
    return sorted(
        (each for each in own_ones if meets(each, range, **wanted)),
        key=lambda each: (each.time, each.event_id),
    )


def users_of(errors: list[Error]) -> int:
    return len({each.user_id for each in errors if each.user_id})


def counts_of(errors: list[Error], range: TimeRange, step_s: int) -> tuple[int, ...]:
    counted = Counter(steps.floor(each.time, step_s) for each in errors)
    return tuple(counted[start] for start in steps.starts(range, step_s))


WAYS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({}, {}),
    ({"environment": "staging"}, {"environment": "staging"}),
    ({"release": "2.0", "user": "7"}, {"release": "2.0", "user_id": "7"}),
    ({"service": "cart"}, {"service": "cart"}),
]


@pytest.mark.parametrize("range", [DAY, HALF])
@pytest.mark.parametrize(("filters", "wanted"), WAYS)
def test_figures_of_the_list_are_those_of_counting(
    ground: Ground, range: TimeRange, filters: dict[str, Any], wanted: dict[str, str]
) -> None:
    page = queries.list_issues(
        ground.store, range=range, filters=IssueFilters(status="", **filters), limit=100, points=24
    )
    expected = {key_of(each) for each in ERRORS if meets(each, range, **wanted)}
    assert {(row.issue.service, row.issue.type) for row in page.rows} == expected
    assert page.total == len(expected)
    for row in page.rows:
        own_ones = events_of(row.issue, range, **wanted)
        assert (row.events, row.users) == (len(own_ones), users_of(own_ones))
        assert row.last_at == own_ones[-1].time
        assert row.sparkline == counts_of(own_ones, range, row.step_s)


@pytest.mark.parametrize("sort", ["last", "first", "events", "users"])
def test_pages_hold_every_issue_once_in_order(ground: Ground, sort: Any) -> None:
    whole = queries.list_issues(ground.store, range=DAY, filters=ANY, sort=sort, limit=100)
    paged: list[IssueFigures] = []
    after: Cursor | None = None
    while True:
        page = queries.list_issues(ground.store, range=DAY, filters=ANY, sort=sort, limit=3, after=after)
        paged += page.rows
        if page.next is None:
            break
        after = Cursor.parse(str(page.next))
    assert paged == list(whole.rows)
    values: dict[str, Callable[[IssueFigures], Any]] = {
        "last": lambda row: row.last_at,
        "first": lambda row: row.issue.first_at,
        "events": lambda row: row.events,
        "users": lambda row: row.users,
    }
    value = values[sort]
    assert [value(row) for row in paged] == sorted((value(row) for row in paged), reverse=True)


def test_a_place_of_another_order_is_refused(ground: Ground) -> None:
    with pytest.raises(CursorError):
        queries.list_issues(ground.store, range=DAY, filters=ANY, sort="events", after=Cursor(NOON, 1))


def test_issues_are_chosen_by_what_they_are(ground: Ground) -> None:
    found = all_issues(ground)
    for filters, wanted in (
        (IssueFilters(status="", type="Error3"), lambda issue: issue.type == "Error3"),
        (IssueFilters(status="", words="error3 NO"), lambda issue: issue.type == "Error3"),
        (IssueFilters(status="", first_release="2.0"), lambda issue: issue.first_release == "2.0"),
        (IssueFilters(status="", level="fatal"), lambda issue: False),
        (IssueFilters(status="", assignee="none"), lambda issue: True),
        (IssueFilters(status="", is_unhandled=True), lambda issue: False),
        (IssueFilters(status="resolved"), lambda issue: False),
    ):
        rows = queries.list_issues(ground.store, range=DAY, filters=filters, limit=100).rows
        assert {row.issue.id for row in rows} == {issue.id for issue in found if wanted(issue)}


@pytest.mark.parametrize("status", ["", "resolved", "unresolved"])
def test_states_are_counted_whatever_state_is_asked_for(ground: Ground, status: str) -> None:
    expected = {key_of(each) for each in ERRORS if meets(each, HALF, environment="staging")}
    resolved = next(issue for issue in all_issues(ground) if (issue.service, issue.type) in expected)
    operations.resolve([resolved.id], actor="grace", now=NOON)
    try:
        asked = IssueFilters(status=status, environment="staging")
        page = queries.list_issues(ground.store, range=HALF, filters=asked, limit=100)
    finally:
        operations.unresolve([resolved.id], actor="grace", now=NOON)
    by_status = {"unresolved": len(expected) - 1, "resolved": 1}
    assert page.by_status == by_status
    assert page.total == len(page.rows) == by_status.get(status, len(expected))


def test_of_too_many_issues_the_latest_are_listed_with_all_of_their_events(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    latest = all_issues(ground)[:3]
    monkeypatch.setattr(listing, "MOST_CONSIDERED", 3)
    page = queries.list_issues(ground.store, range=DAY, filters=ANY)
    assert page.is_cut
    assert [row.issue for row in page.rows] == latest
    assert [row.events for row in page.rows] == [len(events_of(issue)) for issue in latest]


def test_the_new_issues_of_releases_are_counted_without_looking_at_all_others(ground: Ground) -> None:
    rows = IssueRow.objects.using("vedette").filter(service="shop", first_release__in=["1.0", "2.0"])
    assert "vedette_issue_first_release" in rows.values("first_release").explain()


def test_all_that_an_issue_says_of_its_events_is_so(ground: Ground) -> None:
    for issue in all_issues(ground):
        own_ones = events_of(issue)
        first, last = own_ones[0], own_ones[-1]
        assert issue.events == len(own_ones)
        assert (issue.first_at, issue.last_at) == (first.time, last.time)
        assert (issue.last_release, issue.last_event_id) == (last.release, last.event_id)
        assert sum(each.events for each in queries.list_hashes(issue.id)) == len(own_ones)


def test_the_series_of_an_issue_is_that_of_counting(ground: Ground) -> None:
    for issue in all_issues(ground):
        own_ones = events_of(issue, HALF)
        series = queries.get_figures(ground.store, issue, range=HALF, points=30)
        assert (series.events, series.users) == (len(own_ones), users_of(own_ones))
        assert series.counts == counts_of(own_ones, HALF, series.step_s)
        assert {release: sum(counts) for release, counts in series.by_release} == Counter(
            each.release for each in own_ones
        )


def test_tags_are_distributed_as_in_the_events(ground: Ground) -> None:
    issue = all_issues(ground)[0]
    own_ones = events_of(issue, HALF)
    tags = {tag.name: tag for tag in queries.list_tags(ground.store, issue, range=HALF)}
    readers: dict[str, Callable[[Error], str]] = {
        "environment": lambda each: each.environment,
        "release": lambda each: each.release,
        "user": lambda each: each.user_id,
        "host": lambda each: each.host,
        "plan": lambda each: each.attributes.get("plan", ""),
        "browser.name": lambda each: each.attributes["browser.name"],
    }
    for name, read in readers.items():
        counted = Counter(read(each) for each in own_ones)
        missing = counted.pop("", 0)
        assert dict(tags[name].values) == counted
        assert (tags[name].others, tags[name].missing) == (0, missing)


def test_of_many_values_the_rest_is_counted(ground: Ground) -> None:
    (issue,) = (each for each in all_issues(ground) if (each.service, each.type) == ("shop", "Error0"))
    (tag,) = (tag for tag in queries.list_tags(ground.store, issue, range=DAY) if tag.name == "release")
    assert sum(count for _, count in tag.values) + tag.others + tag.missing == len(events_of(issue))


def test_events_are_browsed_from_one_to_the_next(ground: Ground) -> None:
    (issue,) = (each for each in all_issues(ground) if (each.service, each.type) == ("shop", "Error0"))
    expected = [each.event_id for each in events_of(issue)]
    event = queries.get_event(ground.store, issue, which="oldest")
    browsed = []
    while event is not None:
        browsed.append(event.event_id)
        assert (event.number, event.stored) == (len(browsed), len(expected))
        if len(browsed) > 1:
            assert event.previous is not None
            assert event.previous.event_id == browsed[-2]
        following = event.next
        if following is None:
            break
        event = queries.get_event(ground.store, issue, event_id=following.event_id, at=following.at)
    assert browsed == expected
    latest = queries.get_event(ground.store, issue)
    assert latest is not None
    assert latest.event_id == expected[-1]


def test_an_event_is_there_with_all_that_was_sent(ground: Ground) -> None:
    sent = ERRORS[17]
    event = queries.get_event(ground.store, event_id=sent.event_id)
    assert event is not None
    assert event.payload["exception"]["values"][0]["value"] == "no 17"
    assert (event.time, event.user_id, event.attributes) == (sent.time, sent.user_id, sent.attributes)
    assert event.issue is not None
    assert (event.issue.service, event.issue.type) == key_of(sent)
    assert queries.find_issue_of(ground.store, sent.event_id, at=sent.time) == event.issue


def test_an_event_of_another_issue_is_not_found_in_this_one(ground: Ground) -> None:
    one, two = all_issues(ground)[:2]
    assert queries.get_event(ground.store, one, event_id=events_of(two)[0].event_id) is None
    assert queries.get_event(ground.store, event_id="f" * 32) is None
    assert queries.get_event(ground.store) is None


def test_events_are_listed_page_by_page(ground: Ground) -> None:
    issue = all_issues(ground)[0]
    expected = [each.event_id for each in reversed(events_of(issue, HALF))]
    listed, after = [], None
    while True:
        page = queries.list_events(ground.store, issue, range=HALF, after=after, limit=4)
        listed += [row.event_id for row in page.rows]
        if page.next is None:
            break
        after = page.next
    assert listed == expected
    with pytest.raises(CursorError):
        queries.list_events(ground.store, issue, range=HALF, after=Cursor(1.0, 1))


def test_errors_of_a_trace_lead_to_their_issues(ground: Ground) -> None:
    trace_id = ERRORS[0].trace_id
    expected = {each.event_id: key_of(each) for each in ERRORS if each.trace_id == trace_id}
    found = queries.find_issues_of_trace(ground.store, trace_id, range=DAY)
    assert {
        each.event_id: (each.issue.service, each.issue.type) for each in found if each.issue is not None
    } == expected
    assert queries.find_issues_of_trace(ground.store, "", range=DAY) == []


def test_an_event_that_was_not_digested_is_in_no_issue_yet(ground: Ground) -> None:
    ground.record([an_error(9000, "Late", time=NOON)])
    event = queries.get_event(ground.store, event_id=f"{9000:032x}")
    assert event is not None
    assert (event.issue, event.number, event.previous) == (None, 0, None)


def test_feedback_is_found_by_the_event_it_is_about(ground: Ground) -> None:
    issue = all_issues(ground)[0]
    first = events_of(issue)[0]
    about = {"associated_event_id": first.event_id, "message": "It broke", "name": "Ada"}
    other = {"associated_event_id": "f" * 32, "message": "Elsewhere"}
    time = first.time + dt.timedelta(minutes=5)
    ground.record(
        Event(time=time, service="shop", name="user_feedback", properties=said) for said in (about, other)
    )
    (feedback,) = queries.list_feedback(ground.store, issue)
    assert (feedback.event_id, feedback.message, feedback.name, feedback.email) == (
        first.event_id, "It broke", "Ada", "",
    )  # fmt: skip
