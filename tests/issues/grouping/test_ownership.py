"""Whose code a frame is, and whether it tells anything."""

from __future__ import annotations

import pytest

from tests.issues.grouping.events import Event
from vedette.issues.grouping.ownership import judged


def own(platform: str, *frames: Event) -> list[bool]:
    """Return for each of *frames* whether it is the site's own."""
    return [judgement.is_own for judgement in judged(frames, platform=platform)]


def telling(platform: str, *frames: Event) -> list[str]:
    """Return the functions of those of *frames* that tell something."""
    judgements = judged(frames, platform=platform)
    return [frame["function"] for frame, (_, tells) in zip(frames, judgements, strict=True) if tells]


LIBRARIES = {
    "site-packages": ("python", {"abs_path": "/srv/venv/lib/python3.12/site-packages/requests/api.py"}),
    "dist-packages": ("python", {"abs_path": "/usr/lib/python3/dist-packages/requests/api.py"}),
    "a relative path": ("python", {"filename": "site-packages/requests/api.py"}),
    "Windows": ("python", {"abs_path": "C:\\venv\\Lib\\site-packages\\requests\\api.py"}),
    "node_modules": ("node", {"filename": "node_modules/express/lib/router.js"}),
    "vendor": ("php", {"abs_path": "/srv/app/vendor/laravel/framework/src/Kernel.php"}),
    "Go's modules": ("go", {"abs_path": "/home/me/go/pkg/mod/github.com/lib/pq/conn.go"}),
    "a CDN": ("javascript", {"abs_path": "https://cdn.jsdelivr.net/npm/htmx.org/dist/htmx.js"}),
    "a polyfill": ("javascript", {"module": "core-js/modules/es.promise", "filename": "x.js"}),
    "Spring": ("java", {"module": "org.springframework.web.servlet.DispatcherServlet"}),
    "Kotlin": ("java", {"module": "kotlinx.coroutines.DispatchedTask"}),
    "a watcher": ("python", {"abs_path": "/srv/newrelic-admin/api.py", "module": "hooks"}),
}


@pytest.mark.parametrize(("platform", "frame"), LIBRARIES.values(), ids=LIBRARIES)
def test_a_librarys_code_is_known_whatever_the_sdk_says(platform: str, frame: Event) -> None:
    site = {"abs_path": "/srv/app/views.py", "module": "shop.views", "in_app": True}

    assert own(platform, {**frame, "in_app": True}, site) == [False, True]


def test_the_sdk_knows_the_rest() -> None:
    assert own(
        "python", {"module": "shop.views", "in_app": True}, {"module": "shop.tasks", "in_app": False}
    ) == [True, False]
    assert own("python", {"module": "shop.views", "in_app": True}, {"module": "shop.tasks"}) == [True, False]


STANDARD = {
    "Python": ("python", {"abs_path": "/usr/local/lib/python3.12/json/decoder.py", "module": "json.decoder"}),
    "Python's frozen modules": ("python", {"filename": "<frozen importlib._bootstrap>"}),
    "Node": ("node", {"filename": "node:internal/process/task_queues"}),
    "Ruby": ("ruby", {"abs_path": "/var/lib/gems/3.2.0/gems/rack-3.0/lib/rack.rb"}),
    "Java": ("java", {"module": "java.util.ArrayList"}),
    "Go": ("go", {"abs_path": "/usr/local/go/src/net/http/server.go"}),
}


@pytest.mark.parametrize(("platform", "frame"), STANDARD.values(), ids=STANDARD)
def test_without_a_word_from_the_sdk_all_is_the_sites_but_what_is_known(platform: str, frame: Event) -> None:
    assert own(platform, {"abs_path": "/srv/app/views.x", "module": "shop"}, frame) == [True, False]


def test_what_runs_promises_tells_nothing() -> None:
    frames = [{"function": name} for name in ("processTicksAndRejections", "checkout")]

    assert telling("node", *frames) == ["checkout"]


def test_where_an_error_is_reported_is_not_where_it_happened() -> None:
    frames = [{"function": name, "in_app": True} for name in ("checkout", "reportError", "send")]

    assert own("javascript", *frames) == [True, False, False]
    assert own("python", *frames) == [True, True, True]


def test_what_a_pool_of_threads_does_tells_nothing() -> None:
    frames = [
        {"module": "java.lang.Thread", "function": "run"},
        {"module": "java.util.concurrent.ThreadPoolExecutor$Worker", "function": "run"},
        {"module": "java.util.concurrent.ThreadPoolExecutor", "function": "runWorker"},
        {"module": "shop.Orders", "function": "pay"},
        {"module": "java.util.ArrayList", "function": "get"},
        {"module": "java.util.Objects", "function": "checkIndex"},
        {"module": "java.lang.reflect.Method", "function": "invoke"},
        {"module": "java.lang.Class", "function": "getMethod"},
    ]

    assert telling("java", *frames) == ["pay", "get"]


def test_the_start_of_a_process_of_a_pool_tells_nothing() -> None:
    frames = [
        {"module": "__main__", "function": "<module>"},
        {"function": "spawn_main"},
        {"function": "work"},
    ]

    assert telling("python", *frames) == ["spawn_main", "work"]


def test_a_path_without_an_end_is_a_path() -> None:
    assert own("python", {"abs_path": "/" + "x" * 100_000, "in_app": True, "module": "", "function": ""}) == [
        True
    ]
