"""Whatever comes in whichever order, each event is in exactly one issue and every count is that of counting by hand."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ground import NOON
from tests.issues.ground import an_error
from tests.issues.grouping.events import error, library, own, raised
from vedette.catalogue.database import ALIAS
from vedette.changes.models import ChangeRow
from vedette.issues import operations
from vedette.issues.digest import IssueDigest
from vedette.issues.models import CommentRow, IssueHashRow, IssueRow
from vedette.issues.sighting import Grouper
from vedette.pipeline.lines import Batch
from vedette.record.signals import Error
from vedette.store.paging import micros_of

KINDS = 4
Hash = str


def an_event(number: int, kind: int, place: int, second: int) -> Error:
    """Return an event of a kind; where its place is not 0, library code tells it from the others of its kind and from no other."""
    called = [library(f"library{place}", "call", "call()")] if place else []
    event = raised(error(f"Error{kind}", f"no {number}", own("shop.views", "pay", "pay()"), *called))
    time = NOON + dt.timedelta(seconds=second)
    return an_error(number, event=event, time=time, release=f"{second % 3}.0", user_id=str(number % 5))


@dataclass
class Group:
    """An issue, as the slow way has it."""

    status: str = "unresolved"
    status_us: int = 0
    wakes_at: int | None = None
    events: list[Error] = field(default_factory=list)


@dataclass
class SlowWay:
    """What must be so, worked out one event after the other."""

    groups: dict[Hash, Group] = field(default_factory=dict)
    first_hash: dict[str, Hash] = field(default_factory=dict)
    opened: int = 0

    def digest(self, errors: Iterable[Error]) -> None:
        grouper = Grouper()
        for each in sorted(errors, key=lambda error: (error.time, error.event_id)):
            hashes = grouper.sight(each).grouping.hashes
            group = next((self.groups[hash_] for hash_ in hashes if hash_ in self.groups), None)
            self.opened += group is None
            group = group or Group()
            for hash_ in hashes:
                self.groups.setdefault(hash_, group)
            self.first_hash[each.event_id] = hashes[0]
            group.events.append(each)
            time_us = micros_of(each.time)
            is_back = group.status == "resolved" and time_us > group.status_us
            is_awake = (
                group.status == "ignored"
                and group.wakes_at is not None
                and len(group.events) >= group.wakes_at
            )
            if is_back or is_awake:
                group.status, group.status_us, group.wakes_at = "unresolved", time_us, None
                self.opened += 1

    @property
    def distinct(self) -> list[Group]:
        return list({id(group): group for group in self.groups.values()}.values())


Step = tuple[str, Any]
EVENTS = st.lists(
    st.tuples(st.integers(0, KINDS - 1), st.integers(0, 2), st.integers(0, 50)), min_size=1, max_size=6
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("events"), EVENTS),
        st.tuples(st.just("resolve"), st.tuples(st.integers(0, 9), st.integers(0, 50))),
        st.tuples(st.just("ignore"), st.tuples(st.integers(0, 9), st.sampled_from([None, 1, 3]))),
        st.tuples(st.just("comment"), st.integers(0, 9)),
        st.tuples(st.just("merge"), st.tuples(st.integers(0, 9), st.integers(0, 9))),
        st.tuples(st.just("split"), st.tuples(st.integers(0, 9), st.integers(0, 9))),
    ),
    max_size=14,
)


class Both:
    """The issues and the slow way, side by side."""

    def __init__(self) -> None:
        for model in (ChangeRow, IssueRow):
            model.objects.using(ALIAS).all().delete()
        self.slow = SlowWay()
        self.digest = IssueDigest()
        self.number = 0
        self.comments = 0

    def do(self, step: Step) -> None:
        name, values = step
        if name == "events":
            self.events(values)
        elif self.slow.groups:
            getattr(self, name)(values)

    def events(self, values: list[tuple[int, int, int]]) -> None:
        errors = []
        for kind, place, second in values:
            self.number += 1
            errors.append(an_event(self.number, kind, place, second))
        batch = Batch("errors", keep_signals=True)
        for each in errors:
            batch.add_signal(each)
        self.digest.prepare({"errors": batch})
        with transaction.atomic(using=ALIAS):
            self.digest.digest({"errors": batch})
        self.slow.digest(errors)

    def resolve(self, values: tuple[int, int]) -> None:
        place, second = values
        group, row = self.choose(place)
        now = NOON + dt.timedelta(seconds=second)
        if operations.resolve([row.id], actor="grace", now=now):
            group.status, group.status_us, group.wakes_at = "resolved", micros_of(now), None

    def ignore(self, values: tuple[int, int | None]) -> None:
        place, events = values
        group, row = self.choose(place)
        operations.ignore([row.id], actor="grace", now=NOON, events=events)
        group.status, group.status_us = "ignored", micros_of(NOON)
        group.wakes_at = None if events is None else len(group.events) + events

    def comment(self, place: int) -> None:
        operations.comment(self.choose(place)[1].id, text="Hm", author="ada", now=NOON)
        self.comments += 1

    def merge(self, values: tuple[int, int]) -> None:
        (into, target), (other, row) = map(self.choose, values)
        if into is other:
            return
        operations.merge([row.id], into=target.id, actor="grace", now=NOON)
        if into.wakes_at is not None:
            into.wakes_at += len(other.events)
        into.events += other.events
        self.slow.groups = {
            hash_: into if group is other else group for hash_, group in self.slow.groups.items()
        }

    def split(self, values: tuple[int, int]) -> None:
        group, row = self.choose(values[0])
        hashes = sorted({self.slow.first_hash[each.event_id] for each in group.events})
        if len(hashes) < 2:
            return
        chosen = hashes[values[1] % len(hashes)]
        operations.split(row.id, hashes=[chosen], actor="grace", now=NOON)
        moved = [each for each in group.events if self.slow.first_hash[each.event_id] == chosen]
        group.events = [each for each in group.events if each not in moved]
        if group.wakes_at is not None:
            group.wakes_at -= len(moved)
        self.slow.groups[chosen] = Group(status_us=micros_of(NOON), events=moved)
        self.slow.opened += 1

    def choose(self, place: int) -> tuple[Group, IssueRow]:
        hashes = sorted(self.slow.groups)
        hash_ = hashes[place % len(hashes)]
        return self.slow.groups[hash_], IssueHashRow.objects.using(ALIAS).get(hash=hash_).issue

    def check(self) -> None:
        rows = {row.hash: row for row in IssueHashRow.objects.using(ALIAS).select_related("issue")}
        assert set(rows) == set(self.slow.groups)
        assert IssueRow.objects.using(ALIAS).count() == len(self.slow.distinct)
        counted = Counter(self.slow.first_hash.values())
        for hash_, group in self.slow.groups.items():
            own_ones = sorted(group.events, key=lambda each: (each.time, each.event_id))
            issue = rows[hash_].issue
            assert rows[hash_].events == counted[hash_]
            assert issue.events == len(own_ones)
            assert (issue.first_us, issue.last_us) == (
                micros_of(own_ones[0].time),
                micros_of(own_ones[-1].time),
            )
            assert (issue.last_event_id, issue.last_release) == (own_ones[-1].event_id, own_ones[-1].release)
            assert issue.first_release in {
                each.release for each in own_ones if micros_of(each.time) == issue.first_us
            }
            assert issue.status == group.status
            assert issue.ignored_until_events == group.wakes_at
        assert sum(row.events for row in rows.values()) == self.number
        assert CommentRow.objects.using(ALIAS).count() == self.comments
        assert ChangeRow.objects.using(ALIAS).filter(after="unresolved").count() == self.slow.opened


def check_all(steps: list[Step]) -> None:
    both = Both()
    for step in steps:
        both.do(step)
        both.check()


@pytest.mark.usefixtures("sqlite_state")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(STEPS)
def test_every_event_is_in_one_issue_and_every_count_is_right(steps: list[Step]) -> None:
    check_all(steps)


@pytest.mark.usefixtures("postgres_state")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(STEPS)
def test_so_it_is_in_postgresql(steps: list[Step]) -> None:
    check_all(steps)
