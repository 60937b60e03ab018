"""Django's cache framework, on every alias: each operation a span of the sampled work that asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.conf import settings as site
from django.core.cache import CacheHandler, caches
from django.core.cache.backends.base import BaseCache

from vedette.capture import wrapping
from vedette.capture.cache_keys import shown
from vedette.capture.recorder import recorder, settings
from vedette.capture.spans import Opened, traced_work
from vedette.capture.work import Work
from vedette.pipeline.limits import clip
from vedette.record.signals import Span

GET, PUT, REMOVE = "cache.get", "cache.put", "cache.remove"
OPERATIONS = {
    "get": GET,
    "get_many": GET,
    "has_key": GET,
    "add": PUT,
    "decr": PUT,
    "incr": PUT,
    "set": PUT,
    "set_many": PUT,
    "touch": PUT,
    "clear": REMOVE,
    "delete": REMOVE,
    "delete_many": REMOVE,
}
"""Sentry's name of each operation.  What is made of these (`get_or_set`, `incr_version`) is seen as its parts."""
MOST_KEYS = 20
_NAME_CHARS = 500
_ALIAS = "_vedette_alias"

_at_work: ContextVar[BaseCache | None] = ContextVar("vedette_cache", default=None)
"""The cache whose operation is a span by now: what it asks of itself meanwhile (`get_many` by `get`) is part of that."""


def install() -> None:
    """Observe the caches that are in use and those that will be."""
    wrapping.wrap(CacheHandler, "create_connection", _observed_creation)
    handler: Any = caches
    for alias in site.CACHES:
        # To ask for one that is not in use would make it.
        if hasattr(handler._connections, alias):
            _observe(caches[alias], alias)


def _observed_creation(original: wrapping.Method) -> wrapping.Method:
    def create_connection(handler: CacheHandler, alias: str) -> Any:
        cache = original(handler, alias)
        try:
            _observe(cache, alias)
        except Exception:  # noqa: BLE001 - the host's edge: a cache of an odd make works unobserved
            recorder().drops.count(Span.table, "capture_failed")
        return cache

    return create_connection


def _observe(cache: BaseCache, alias: str) -> None:
    setattr(cache, _ALIAS, alias)
    # The class, once, rather than each of its caches: an asynchronous site makes one for every request.
    kind = type(cache)
    if kind in _observed_kinds:
        return
    _observed_kinds.add(kind)
    for operation in OPERATIONS:
        if hasattr(kind, operation):
            wrapping.wrap(kind, operation, _observed(operation))
        if iscoroutinefunction(getattr(kind, f"a{operation}", None)):
            wrapping.wrap(kind, f"a{operation}", _observed_async(operation))


_observed_kinds: set[type] = set()


def _observed(operation: str) -> Any:
    def observed(original: wrapping.Method) -> wrapping.Method:
        def call(cache: BaseCache, /, *args: Any, **kwargs: Any) -> Any:
            work = traced_work()
            if work is None or (outer := _at_work.get()) is cache:
                return original(cache, *args, **kwargs)
            with _opened(work, cache, operation, args, kwargs) as span:
                _at_work.set(cache)
                try:
                    answer = original(cache, *args, **kwargs)
                finally:
                    _at_work.set(outer)
                _note(span, operation, args, kwargs, answer)
            return answer

        return call

    return observed


def _observed_async(operation: str) -> Any:
    def observed(original: wrapping.Method) -> wrapping.Method:
        async def call(cache: BaseCache, /, *args: Any, **kwargs: Any) -> Any:
            work = traced_work()
            if work is None or (outer := _at_work.get()) is cache:
                return await original(cache, *args, **kwargs)
            with _opened(work, cache, operation, args, kwargs) as span:
                _at_work.set(cache)
                try:
                    answer = await original(cache, *args, **kwargs)
                finally:
                    _at_work.set(outer)
                _note(span, operation, args, kwargs, answer)
            return answer

        return call

    return observed


def _opened(
    work: Work, cache: BaseCache, operation: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Opened:
    attributes = {"cache.operation": operation}
    name = operation
    try:
        if alias := getattr(cache, _ALIAS, ""):
            attributes["cache.alias"] = alias
        keys = _keys(operation, args, kwargs)
        if operation.endswith("_many") and keys is not None:
            attributes["cache.key_count"] = str(len(keys))
        if keys:
            attributes["cache.key"] = name = _listed(keys)
    except Exception:  # noqa: BLE001 - the host's edge: the operation must happen, whatever its keys are
        recorder().drops.count(Span.table, "capture_failed")
    span = Opened(work, op=OPERATIONS[operation], name=name)
    span.attributes.update(attributes)
    return span


def _keys(operation: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[Any] | None:
    """Return what is asked about; None where that is not known."""
    if operation == "clear":
        return None
    if not operation.endswith("_many"):
        return [args[0] if args else kwargs.get("key")]
    subject = args[0] if args else kwargs.get("data", kwargs.get("keys"))
    # What can be gone through only once is the cache's to go through.
    return list(subject) if isinstance(subject, Mapping | list | tuple | set | frozenset) else None


def _listed(keys: list[Any]) -> str:
    keep_pii = settings().SEND_DEFAULT_PII
    names = [shown(key, keep_pii=keep_pii) for key in keys[:MOST_KEYS]]
    if len(keys) > MOST_KEYS:
        names.append("…")
    return clip(", ".join(names), _NAME_CHARS)


def _note(
    span: Opened, operation: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], answer: Any
) -> None:
    try:
        span.attributes.update(_found(operation, args, kwargs, answer))
    except Exception:  # noqa: BLE001 - the host's edge: the answer is the site's, whatever it is
        recorder().drops.count(Span.table, "capture_failed")


def _found(operation: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], answer: Any) -> dict[str, str]:
    """Return whether something was found, where the answer tells."""
    if operation == "has_key":
        return {"cache.hit": _text(bool(answer))}
    if operation == "get_many" and isinstance(answer, Mapping):
        return {"cache.hit": _text(len(answer) > 0), "cache.found_count": str(len(answer))}
    if operation == "get":
        default = args[1] if len(args) > 1 else kwargs.get("default")
        if answer is not default:
            return {"cache.hit": "true"}
        # What was kept may be the very object that the default is, such as 0 or "".
        if default is None or type(default) is object:
            return {"cache.hit": "false"}
    return {}


def _text(is_so: bool) -> str:
    return "true" if is_so else "false"
