"""Live traffic: people who use the site at a pace, until told to stop."""

from __future__ import annotations

import datetime as dt
import math
import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from vedette.cli.demo.browser import Browser, UnableToReach
from vedette.cli.demo.people import Person
from vedette.cli.demo.rhythm import busyness
from vedette.cli.demo.visit import Guest, Steps, Visit, stranger_steps

_REQUESTS_PER_SEAT = 20
_MOST_SEATS = 32
_LEAST_BUSYNESS = 0.4
_STRANGERS = 0.06
_RETRY_S = 2.0


@dataclass(slots=True)
class Traffic:
    """People at the site, so that about `rate` requests a minute reach it, more by day and fewer by night.

    A number of seats are taken by one person after another; each seat is a thread.
    """

    base_url: str
    people: Sequence[Person]
    rate: float
    seed: int
    now: Callable[[], dt.datetime]
    stopping: threading.Event = field(default_factory=threading.Event)
    answers: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0
    _idle: list[Guest] = field(default_factory=list, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    @property
    def seats(self) -> int:
        """How many people are at the site at once."""
        return max(1, min(math.ceil(self.rate / _REQUESTS_PER_SEAT), _MOST_SEATS, len(self.people)))

    def start(self) -> list[threading.Thread]:
        """Let people in; return the threads, which end soon after `stopping` is set."""
        self._idle = [
            Guest(person, Browser(self.base_url, person.agent, person.address)) for person in self.people
        ]
        threads = [
            threading.Thread(target=self._occupy, args=(seat,), name=f"demo-{seat}", daemon=True)
            for seat in range(self.seats)
        ]
        for thread in threads:
            thread.start()
        return threads

    def _occupy(self, seat: int) -> None:
        choices = random.Random(f"seat {seat} of {self.seed}")  # noqa: S311 - made-up traffic
        while not self.stopping.is_set():
            if choices.random() < _STRANGERS:
                self._run(stranger_steps(self.base_url, choices), choices)
                continue
            with self._lock:
                guest = self._idle.pop(choices.randrange(len(self._idle)))
            try:
                self._run(Visit(guest, choices).steps(), choices)
            finally:
                with self._lock:
                    self._idle.append(guest)

    def _run(self, steps: Steps, choices: random.Random) -> None:
        # Waiting comes first, so that the seats do not all begin at the same moment.
        requests = 1
        while not self.stopping.wait(self._pause(requests, choices)):
            try:
                answer = next(steps, None)
            except UnableToReach:
                # The site is being restarted: the person comes back later, still logged in.
                self.unanswered += 1
                self.stopping.wait(_RETRY_S)
                return
            if answer is None:
                return
            requests = answer.requests
            with self._lock:
                self.answers[answer.status] += 1

    def _pause(self, requests: int, choices: random.Random) -> float:
        per_minute = self.rate * max(busyness(self.now()), _LEAST_BUSYNESS)
        return choices.expovariate(per_minute / 60 / self.seats / requests)
