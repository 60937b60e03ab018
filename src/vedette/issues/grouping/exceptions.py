"""What an exception, or a chain of them, is grouped by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vedette.issues.grouping.exception_tree import relevant
from vedette.issues.grouping.parameters import normalized
from vedette.issues.grouping.places import frames_of
from vedette.issues.grouping.traces import traced
from vedette.issues.grouping.variants import Name, Part, Variant, Variants, kept
from vedette.wire.values import Mapping, dict_of, list_of, text_of

_APP: tuple[Name, ...] = ("app",)
_BOTH: tuple[Name, ...] = ("app", "system")


class Chain(NamedTuple):
    """The exceptions of an event: what they are grouped by, and the one that names the event."""

    variants: Variants
    main: Mapping
    is_chosen: bool
    """Whether `main` was chosen among a group, rather than being the last that was raised."""


def exceptions_of(event: Mapping) -> list[Mapping]:
    """Return the exceptions of *event*, in the order in which they were raised."""
    return [item for item in list_of(event.get("exception")) if isinstance(item, dict)]


def chain_of(event: Mapping, *, platform: str, is_trace_first: bool) -> Chain:
    """Return what the exceptions of *event* are grouped by; *is_trace_first* puts stack traces before types."""
    exceptions = exceptions_of(event)
    single = {id(thrown): _parts(thrown, platform, is_trace_first) for thrown in exceptions}
    counted, chosen = relevant(exceptions, key_of=lambda thrown: tuple(single[id(thrown)].items()))
    strategy = "exception" if len(counted) == 1 else "chain"
    together: dict[Name, list[Part]] = {}
    for thrown in counted:
        for name, parts in single[id(thrown)].items():
            together.setdefault(name, []).extend(parts)
    variants: Variants = {name: Variant(name, strategy, tuple(parts)) for name, parts in together.items()}
    main = _named(event, exceptions) if chosen is None else chosen
    return Chain(kept(variants), main, chosen is not None)


def _parts(thrown: Mapping, platform: str, is_trace_first: bool) -> dict[Name, tuple[Part, ...]]:
    mechanism = dict_of(thrown.get("mechanism"))
    kind, value = text_of(thrown.get("type")), text_of(thrown.get("value"))
    code = _code(mechanism)
    # What an SDK raised to have a stack trace has a type that says so, and nothing of what went wrong.
    first = [Part("type", (kind,))] if kind and not mechanism.get("synthetic") else []
    stacktrace = thrown.get("stacktrace")
    stack = traced(frames_of(stacktrace), platform=platform) if stacktrace is not None else None
    found: dict[Name, tuple[Part, ...]] = {}
    for name in _BOTH if stacktrace is not None else _APP:
        trace = stack.parts(name) if stack is not None else ()
        last = [Part("value", (normalized(value),))] if value and not trace and not code else []
        found[name] = tuple(
            [*trace, *first, *code, *last] if is_trace_first else [*first, *last, *code, *trace]
        )
    return found


def _code(mechanism: Mapping) -> list[Part]:
    error = dict_of(dict_of(mechanism.get("meta")).get("ns_error"))
    texts = tuple(text_of(error[key]) for key in ("domain", "code") if error.get(key) is not None)
    return [Part("code", texts)] if texts else []


def _named(event: Mapping, exceptions: Sequence[Mapping]) -> Mapping:
    wanted = event.get("main_exception_id")
    if wanted is not None:
        for thrown in exceptions:
            if dict_of(thrown.get("mechanism")).get("exception_id") == wanted:
                return thrown
    named = [thrown for thrown in exceptions if thrown.get("type") or thrown.get("value")]
    return named[-1] if named else exceptions[-1] if exceptions else {}
