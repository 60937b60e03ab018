"""What of an event it is grouped by: the first of these that tells anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from vedette.issues.grouping.exceptions import Chain, chain_of
from vedette.issues.grouping.parameters import normalized
from vedette.issues.grouping.places import frames_of
from vedette.issues.grouping.reports import report_variant
from vedette.issues.grouping.traces import traced
from vedette.issues.grouping.variants import Name, Part, Variant, Variants, kept
from vedette.wire.values import Mapping, dict_of, list_of, text_of

_BOTH: tuple[Name, ...] = ("app", "system")


class Basis(NamedTuple):
    """What an event is grouped by by default, and the exceptions that name it."""

    variants: Variants
    chain: Chain


def basis_of(event: Mapping, *, platform: str, is_trace_first: bool) -> Basis:
    """Return the variants of the first strategy that tells anything of *event*; none where no strategy does."""
    chain = chain_of(event, platform=platform, is_trace_first=is_trace_first)
    if chain.variants:
        return Basis(chain.variants, chain)
    for strategy in _OTHERS:
        if variants := strategy(event, platform):
            return Basis(variants, chain)
    return Basis({}, chain)


def crashed_thread(event: Mapping) -> Mapping:
    """Return the one thread of *event* that crashed, that was running, or that there is; empty where none stands out."""
    threads = [item for item in list_of(event.get("threads")) if isinstance(item, dict)]
    for choose in (_is_crashed, _is_current, _is_any):
        chosen = [thread for thread in threads if choose(thread)]
        if len(chosen) == 1:
            return chosen[0]
    return {}


def _is_crashed(thread: Mapping) -> bool:
    return bool(thread.get("crashed"))


def _is_current(thread: Mapping) -> bool:
    return bool(thread.get("current"))


def _is_any(thread: Mapping) -> bool:
    return True


def _trace(strategy: str, stacktrace: object, platform: str) -> Variants:
    trace = traced(frames_of(stacktrace), platform=platform)
    return kept({name: Variant(name, strategy, trace.parts(name)) for name in _BOTH})


def _threads(event: Mapping, platform: str) -> Variants:
    return _trace("thread", crashed_thread(event).get("stacktrace"), platform)


def _stacktrace(event: Mapping, platform: str) -> Variants:
    return _trace("stacktrace", event.get("stacktrace"), platform)


def _template(event: Mapping, platform: str) -> Variants:
    template = dict_of(event.get("template"))
    texts = tuple(text_of(template[key]) for key in ("filename", "context_line") if template.get(key))
    return kept({"default": Variant("default", "template", (Part("template", texts),))}) if texts else {}


def _report(event: Mapping, platform: str) -> Variants:
    variant = report_variant(event)
    return {"default": variant} if variant else {}


def messages_of(event: Mapping) -> Iterator[str]:
    """Yield the message of *event* with its parameters left out, then as it was shown, as far as it has them."""
    for entry in (event.get("logentry"), event.get("message")):
        if isinstance(entry, dict):
            yield from (text_of(entry[key]) for key in ("message", "formatted") if entry.get(key))
        elif entry:
            yield text_of(entry)


def _message(event: Mapping, platform: str) -> Variants:
    message = next(messages_of(event), "")
    text = normalized(message) if message else ""
    return {"default": Variant("default", "message", (Part("message", (text,)),))} if text else {}


_OTHERS: tuple[Callable[[Mapping, str], Variants], ...] = (
    _threads,
    _stacktrace,
    _template,
    _report,
    _message,
)
"""What is asked after the exceptions, in this order."""
