"""What a person does on the todo site in one visit, request by request."""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from vedette.cli.demo.browser import Answer, Browser
from vedette.cli.demo.people import (
    GUESSED_NAMES,
    LOST_PATHS,
    PROBED_PATHS,
    STRANGE_AGENTS,
    Person,
    make_address,
)
from vedette.cli.demo.titles import TITLES

_MOST_OPEN = 30
_MOST_DONE = 40
_MISTYPES = 0.1
_API = "/api/v1/tasks/"

Steps = Iterator[Answer]
"""A visit pauses after each answer: whoever runs it decides for how long."""


@dataclass(slots=True)
class Guest:
    """A person with a browser, from one visit to the next."""

    person: Person
    browser: Browser
    has_account: bool = False


@dataclass(slots=True)
class Visit:
    """One visit of a guest; `steps` runs it."""

    guest: Guest
    choices: random.Random

    @property
    def person(self) -> Person:
        """Return whose visit it is."""
        return self.guest.person

    @property
    def browser(self) -> Browser:
        """Return the person's browser."""
        return self.guest.browser

    def steps(self) -> Steps:
        """Log in, do a number of things, and perhaps log out.

        Raises:
            UnableToReach: If the site does not answer.
        """
        yield self.browser.get("/")
        yield from self._log_in()
        if "sessionid" not in self.browser.cookies:
            return
        acts = [act for act, _ in _ACTS]
        weights = [weight for _, weight in _ACTS]
        for act in self.choices.choices(acts, weights, k=self.choices.randint(4, 24)):
            yield from act(self)
            if "sessionid" not in self.browser.cookies:
                return
        if self.choices.random() < 0.3:
            yield self.browser.post("/accounts/logout/", {})

    def _log_in(self) -> Steps:
        if "sessionid" in self.browser.cookies:
            return
        name, password = self.person.username, self.person.password
        if not self.guest.has_account:
            yield self.browser.get("/accounts/signup/")
            form = {"username": name, "password1": password, "password2": password}
            yield self.browser.post("/accounts/signup/", form)
            # Or it was made in an earlier run: the site says that the name is taken.
            self.guest.has_account = True
            if "sessionid" in self.browser.cookies:
                return
        yield self.browser.get("/accounts/login/")
        if self.choices.random() < _MISTYPES:
            yield self.browser.post("/accounts/login/", {"username": name, "password": password + "x"})
        yield self.browser.post("/accounts/login/", {"username": name, "password": password})

    def _look_home(self) -> Steps:
        yield self.browser.get("/")

    def _look_at_list(self) -> Steps:
        query = self.choices.choice(("", "", "", "?overdue=1", "?state=done", "?state=all", "tag"))
        if query == "tag":
            query = f"?tag={quote(self.choices.choice(self.person.tags))}"
        yield self.browser.get(f"/tasks/{query}")

    def _add(self) -> Steps:
        page = self.browser.get("/tasks/add/")
        yield page
        others = re.findall(r'name="after" value="(\d+)"', page.text)
        if len(others) >= _MOST_OPEN:
            yield from self._finish()
            return
        yield self.browser.post("/tasks/add/", self._form(others))

    def _edit(self) -> Steps:
        page = self.browser.get("/tasks/")
        yield page
        pk = self._choose(re.findall(r"/tasks/(\d+)/finish/", page.text))
        if pk is None:
            return
        page = self.browser.get(f"/tasks/{pk}/")
        yield page
        title = re.search(r'name="title" value="([^"&]+)"', page.text)
        form = self._form(re.findall(r'name="after" value="(\d+)"', page.text))
        if title:
            form["title"] = title[1]
        # Where this closes a circle the site says so: people make such mistakes too.
        yield self.browser.post(f"/tasks/{pk}/", form)

    def _finish(self) -> Steps:
        page = self.browser.get("/tasks/")
        yield page
        pk = self._choose(re.findall(r"/tasks/(\d+)/finish/", page.text))
        if pk is not None:
            yield self.browser.post(f"/tasks/{pk}/finish/", {"next": "/tasks/"})

    def _reopen(self) -> Steps:
        page = self.browser.get("/tasks/?state=done")
        yield page
        done = re.findall(r"/tasks/(\d+)/reopen/", page.text)
        if len(done) > _MOST_DONE:
            # The demonstration may run for days: what is old goes.
            for pk in done[-5:]:
                yield self.browser.post(f"/tasks/{pk}/delete/", {})
        elif pk := self._choose(done):
            yield self.browser.post(f"/tasks/{pk}/reopen/", {"next": "/tasks/"})

    def _delete(self) -> Steps:
        page = self.browser.get("/tasks/?state=done")
        yield page
        pk = self._choose(re.findall(r"/tasks/(\d+)/reopen/", page.text))
        if pk is not None:
            yield self.browser.get(f"/tasks/{pk}/delete/")
            yield self.browser.post(f"/tasks/{pk}/delete/", {})

    def _see_board(self) -> Steps:
        yield self.browser.get("/tasks/board/")

    def _draw_graph(self) -> Steps:
        yield self.browser.get("/tasks/graph/")

    def _read_year(self) -> Steps:
        yield self.browser.get("/tasks/report/")

    def _export_calendar(self) -> Steps:
        yield self.browser.get("/tasks/calendar.ics")

    def _use_api(self) -> Steps:
        listed = self.browser.get(f"{_API}?state=open&limit=20")
        yield listed
        chance = self.choices.random()
        if chance < 0.4:
            due_on = self._due_on()
            task = {
                "title": self.choices.choice(TITLES),
                "due_on": due_on or None,
                "tags": [self.person.tags[0]],
            }
            yield self.browser.send_json("POST", _API, task)
        elif chance < 0.5:
            yield self.browser.send_json("POST", _API, {"title": "", "due_on": "next week"})
        elif chance < 0.9 and (pk := self._choose(_ids(listed))):
            yield self.browser.send_json("PATCH", f"{_API}{pk}/", {"done": True})

    def _lose_the_way(self) -> Steps:
        lost = (*LOST_PATHS, f"/tasks/{self.choices.randrange(10**6, 10**7)}/")
        yield self.browser.get(self.choices.choice(lost))

    def _form(self, others: list[str]) -> dict[str, str | list[str]]:
        count = min(len(others), self.choices.choice((0, 0, 1, 1, 2)))
        return {
            "title": self.choices.choice(TITLES),
            "notes": "",
            "due_on": self._due_on(),
            "tags": ", ".join(self.choices.sample(self.person.tags, self.choices.choice((0, 1, 1, 2)))),
            "after": self.choices.sample(others, count),
        }

    def _due_on(self) -> str:
        if self.choices.random() < 0.25:
            return ""
        day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=round(self.choices.gauss(6, 6)))
        return day.isoformat()

    def _choose(self, ids: list[str]) -> str | None:
        return self.choices.choice(ids) if ids else None


_ACTS: tuple[tuple[Callable[[Visit], Steps], int], ...] = (
    (Visit._look_at_list, 22),
    (Visit._add, 16),
    (Visit._finish, 14),
    (Visit._use_api, 10),
    (Visit._look_home, 8),
    (Visit._see_board, 8),
    (Visit._edit, 7),
    (Visit._draw_graph, 6),
    (Visit._reopen, 3),
    (Visit._lose_the_way, 2),
    (Visit._export_calendar, 2),
    (Visit._read_year, 2),
    (Visit._delete, 2),
)


def stranger_steps(base_url: str, choices: random.Random) -> Steps:
    """Knock where there is no door, or try passwords, as every public site has it.

    Raises:
        UnableToReach: If the site does not answer.
    """
    browser = Browser(base_url, choices.choice(STRANGE_AGENTS), make_address(choices))
    if choices.random() < 0.6:
        for path in choices.sample(PROBED_PATHS, choices.randint(2, 5)):
            yield browser.get(path)
        return
    yield browser.get("/accounts/login/")
    username = choices.choice(GUESSED_NAMES)
    for number in range(choices.randint(3, 8)):
        yield browser.post("/accounts/login/", {"username": username, "password": f"{username}{number}"})


def _ids(listed: Answer) -> list[str]:
    try:
        return [str(task["id"]) for task in json.loads(listed.text)["tasks"]]
    except (ValueError, KeyError, TypeError):
        return []
