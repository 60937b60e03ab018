"""An event, part by part: `view_of`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vedette.web.event.breadcrumbs import Crumb, breadcrumbs_of
from vedette.web.event.exceptions import Thrown, exceptions_of
from vedette.web.event.frames import Frame, Trace, frame_of_template, trace_of
from vedette.web.event.sent import Sent, sent_of
from vedette.web.event.texts import Pair, Text, first_line, pairs, sorted_pairs, text
from vedette.wire.sentry.error import main_exception
from vedette.wire.sentry.event import level_of, normalised
from vedette.wire.times import time_of
from vedette.wire.values import Mapping, dict_of, list_of, short, text_of

TITLE_CHARS = 250
_UNTITLED = "<no message>"
_CONTEXTS_LAST = ("trace", "profile", "response", "culture", "cloud_resource", "otel")


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread of the process at the time of the error."""

    name: str
    is_crashed: bool
    is_current: bool
    trace: Trace | None


@dataclass(frozen=True, slots=True)
class Section:
    """Values under a heading."""

    name: str
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class View:
    """An event as a page shows it; what it does not have is empty."""

    event_id: str
    at: dt.datetime | None
    title: str
    level: str
    platform: str
    message: Text
    parameters: tuple[Pair, ...]
    exceptions: tuple[Thrown, ...]
    trace: Trace | None
    threads: tuple[Thread, ...]
    template: Frame | None
    reports: tuple[Section, ...]
    breadcrumbs: tuple[Crumb, ...]
    request: Sent | None
    user: tuple[Pair, ...]
    tags: tuple[Pair, ...]
    contexts: tuple[Section, ...]
    extra: tuple[Pair, ...]
    packages: tuple[Pair, ...]
    sdk: str
    is_newest_first: bool

    @property
    def has_trace(self) -> bool:
        """Tell whether there is a stack trace, which may be read from either end."""
        threads = any(thread.trace for thread in self.threads)
        return bool(self.trace or threads or any(thrown.trace for thrown in self.exceptions))


def view_of(payload: Mapping, *, is_newest_first: bool = True) -> View:
    """Return the event in *payload*, whatever of it is missing or odd."""
    event = normalised(payload)
    at = time_of(event.get("timestamp"))
    entry = dict_of(event.get("logentry"))
    template = dict_of(event.get("template"))
    return View(
        event_id=text_of(event.get("event_id")),
        at=at,
        title=title_of(event),
        level=level_of(event.get("level")),
        platform=text_of(event.get("platform")),
        message=text(text_of(entry.get("formatted") or entry.get("message"))),
        parameters=_parameters(entry),
        exceptions=exceptions_of(event, is_newest_first=is_newest_first),
        trace=_trace(event, is_newest_first),
        threads=tuple(_threads(event, is_newest_first)),
        template=frame_of_template(template) if template else None,
        reports=tuple(_sections(event, ("csp", "hpkp", "expectct", "expectstaple", "nel"))),
        breadcrumbs=breadcrumbs_of(event, at=at),
        request=sent_of(event),
        user=pairs(_flat(dict_of(event.get("user")))),
        tags=sorted_pairs(dict_of(event.get("tags"))),
        contexts=_contexts(dict_of(event.get("contexts"))),
        extra=sorted_pairs(dict_of(event.get("extra"))),
        packages=_packages(event.get("modules")),
        sdk=_sdk(dict_of(event.get("sdk"))),
        is_newest_first=is_newest_first,
    )


def title_of(event: Mapping) -> str:
    """Return what a normalised *event* is called, in one line."""
    thrown = main_exception(event)
    entry = dict_of(event.get("logentry"))
    kind, value = text_of(thrown.get("type")), first_line(text_of(thrown.get("value")))
    if kind or value:
        return short(": ".join(part for part in (kind, value) if part), TITLE_CHARS)
    message = first_line(text_of(entry.get("formatted") or entry.get("message")))
    place = text_of(event.get("transaction") or event.get("culprit"))
    return short(message or place or _UNTITLED, TITLE_CHARS)


def _parameters(entry: Mapping) -> tuple[Pair, ...]:
    template, params = text_of(entry.get("message")), entry.get("params")
    if not params:
        return ()
    values = params if isinstance(params, dict) else dict(enumerate(list_of(params)))
    return (Pair("template", text(template)), *pairs({str(name): value for name, value in values.items()}))


def _trace(event: Mapping, is_newest_first: bool) -> Trace | None:
    platform = text_of(event.get("platform")) or "other"
    return trace_of(event.get("stacktrace"), platform=platform, is_newest_first=is_newest_first)


def _threads(event: Mapping, is_newest_first: bool) -> Iterator[Thread]:
    """Yield the threads that have a stack trace, the one that crashed first."""
    platform = text_of(event.get("platform")) or "other"
    found: Sequence[Mapping] = [
        item for item in list_of(event.get("threads")) if isinstance(item, dict) and item.get("stacktrace")
    ]
    for item in sorted(found, key=lambda item: (item.get("crashed") is not True, not item.get("current"))):
        yield Thread(
            name=text_of(item.get("name")) or text_of(item.get("id")) or "unnamed",
            is_crashed=item.get("crashed") is True,
            is_current=item.get("current") is True,
            trace=trace_of(item["stacktrace"], platform=platform, is_newest_first=is_newest_first),
        )


def _sections(event: Mapping, names: Sequence[str]) -> Iterator[Section]:
    for name in names:
        if values := dict_of(event.get(name)):
            yield Section(name, pairs(values))


def _contexts(contexts: Mapping) -> tuple[Section, ...]:
    found = []
    for name, values in contexts.items():
        shown = values if isinstance(values, dict) else {"value": values}
        kept = {key: value for key, value in shown.items() if value not in (None, "") and key != "type"}
        if kept:
            found.append(Section(text_of(name), pairs(kept)))
    # What an SDK adds to every event comes after what the site said.
    return tuple(sorted(found, key=lambda section: (section.name in _CONTEXTS_LAST, section.name)))


def _flat(user: Mapping) -> Mapping:
    flat = {name: value for name, value in user.items() if not isinstance(value, dict)}
    for name, value in user.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{key}": item for key, item in value.items() if item is not None}
    return flat


def _packages(modules: object) -> tuple[Pair, ...]:
    if isinstance(modules, list):
        named = [item for item in modules if isinstance(item, dict)]
        return sorted_pairs({text_of(item.get("name")): text_of(item.get("version")) for item in named})
    return sorted_pairs({name: text_of(value) for name, value in dict_of(modules).items()})


def _sdk(sdk: Mapping) -> str:
    return " ".join(text_of(sdk[name]) for name in ("name", "version") if sdk.get(name))
