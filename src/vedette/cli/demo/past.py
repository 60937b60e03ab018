"""A made-up past: visits of people and strangers as signals, in the order in which the visits began.

The signals are those that capture would have recorded: a request each, log records, slow and repeated queries as
spans, all spans of one trace in ten.  The same seed makes the same past.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path

from vedette.capture.address import shortened
from vedette.cli.demo.errors import error_of
from vedette.cli.demo.made_up import failed_log_in_of, logs_of, queries_of, trace_of
from vedette.cli.demo.pages import (
    ACTS,
    LOCKED,
    LOG_IN,
    LOG_IN_FAILED,
    LOG_IN_FORM,
    LOST,
    Failure,
    Page,
)
from vedette.cli.demo.people import GUESSED_NAMES, PROBED_PATHS, STRANGE_AGENTS, Person, make_address
from vedette.cli.demo.rhythm import busyness
from vedette.pipeline.recorder import Resource
from vedette.record.signals import Request, Signal

_TRACED = 0.1
_STRANGERS = 0.05
_LOGS_IN = 0.4
_MISTYPES = 0.12
_FEWEST_ACTS, _MOST_ACTS = 4, 24
_WITHIN_ACT_S, _BETWEEN_ACTS_S = 6.0, 30.0
_BAD_TIME_EVERY = dt.timedelta(days=3)
_BAD_TIME_LASTS = dt.timedelta(minutes=25)
_BAD_TIME_FACTOR = 4.0
_FIRST_USER_ID = 1000
_MEAN_CARDS, _MOST_CARDS = 18, 60
_FEWEST_REPEATED = 5
_SLOW_MS = 100.0

_PAGES_OF_ACTS = [pages for pages, _ in ACTS]
_CUMULATIVE = list(accumulate(weight for _, weight in ACTS))
_PAGES_PER_ACT = sum(len(pages) * weight for pages, weight in ACTS) / _CUMULATIVE[-1]
_PAGES_PER_VISIT = _PAGES_PER_ACT * (_FEWEST_ACTS + _MOST_ACTS) / 2 + _LOGS_IN * (2 + _MISTYPES)


_shortened = functools.lru_cache(maxsize=4096)(shortened)


@dataclass(frozen=True, slots=True)
class _Client:
    """Whoever sends a request, as a record tells it."""

    user_id: str
    session_id: str
    address: str
    agent: str

    @property
    def ip(self) -> str:
        """Return the address as capture keeps it."""
        return _shortened(self.address)


@dataclass(slots=True)
class Past:
    """The traffic between two moments, about `rate` requests a minute in the mean of a week.

    `releases` follow each other; the last takes over when four fifths of the time have passed.  `source` is where the site's
    code is, for the lines that errors show; None where that is not known.
    """

    people: Sequence[Person]
    rate: float
    start: dt.datetime
    end: dt.datetime
    resource: Resource
    releases: Sequence[str]
    zone: dt.tzinfo
    seed: int
    source: Path | None = None
    _choices: random.Random = field(init=False)
    _resources: list[Resource] = field(init=False)
    _ends_at: float = field(init=False)
    _deployed_at: float = field(init=False)
    _bad_times: list[tuple[float, float]] = field(init=False)
    _clients: list[_Client] = field(init=False)

    def __post_init__(self) -> None:
        self._choices = random.Random(f"past {self.seed}")  # noqa: S311 - a made-up past
        self._resources = [replace(self.resource, release=release) for release in self.releases]
        length = self.end - self.start
        self._ends_at = self.end.timestamp()
        self._deployed_at = (self.start + 0.8 * length).timestamp()
        self._bad_times = self._draw_bad_times(length)
        self._clients = [
            _Client(
                str(_FIRST_USER_ID + number),
                f"{self._choices.getrandbits(64):016x}",
                person.address,
                person.agent,
            )
            for number, person in enumerate(self.people)
        ]

    def visits(self) -> Iterator[list[Signal]]:
        """Yield the signals of one visit after another."""
        choices = self._choices
        at = self.start.timestamp()
        weights = list(accumulate(1 / (rank + 3) for rank in range(len(self.people))))
        while True:
            local = dt.datetime.fromtimestamp(at, self.zone)
            at += choices.expovariate(self.rate / 60 / _PAGES_PER_VISIT * busyness(local))
            if at >= self._ends_at:
                return
            if choices.random() < _STRANGERS:
                yield list(self._stranger(at))
            else:
                number = choices.choices(range(len(self.people)), cum_weights=weights)[0]
                yield list(self._visit(at, number))

    def _visit(self, at: float, number: int) -> Iterator[Signal]:
        choices, client = self._choices, self._clients[number]
        if choices.random() < _LOGS_IN:
            nobody = replace(client, user_id="", session_id="")
            yield from self._request(at, LOG_IN_FORM, nobody)
            at += choices.expovariate(1 / _WITHIN_ACT_S)
            if choices.random() < _MISTYPES:
                yield from self._failed_log_in(at, nobody, self.people[number].username)
                at += choices.expovariate(1 / _WITHIN_ACT_S)
            yield from self._request(at, LOG_IN, client)
        count = choices.randint(_FEWEST_ACTS, _MOST_ACTS)
        for pages in choices.choices(_PAGES_OF_ACTS, cum_weights=_CUMULATIVE, k=count):
            at += choices.expovariate(1 / _BETWEEN_ACTS_S)
            for page in pages:
                at += choices.expovariate(1 / _WITHIN_ACT_S)
                yield from self._request(at, page, client)

    def _stranger(self, at: float) -> Iterator[Signal]:
        choices = self._choices
        client = _Client("", "", make_address(choices), choices.choice(STRANGE_AGENTS))
        if choices.random() < 0.6:
            for path in choices.sample(PROBED_PATHS, choices.randint(2, 5)):
                yield from self._request(at, LOST, client, path)
                at += choices.expovariate(2)
            return
        username = choices.choice(GUESSED_NAMES)
        for _ in range(choices.randint(5, 30)):
            yield from self._failed_log_in(at, client, username)
            at += choices.expovariate(0.5)

    def _failed_log_in(self, at: float, client: _Client, username: str) -> Iterator[Signal]:
        for signal in self._request(at, LOG_IN_FAILED, client):
            yield signal
            if isinstance(signal, Request):
                yield failed_log_in_of(signal, username=username, address=client.address)

    def _request(self, at: float, page: Page, client: _Client, path: str = "") -> Iterator[Signal]:
        """Yield a request, then all that was recorded on its way; nothing where the past is over by then."""
        if at >= self._ends_at:
            return
        choices = self._choices
        release = min(int(at >= self._deployed_at), len(self._resources) - 1)
        is_bad_time = any(begin <= at < until for begin, until in self._bad_times)
        failure = self._failure(page, release, is_bad_time)
        cards = min(_MOST_CARDS, int(choices.expovariate(1 / _MEAN_CARDS))) if page.per_card else 0
        ms = self._duration(page, release, is_bad_time, cards)
        request = self._row(at, page, client, ms, cards)
        if failure is not None:
            request.status = 500
            request.attributes["exception.type"] = failure.type
        if path:
            request.path = path
        self._resources[release].stamp(request)
        if failure is not None:
            yield error_of(request, page, failure=failure, source=self.source, choices=choices)
        yield request
        yield from logs_of(request, page, failure=failure, choices=choices)
        yield from queries_of(request, page, cards=cards, choices=choices)
        if choices.random() < _TRACED:
            yield from trace_of(request, page, choices=choices)

    def _duration(self, page: Page, release: int, is_bad_time: bool, cards: int) -> float:
        ms = page.ms * math.exp(self._choices.gauss(0.0, page.spread))
        if release:
            ms *= page.in_release_2
        if is_bad_time and page.statements:
            ms *= _BAD_TIME_FACTOR
        if page.per_card:
            ms *= 0.4 + cards / _MEAN_CARDS * 0.6
        return ms

    def _row(self, at: float, page: Page, client: _Client, ms: float, cards: int) -> Request:
        choices = self._choices
        trace_id = f"{int(at * 1000):012x}{choices.getrandbits(80):020x}"
        share = 0.94 if page.slow is not None else 0.45
        return Request(
            time=dt.datetime.fromtimestamp(at, dt.UTC),
            trace_id=trace_id,
            span_id=f"{choices.getrandbits(64):016x}",
            request_id=trace_id,
            user_id="" if page.is_anonymous else client.user_id,
            attributes={"user_agent.original": client.agent},
            method=page.method,
            route=page.route,
            path=page.path or page.route.replace("<int:pk>", str(choices.randrange(1, 40_000))),
            status=page.status,
            duration_ms=round(ms, 3),
            response_bytes=int(page.size * choices.uniform(0.7, 1.3)),
            ip=client.ip,
            session_id="" if page.is_anonymous else client.session_id,
            query_count=len(page.statements) + cards * len(page.per_card) + (page.slow is not None),
            query_ms=round(ms * share, 3) if page.statements else 0.0,
            slow_query_count=int(page.slow is not None and ms * share * 0.97 > _SLOW_MS),
            repeated_query_count=(cards - 1) * len(page.per_card) if cards >= _FEWEST_REPEATED else 0,
        )

    def _failure(self, page: Page, release: int, is_bad_time: bool) -> Failure | None:
        failure = LOCKED if is_bad_time and page.log is not None else page.failure
        if failure is None or release < failure.since_release:
            return None
        return failure if self._choices.random() < failure.chance else None

    def _draw_bad_times(self, length: dt.timedelta) -> list[tuple[float, float]]:
        times = []
        for number in range(length // _BAD_TIME_EVERY):
            begin = self.start + _BAD_TIME_EVERY * (number + self._choices.uniform(0.2, 0.8))
            times.append((begin.timestamp(), (begin + _BAD_TIME_LASTS).timestamp()))
        return times
