"""Events as the SDKs of Go, Java, PHP and Ruby write them, with what each leaves null, empty or in another form."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.wire.sentry.sent import error

AT = dt.datetime(2026, 11, 23, 7, 34, 4, 500_000, tzinfo=dt.UTC)
GO: dict[str, Any] = {
    "event_id": "a" * 32,
    "timestamp": "2026-11-23T07:34:04.500000999Z",
    "platform": "go",
    "level": "error",
    "sdk": {"name": "sentry.go", "version": "0.36.0", "integrations": ["Modules"], "packages": []},
    "server_name": "h1",
    "user": {},
    "modules": {"shop": "", "github.com/getsentry/sentry-go": "v0.36.0"},
    "contexts": {"runtime": {"name": "go", "version": "go1.25.1", "go_maxprocs": 2}, "os": {"name": "linux"}},
    "exception": [
        {
            "type": "*errors.errorString",
            "value": "no stock",
            "stacktrace": {
                "frames": [
                    {
                        "function": "main",
                        "module": "main",
                        "abs_path": "/a/main.go",
                        "lineno": 9,
                        "in_app": True,
                    },
                    {"function": "(*Shop).Buy", "module": "shop", "lineno": 7, "in_app": True},
                ]
            },
        }
    ],
    "breadcrumbs": [{"category": "cart", "message": "added", "timestamp": "2026-11-23T07:34:03Z"}],
    "tags": {"zone": "eu"},
}
JAVA: dict[str, Any] = {
    "event_id": "a" * 32,
    "timestamp": "2026-11-23T07:34:04.500Z",
    "platform": "java",
    "level": None,
    "logger": "com.shop.Buy",
    "message": {"message": "no {}", "formatted": "no stock", "params": ["stock"]},
    "transaction": None,
    "fingerprint": None,
    "sdk": {"name": "sentry.java.spring-boot.jakarta", "version": "8.26.0", "packages": None},
    "server_name": "h1",
    "user": {"id": None, "username": None, "ip_address": "{{auto}}", "data": None},
    "contexts": {"runtime": {"name": "OpenJDK", "version": "21.0.8"}, "trace": {"op": None, "data": None}},
    "exception": {
        "values": [
            {
                "type": "OutOfStock",
                "module": "com.shop",
                "value": "no stock",
                "thread_id": 31,
                "stacktrace": {
                    "frames": [
                        {
                            "module": "com.shop.Buy",
                            "function": "buy",
                            "filename": "Buy.java",
                            "lineno": 7,
                            "native": False,
                        },
                        {
                            "module": "com.shop.Native",
                            "function": "run",
                            "filename": None,
                            "lineno": -2,
                            "native": True,
                        },
                    ]
                },
                "mechanism": None,
            }
        ]
    },
    "threads": {"values": [{"id": 31, "name": "main", "priority": 5, "current": True, "crashed": None}]},
    "breadcrumbs": [],
    "debug_meta": {"images": [{"type": "proguard", "uuid": "0"}]},
    "tags": {"zone": "eu"},
    "extra": None,
    "request": None,
}
PHP: dict[str, Any] = {
    "event_id": "a" * 32,
    "timestamp": 1795419244.5,
    "platform": "php",
    "sdk": {"name": "sentry.php.laravel", "version": "4.18.0"},
    "server_name": "h1",
    "user": [],
    "extra": [],
    "modules": {"laravel/framework": "12.0"},
    "contexts": {"runtime": {"name": "php", "version": "8.4.1", "sapi": "fpm-fcgi"}, "os": []},
    "request": {
        "url": "https://shop.example/buy",
        "method": "POST",
        "headers": {"Host": ["shop.example"], "X-Request-Id": ["r1"]},
        "cookies": [],
        "data": [],
    },
    "exception": {
        "values": [
            {
                "type": "Shop\\OutOfStock",
                "value": "no stock",
                "stacktrace": {
                    "frames": [
                        {"filename": "/public/index.php", "lineno": 9, "function": None, "in_app": False},
                        {
                            "filename": "/app/Buy.php",
                            "lineno": 7,
                            "raw_function": "Shop\\Buy::run",
                            "in_app": True,
                        },
                    ]
                },
                "mechanism": {"type": "generic", "handled": True, "data": {"code": 0}},
            }
        ]
    },
    "breadcrumbs": {
        "values": [{"type": "default", "category": "sql.query", "level": "info", "timestamp": 1.5}]
    },
    "tags": {"zone": "eu"},
}
RUBY: dict[str, Any] = {
    "event_id": "a" * 32,
    "timestamp": "2026-11-23T07:34:04.5Z",
    "platform": "ruby",
    "level": "error",
    "message": "",
    "fingerprint": [],
    "sdk": {"name": "sentry.ruby.rails", "version": "6.1.0"},
    "server_name": "h1",
    "user": {},
    "modules": {"rails": "8.1.0"},
    "contexts": {"runtime": {"name": "ruby", "version": "ruby 3.4.1 (2026) [x86_64]"}, "state": {}},
    "exception": {
        "values": [
            {
                "type": "Shop::OutOfStock",
                "module": "Shop",
                "value": "no stock (Shop::OutOfStock)",
                "thread_id": 1256,
                "stacktrace": {
                    "frames": [
                        {"abs_path": "/app/buy.rb", "filename": "buy.rb", "function": "block in run", "lineno": 7, "module": None, "in_app": True, "project_root": "/app"},
                        None,
                    ]
                },
                "mechanism": {"type": "rails", "handled": False},
            }
        ]
    },
    "threads": {"values": [{"id": 1256, "name": None, "crashed": True, "current": True, "stacktrace": None}]},
    "breadcrumbs": {"values": [{"category": None, "data": {}, "level": None, "message": "", "type": None}]},
    "tags": {"zone": "eu"},
    "request": {"url": "https://shop.example/buy", "method": "POST", "env": {}, "headers": {}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("event", "kind", "culprit"),
    [
        (GO, "*errors.errorString", "shop in (*Shop).Buy"),
        (JAVA, "OutOfStock", "com.shop.Native in run"),
        (PHP, "Shop\\OutOfStock", "/app/Buy.php"),
        (RUBY, "Shop::OutOfStock", "buy.rb in block in run"),
    ],
    ids=["Go", "Java", "PHP", "Ruby"],
)
def test_an_event_of_each_language_is_read_whole(event: dict[str, Any], kind: str, culprit: str) -> None:
    found = error(event)

    assert (found.type, found.value[:8], found.level, found.culprit) == (kind, "no stock", "error", culprit)
    assert (found.time, found.host, found.event_id) == (AT, "h1", "a" * 32)
    assert found.attributes["zone"] == "eu"
    assert found.attributes["runtime.name"] == event["contexts"]["runtime"]["name"]
    assert found.attributes["telemetry.sdk.name"] == event["sdk"]["name"]
    assert isinstance(found.payload, dict)
    frames = found.payload["exception"]["values"][0]["stacktrace"]["frames"]
    assert 7 in [frame["lineno"] for frame in frames]
    crumbs = found.payload.get("breadcrumbs", {"values": []})["values"]
    assert len(crumbs) == (0 if event is JAVA else 1)


def test_what_only_some_of_them_say_is_found_as_well() -> None:
    java, php, ruby = error(JAVA), error(PHP), error(RUBY)

    assert isinstance(java.payload, dict)
    assert (java.payload["logentry"]["formatted"], java.attributes["logger.name"]) == (
        "no stock",
        "com.shop.Buy",
    )
    assert (php.request_id, php.attributes["url.full"]) == ("r1", "https://shop.example/buy")
    assert (php.handled, ruby.handled) == (True, False)
