"""When the background work is done in a thread of the site's own process."""

from __future__ import annotations

import sys
import threading
import types
from typing import Any

import pytest

from vedette.background import thread


@pytest.mark.parametrize(
    ("background", "argv", "environ", "is_wanted"),
    [
        ("auto", ["manage.py", "runserver"], {"RUN_MAIN": "true"}, True),
        ("auto", ["manage.py", "runserver", "8000"], {}, False),
        ("auto", ["manage.py", "runserver", "--noreload"], {}, True),
        ("auto", ["manage.py", "migrate"], {}, False),
        ("auto", ["/usr/bin/gunicorn", "site.wsgi"], {}, False),
        ("auto", [], {}, False),
        ("off", ["manage.py", "runserver", "--noreload"], {}, False),
        ("thread", ["/usr/bin/gunicorn", "site.wsgi"], {}, True),
        ("thread", ["uwsgi"], {}, True),
        ("thread", ["manage.py", "migrate"], {}, False),
        ("thread", ["/x/django/__main__.py", "shell"], {}, False),
        ("thread", ["manage.py", "runserver"], {"RUN_MAIN": "true"}, True),
    ],
)
def test_who_wants_it(background: str, argv: list[str], environ: dict[str, str], is_wanted: bool) -> None:
    assert thread.is_wanted(background, argv=argv, environ=environ) is is_wanted


class Worker:
    """Says in which thread it ran."""

    def __init__(self) -> None:
        self.ran_in: list[str] = []
        self.ran = threading.Event()

    def run(self) -> None:
        """Note the thread."""
        self.ran_in.append(threading.current_thread().name)
        self.ran.set()

    def stop(self) -> None:
        """Do nothing."""


def test_it_starts_once_in_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread, "_started", {})
    monkeypatch.setattr("os.register_at_fork", lambda **_: None)
    monkeypatch.setattr("atexit.register", lambda *_: None)
    worker = Worker()
    for _ in range(3):
        thread.start(lambda: worker)  # type: ignore[arg-type, return-value]
    assert worker.ran.wait(10)
    assert worker.ran_in == ["vedette-background"]


def test_under_uwsgi_it_starts_in_each_worker_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread, "_started", {})
    monkeypatch.setattr("os.register_at_fork", lambda **_: None)
    monkeypatch.setattr("atexit.register", lambda *_: None)
    uwsgi: Any = types.ModuleType("uwsgi")
    worker, hooks_of_the_site = Worker(), []
    uwsgi.worker_id = lambda: 0
    uwsgi.post_fork_hook = lambda: hooks_of_the_site.append(1)
    monkeypatch.setitem(sys.modules, "uwsgi", uwsgi)

    thread.start(lambda: worker)  # type: ignore[arg-type, return-value]
    assert (thread._started, worker.ran_in) == ({}, [])

    uwsgi.worker_id = lambda: 1
    uwsgi.post_fork_hook()
    assert worker.ran.wait(10)
    assert (worker.ran_in, hooks_of_the_site) == (["vedette-background"], [1])
