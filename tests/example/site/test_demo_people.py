"""The demonstration's people find their way through the site."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from typing import Any

import pytest
from django.contrib.auth.models import User

from apps.tasks.models import Task
from vedette.cli.demo.browser import Browser
from vedette.cli.demo.live import Traffic
from vedette.cli.demo.people import make_people
from vedette.cli.demo.visit import Guest, Visit, stranger_steps

# Threads of the server that stand still at the end of a test are none of its business.
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def _visit(url: str, times: int) -> Counter[int]:
    (person,) = make_people(1, seed=1)
    guest = Guest(person, Browser(url, person.agent, person.address))
    choices = random.Random(1)
    return Counter(answer.status for _ in range(times) for answer in Visit(guest, choices).steps())


def test_a_person_signs_up_adds_tags_orders_and_finishes_tasks(live_server: Any) -> None:
    answers = _visit(live_server.url, 12)
    (user,) = User.objects.all()
    tasks = Task.objects.filter(owner=user)
    assert tasks.exclude(done_at=None).exists()
    assert tasks.exclude(tags=None).exists()
    assert tasks.exclude(after=None).exists()
    assert answers[200] > 100
    assert answers[404]
    assert set(answers) <= {200, 201, 404, 422, 500}


def test_a_person_who_has_an_account_logs_in(live_server: Any) -> None:
    _visit(live_server.url, 1)
    _visit(live_server.url, 1)
    assert User.objects.count() == 1


def test_the_second_release_breaks_for_them(live_server: Any, settings: Any) -> None:
    settings.DEMO_RELEASE_2 = True
    assert _visit(live_server.url, 12)[500]


def test_strangers_find_no_door(live_server: Any) -> None:
    choices = random.Random(2)
    answers = Counter(answer.status for _ in range(10) for answer in stranger_steps(live_server.url, choices))
    assert set(answers) == {200, 404}
    assert not User.objects.exists()


def test_traffic_stops_when_it_is_told_to_and_outlives_an_absent_site() -> None:
    traffic = Traffic(
        base_url="http://127.0.0.1:9",
        people=make_people(3, seed=1),
        rate=100_000,
        seed=1,
        now=lambda: dt.datetime(2026, 3, 9, 10),
    )
    threads = traffic.start()
    while not traffic.unanswered:
        traffic.stopping.wait(0.01)
    traffic.stopping.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
