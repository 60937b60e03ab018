"""Every setting of Vedette: one dict, ``VEDETTE = {...}``, read into one frozen dataclass.

`load` turns the dict into `Settings` and collects what is wrong with it; `get` is what the rest of Vedette calls.  A value
that is wrong is reported by ``manage.py check`` and its default is used meanwhile: a site must not fall over its monitoring.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import ipaddress
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MIB = 1 << 20
GIB = 1 << 30

DEFAULT_RETENTION_DAYS: Mapping[str, int] = {
    "requests": 30,
    "logs": 14,
    "spans": 14,
    "errors": 90,
    "metrics": 90,
    "events": 400,
    "checks": 90,
    "profiles": 7,
    "rollups": 400,
}
MOST_DAYS = 36_500
"""A hundred years: whoever keeps records for longer means for good, and the calendar has to reach back that far."""


class SettingsError(Exception):
    """A setting that Vedette cannot work without is absent or wrong; the message says which and how to mend it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a setting.

    `check_id` is the system check's id (``vedette.E002``).
    """

    check_id: str
    message: str
    hint: str


def _setting(
    default: Any = dataclasses.MISSING,
    *,
    help: str,
    unit: str = "",
    parse: Callable[[Any], Any],
    factory: Any = None,
) -> Any:
    metadata = {"help": help, "unit": unit, "parse": parse}
    if factory is not None:
        return field(default_factory=factory, metadata=metadata)
    return field(default=default, metadata=metadata)


def _path(value: Any) -> Path:
    if not isinstance(value, str | os.PathLike) or not str(value):
        raise ValueError("must be a path")
    return Path(value).expanduser().absolute()


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
    return value


def _host(value: Any) -> str:
    return _text(value) or socket.gethostname()


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be True or False")
    return value


def _whole(*, at_least: int) -> Callable[[Any], int]:
    def parse(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < at_least:
            raise ValueError(f"must be a whole number of at least {at_least:,}")
        return value

    return parse


def _number(*, at_least: float, at_most: float | None = None) -> Callable[[Any], float]:
    def parse(value: Any) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not value >= at_least or (at_most is not None and value > at_most):
            upper = "" if at_most is None else f" and at most {at_most:g}"
            raise ValueError(f"must be a number of at least {at_least:g}{upper}")
        return float(value)

    return parse


def _one_of(*choices: str) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if value not in choices:
            raise ValueError("must be one of " + ", ".join(repr(choice) for choice in choices))
        return str(value)

    return parse


def _level(value: Any) -> str:
    return _one_of("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")(
        value.upper() if isinstance(value, str) else value
    )


def _networks(value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ValueError("must be a list of addresses or networks, such as ['10.0.0.0/8']")
    for network in value:
        ipaddress.ip_network(_text(network), strict=False)
    return tuple(value)


def _days(value: Any) -> Mapping[str, int]:
    if isinstance(value, int) and not isinstance(value, bool):
        value = dict.fromkeys(DEFAULT_RETENTION_DAYS, value)
    if not isinstance(value, Mapping):
        raise ValueError("must be a number of days, or a dict of table to days")
    unknown = set(value) - set(DEFAULT_RETENTION_DAYS)
    if unknown:
        raise ValueError(
            f"knows no table {sorted(unknown)[0]!r}; there are " + ", ".join(DEFAULT_RETENTION_DAYS)
        )
    positive = _whole(at_least=1)
    kept = {table: min(positive(days), MOST_DAYS) for table, days in value.items()}
    return {**DEFAULT_RETENTION_DAYS, **kept}


_UNSET = Path()


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings, checked, with defaults filled in."""

    DIR: Path = _setting(
        _UNSET, parse=_path, help="Directory for all of Vedette's files: journal, store and state. Required."
    )
    SERVICE: str = _setting(
        "", parse=_text, help="Name of this service; by default the name of the Django project."
    )
    ENVIRONMENT: str = _setting(
        "", parse=_text, help="Where it runs; by default 'development' where DEBUG is on, else 'production'."
    )
    RELEASE: str = _setting(
        "",
        parse=_text,
        help="What is deployed; by default the environment variable GIT_COMMIT_SHA, SENTRY_RELEASE or SOURCE_VERSION.",
    )
    HOST: str = _setting(
        factory=socket.gethostname, parse=_host, help="Name of this host; by default its host name."
    )
    STORE: str = _setting(
        "embedded",
        parse=_one_of("embedded"),
        help="Where records rest: 'embedded' (Parquet files below DIR).",
    )
    BACKGROUND: str = _setting(
        "auto",
        parse=_one_of("auto", "thread", "off"),
        help="Background work inside the site's process: 'auto' (a thread under runserver), 'thread' (always) or 'off'.",
    )
    LEASE_S: float = _setting(
        10.0, unit="s", parse=_number(at_least=1, at_most=600), help="Length of the leader's lease."
    )
    DRAIN_INTERVAL_S: float = _setting(
        1.0,
        unit="s",
        parse=_number(at_least=0.05, at_most=60),
        help="Pause between two looks of the drain at the journal.",
    )
    SEND_DEFAULT_PII: bool = _setting(
        False,
        parse=_boolean,
        help="Keep personal data: whole client addresses instead of /24 and /48 networks.",
    )
    TRUSTED_PROXIES: tuple[str, ...] = _setting(
        (),
        parse=_networks,
        help="Addresses or networks of the proxies in front of the site; only they are believed about the client's address.",
    )
    SLOW_QUERY_MS: float = _setting(
        100.0,
        unit="ms",
        parse=_number(at_least=0),
        help="An SQL query that takes longer is recorded by itself.",
    )
    REPEATED_QUERY_COUNT: int = _setting(
        5, parse=_whole(at_least=2), help="A statement issued this often in one request is an N+1 suspect."
    )
    TRACES_SAMPLE_RATE: float = _setting(
        0.1,
        parse=_number(at_least=0, at_most=1),
        help="Share of requests, commands and tasks that are traced: each query, template and cache operation is a span.",
    )
    PROFILES_SAMPLE_RATE: float = _setting(
        0.1,
        parse=_number(at_least=0, at_most=1),
        help="Share of the sampled requests and transactions that sentry_sdk profiles.",
    )
    SENTRY: bool = _setting(
        True,
        parse=_boolean,
        help="Capture through sentry_sdk: errors, and all that the site sends with the SDK's API.",
    )
    SENTRY_DSN: str = _setting(
        "",
        parse=_text,
        help="A Sentry elsewhere that gets a copy; by default the environment variable SENTRY_DSN.",
    )
    LOG_LEVEL: str = _setting("INFO", parse=_level, help="Least level of a log record that is stored.")
    REQUEST_LOG: bool = _setting(
        True, parse=_boolean, help="Write each request as a line 'HTTP Request' to django.log."
    )
    JOURNAL_SEGMENT_BYTES: int = _setting(
        4 * MIB,
        unit="bytes",
        parse=_whole(at_least=64 * 1024),
        help="Size at which a process begins a new journal file.",
    )
    JOURNAL_MAX_BYTES: int = _setting(
        512 * MIB,
        unit="bytes",
        parse=_whole(at_least=MIB),
        help="Size of the journal past which the oldest, least important records are dropped (and counted).",
    )
    STORE_MAX_BYTES: int = _setting(
        10 * GIB,
        unit="bytes",
        parse=_whole(at_least=16 * MIB),
        help="Size of the store past which the oldest parts are removed.",
    )
    ATTACHMENTS_MAX_BYTES: int = _setting(
        512 * MIB,
        unit="bytes",
        parse=_whole(at_least=0),
        help="Size of all files that came with events past which the oldest are removed; 0 keeps none.",
    )
    SOURCEMAPS_MAX_BYTES: int = _setting(
        1 * GIB,
        unit="bytes",
        parse=_whole(at_least=0),
        help="Size of uploaded source maps past which those needed longest ago are removed; 0 takes none.",
    )
    RETENTION_DAYS: Mapping[str, int] = _setting(
        factory=lambda: dict(DEFAULT_RETENTION_DAYS),
        unit="days",
        parse=_days,
        help="How long records are kept: a number for all tables, or a dict of table to days.",
    )
    QUERY_MEMORY_BYTES: int = _setting(
        512 * MIB,
        unit="bytes",
        parse=_whole(at_least=64 * MIB),
        help="Memory that the queries of one process may use.",
    )
    QUERY_THREADS: int = _setting(
        2, parse=_whole(at_least=1), help="Threads that the queries of one process may use."
    )
    QUERY_TIMEOUT_S: float = _setting(
        20.0,
        unit="s",
        parse=_number(at_least=0.1, at_most=3600),
        help="Longest time that one query may take.",
    )
    BACKGROUND_MEMORY_BYTES: int = _setting(
        96 * MIB,
        unit="bytes",
        parse=_whole(at_least=32 * MIB),
        help="Memory that draining and merging may use for sorting.",
    )

    GROUPING_RULES: str = _setting(
        "",
        parse=_text,
        help="Rules that say which errors are one issue, one a line; they come before what is grouped by default.",
    )

    INGEST: bool = _setting(
        True, parse=_boolean, help="Take what Sentry's SDKs and OpenTelemetry's exporters send to this site."
    )
    INGEST_MAX_BYTES: int = _setting(
        20 * MIB,
        unit="bytes",
        parse=_whole(at_least=64 * 1024),
        help="Size past which a body that was sent is refused, decompressed.",
    )
    INGEST_PER_MINUTE: int = _setting(
        60_000,
        parse=_whole(at_least=0),
        help="Bodies, and records of one kind, that one key may send in a minute to one process; 0 is no limit.",
    )

    @property
    def has_dir(self) -> bool:
        """Whether `DIR` was given; nothing can be kept where it was not."""
        return self.DIR != _UNSET

    @property
    def journal_dir(self) -> Path:
        """The directory of the journal's segments."""
        return self.DIR / "journal"

    @property
    def parts_dir(self) -> Path:
        """The directory of the store's parts."""
        return self.DIR / "parts"

    @property
    def attachments_dir(self) -> Path:
        """The directory of files that came with events."""
        return self.DIR / "attachments"

    @property
    def sourcemaps_dir(self) -> Path:
        """The directory of uploaded source maps."""
        return self.DIR / "sourcemaps"

    @property
    def scratch_dir(self) -> Path:
        """The directory of files that live as long as one query or one write."""
        return self.DIR / "scratch"

    @property
    def series_dir(self) -> Path:
        """The directory of what is remembered of cumulative series."""
        return self.DIR / "series"

    @property
    def quarantine_dir(self) -> Path:
        """The directory of what was found damaged."""
        return self.DIR / "quarantine"

    @property
    def state_path(self) -> Path:
        """The state database, where it is SQLite."""
        return self.DIR / "state.sqlite3"


FIELDS: Mapping[str, dataclasses.Field[Any]] = {item.name: item for item in dataclasses.fields(Settings)}


def load(values: object, *, defaults: Mapping[str, str] | None = None) -> tuple[Settings, list[Problem]]:
    """Return the settings in *values* and what is wrong with them.

    *defaults* are used for text settings that are absent or empty (``SERVICE``, ``ENVIRONMENT``, ``RELEASE``).
    """
    if not isinstance(values, Mapping):
        problem = Problem(
            "vedette.E001",
            "VEDETTE is not set."
            if values is None
            else f"VEDETTE must be a dict, not {type(values).__name__}.",
            'Add VEDETTE = {"DIR": BASE_DIR / "vedette"} to the settings.',
        )
        return _made(dict(defaults or {})), [problem]
    problems = [_unknown(str(name)) for name in values if name not in FIELDS]
    accepted: dict[str, Any] = dict(defaults or {})
    for name, item in FIELDS.items():
        if name not in values or (values[name] == "" and name in accepted):
            continue
        try:
            accepted[name] = item.metadata["parse"](values[name])
        except (ValueError, TypeError, RuntimeError, OverflowError) as error:
            problems.append(
                Problem(
                    "vedette.E003",
                    f"VEDETTE[{name!r}] = {_shown(values[name])}: {error}.",
                    item.metadata["help"],
                )
            )
    if "DIR" not in values:
        problems.insert(
            0,
            Problem(
                "vedette.E001",
                'VEDETTE["DIR"] is not set.',
                'Add "DIR": BASE_DIR / "vedette" to VEDETTE in the settings.',
            ),
        )
    return _made(accepted), problems


def _made(values: dict[str, Any]) -> Settings:
    return Settings(**values)


def _unknown(name: str) -> Problem:
    nearest = difflib.get_close_matches(name.upper(), FIELDS, n=1, cutoff=0.5)
    hint = f"Did you mean {nearest[0]!r}?" if nearest else "The settings are " + ", ".join(FIELDS) + "."
    return Problem("vedette.E002", f"VEDETTE has no setting {name!r}.", hint)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"


def release_of_environment() -> str:
    """Return what is deployed, as the environment variables of this process tell it; ``""`` where they do not."""
    names = ("GIT_COMMIT_SHA", "SENTRY_RELEASE", "SOURCE_VERSION")
    return next((os.environ[name] for name in names if os.environ.get(name)), "")


def _site_defaults() -> dict[str, str]:
    from django.conf import settings as site

    module = os.environ.get("DJANGO_SETTINGS_MODULE") or getattr(site, "ROOT_URLCONF", "") or ""
    return {
        "SERVICE": str(getattr(site, "ROOT_URLCONF", "") or module).partition(".")[0] or "django",
        "ENVIRONMENT": "development" if site.DEBUG else "production",
        "RELEASE": release_of_environment(),
    }


@functools.lru_cache(maxsize=1)
def load_site() -> tuple[Settings, list[Problem]]:
    """Return the site's settings and what is wrong with them."""
    from django.conf import settings as site

    return load(getattr(site, "VEDETTE", None), defaults=_site_defaults())


def get() -> Settings:
    """Return the site's settings.

    Raises:
        SettingsError: If ``VEDETTE["DIR"]`` is absent, since nothing can be kept then.
    """
    settings, problems = load_site()
    if not settings.has_dir:
        problem = next(
            problem
            for problem in problems
            if problem.check_id == "vedette.E001" or "'DIR'" in problem.message
        )
        raise SettingsError(f"{problem.message} {problem.hint}")
    return settings


def reload() -> None:
    """Forget the settings that were read; for tests and for Django's ``setting_changed``."""
    load_site.cache_clear()
