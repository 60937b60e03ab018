"""Sessions and people that met no crash, counted as by hand."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ground import NOON, Ground
from vedette.record.signals import Metric
from vedette.releases.health import Health, get_health, get_health_courses
from vedette.store import steps
from vedette.store.query import TimeRange

RANGE = TimeRange(NOON - dt.timedelta(hours=1), NOON + dt.timedelta(hours=1))


def a_count(status: str, number: int, *, release: str = "1.0", user: str = "", minutes: int = 0) -> Metric:
    """Return a count of sessions."""
    return Metric(
        time=NOON + dt.timedelta(minutes=minutes), service="shop", environment="production", release=release,
        name="sessions", kind="counter", sum=float(number), count=1, user_id=user, attributes={"status": status},
    )  # fmt: skip


def an_update(
    sid: str, status: str, *, is_first: bool, release: str = "1.0", user: str = "", minutes: int = 0
) -> Metric:
    """Return an update of one session."""
    init = {"init": "true" if is_first else "false"}
    return Metric(
        time=NOON + dt.timedelta(minutes=minutes), service="shop", environment="production", release=release, name="sessions", kind="counter",
        sum=1.0, count=1, user_id=user, attributes={"status": status, "sid": sid, **init},
    )  # fmt: skip


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    """Give a store to fill."""
    return Ground(tmp_path)


def test_counts_and_updates_are_added_up(ground: Ground) -> None:
    ground.record(
        [
            a_count("exited", 30),
            a_count("errored", 5),
            a_count("crashed", 5),
            an_update("a", "ok", is_first=True, user="7"),
            an_update("a", "crashed", is_first=False, user="7"),
            an_update("b", "exited", is_first=True, user="8"),
            # Its beginning was lost, or is elsewhere: it is no session of this time.
            an_update("c", "crashed", is_first=False, user="9"),
            a_count("exited", 100, release="2.0"),
            a_count("crashed", 100, minutes=90),
        ]
    )

    found = get_health(ground.store, range=RANGE)
    assert found["shop", "1.0"] == Health(sessions=42, crashed_sessions=6, users=2, crashed_users=1)
    assert found["shop", "1.0"].crash_free_sessions == 36 / 42
    assert found["shop", "1.0"].crash_free_users is None
    assert found["shop", "2.0"].crash_free_sessions == 1.0
    assert get_health(ground.store, range=RANGE, service="mail") == {}
    assert get_health(ground.store, range=RANGE, service="shop", environment="staging") == {}


def test_a_session_that_was_told_to_end_before_it_crashed_crashed(ground: Ground) -> None:
    # All updates of a session bear the time at which it began, so that their order is not known: the worst one counts.
    ground.record([an_update("a", "crashed", is_first=False), an_update("a", "exited", is_first=True)])

    assert get_health(ground.store, range=RANGE)["shop", "1.0"].crashed_sessions == 1


_STATUSES = st.sampled_from(["ok", "exited", "errored", "crashed", "abnormal"])
_UPDATES = st.lists(
    st.builds(
        an_update,
        st.sampled_from("abcd"),
        _STATUSES,
        is_first=st.booleans(),
        release=st.sampled_from(["1.0", "2.0"]),
        user=st.sampled_from(["", "7", "8"]),
    ),
    max_size=12,
)
_COUNTS = st.lists(
    st.builds(
        a_count,
        _STATUSES,
        st.integers(1, 9),
        release=st.sampled_from(["1.0", "2.0"]),
        user=st.sampled_from(["", "7"]),
    ),
    max_size=6,
)


def by_hand(metrics: Iterable[Metric]) -> dict[str, Health]:
    """Return the health of each release, session by session."""
    sessions: dict[str, list[tuple[float, bool, str]]] = defaultdict(list)
    by_sid: dict[tuple[str, str], list[Metric]] = defaultdict(list)
    for metric in metrics:
        if "sid" in metric.attributes:
            by_sid[metric.release, metric.attributes["sid"]].append(metric)
        else:
            is_crashed = metric.attributes["status"] == "crashed"
            sessions[metric.release].append((metric.sum, is_crashed, metric.user_id))
    for (release, _), told in by_sid.items():
        is_counted = any(update.attributes["init"] == "true" for update in told)
        is_crashed = any(update.attributes["status"] == "crashed" for update in told)
        sessions[release].append((float(is_counted), is_crashed, max(update.user_id for update in told)))
    return {
        release: Health(
            sessions=int(sum(number for number, _, _ in rows)),
            crashed_sessions=int(sum(number for number, is_crashed, _ in rows if is_crashed)),
            users=len({user for number, _, user in rows if user and number}),
            crashed_users=len({user for number, is_crashed, user in rows if user and number and is_crashed}),
        )
        for release, rows in sessions.items()
    }


@settings(max_examples=25)
@given(updates=_UPDATES, counts=_COUNTS)
def test_the_figures_are_those_of_counting_by_hand(
    tmp_path_factory: pytest.TempPathFactory, updates: list[Metric], counts: list[Metric]
) -> None:
    ground = Ground(tmp_path_factory.mktemp("ground"))
    ground.record([*updates, *counts])
    found = get_health(ground.store, range=RANGE)
    ground.recorder.journal.close()

    assert {release: health for (_, release), health in found.items()} == by_hand([*updates, *counts])


_TIMED_UPDATES = st.lists(
    # All updates of a session bear the time at which it began.
    st.builds(
        lambda sid, **values: an_update(sid, minutes={"a": 0, "b": 1, "c": 14, "d": 40}[sid], **values),
        st.sampled_from("abcd"),
        status=_STATUSES,
        is_first=st.booleans(),
        release=st.sampled_from(["1.0", "2.0", "3.0", ""]),
        user=st.sampled_from(["", "7", "8"]),
    ),
    max_size=12,
)
_TIMED_COUNTS = st.lists(
    st.builds(
        a_count,
        _STATUSES,
        st.integers(1, 9),
        release=st.sampled_from(["1.0", "2.0", "3.0", ""]),
        user=st.sampled_from(["", "7"]),
        minutes=st.integers(-70, 70),
    ),
    max_size=8,
)


@settings(max_examples=25)
@given(updates=_TIMED_UPDATES, counts=_TIMED_COUNTS)
def test_every_step_is_that_of_counting_by_hand(
    tmp_path_factory: pytest.TempPathFactory, updates: list[Metric], counts: list[Metric]
) -> None:
    ground = Ground(tmp_path_factory.mktemp("ground"))
    ground.record([*updates, *counts])
    versions = ["1.0", "2.0", "9.9"]
    found = get_health_courses(
        ground.store, range=RANGE, service="shop", versions=versions, points=8, environment="production"
    )
    ground.recorder.journal.close()

    assert found.step_s == 900
    assert list(found.starts) == steps.starts(RANGE, found.step_s)
    assert list(found.by_version) == versions
    metrics = [each for each in (*updates, *counts) if RANGE.start <= each.time < RANGE.end]
    for place, at in enumerate(found.starts):
        here = by_hand(each for each in metrics if steps.floor(each.time, found.step_s) == at)
        for version in versions:
            assert found.by_version[version][place] == here.get(version, Health())
        assert found.sessions[place] == sum(each.sessions for each in here.values())


def test_courses_are_of_one_service_and_environment(ground: Ground) -> None:
    ground.record([a_count("exited", 30)])

    def sessions_of(service: str, environment: str) -> int:
        found = get_health_courses(
            ground.store,
            range=RANGE,
            service=service,
            versions=["1.0"],
            points=8,
            environment=environment,
        )
        return sum(found.sessions)

    assert [sessions_of("shop", ""), sessions_of("shop", "staging"), sessions_of("mail", "")] == [30, 0, 0]
