"""Fingerprints that a client or a rule sets: parts of their own, or parts beside what is found by default."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from vedette.issues.grouping.exceptions import exceptions_of
from vedette.issues.grouping.parameters import parameterize
from vedette.issues.grouping.places import frames_of
from vedette.issues.grouping.strategies import crashed_thread, messages_of
from vedette.issues.grouping.variants import Part, Variant, Variants
from vedette.wire.values import Mapping, pairs_of, text_of

DEFAULT = "{{ default }}"
_VARIABLE = re.compile(r"\{\{\s*([\w.:-]+)\s*\}\}")


def fingerprint_of(event: Mapping) -> tuple[str, ...]:
    """Return the fingerprint that the client gave *event*; empty where it gave none but the default."""
    given = event.get("fingerprint")
    parts = tuple(text_of(item) for item in given if item is not None) if isinstance(given, list) else ()
    return () if len(parts) == 1 and is_default(parts[0]) else parts


def is_default(part: str) -> bool:
    """Return whether *part* of a fingerprint stands for what is found by default."""
    found = _VARIABLE.fullmatch(part.strip())
    return found is not None and found[1] == "default"


def with_fingerprint(
    variants: Variants, fingerprint: Sequence[str], *, strategy: str, event: Mapping
) -> Variants:
    """Return *variants* as the *fingerprint* of *event* makes them; *strategy* says who set it.

    A fingerprint without a default is all that counts.  One with it is put together with each of *variants*, so that one
    issue becomes as many as the fingerprint has values.
    """
    resolved = [part if is_default(part) else resolve(part, event=event) for part in fingerprint]
    if not any(map(is_default, resolved)):
        part = Part("fingerprint", tuple(resolved))
        return {"fingerprint": Variant("fingerprint", strategy, (part,))}
    mixed: Variants = {}
    for name, variant in variants.items():
        parts: list[Part] = []
        for text in resolved:
            parts += variant.parts if is_default(text) else (Part("fingerprint", (text,)),)
        mixed[name] = Variant(name, variant.strategy, tuple(parts))
    return mixed


def resolve(part: str, *, event: Mapping) -> str:
    """Return *part* of a fingerprint with the variable that it is, such as ``{{ transaction }}``, resolved.

    A message of the event is parameterized, whether the variable stands for it or the client wrote it out: a fingerprint
    with an id in it would make an issue of each event.
    """
    found = _VARIABLE.fullmatch(part.strip())
    if found:
        value = _value(found[1], event)
        return parameterize(value) if found[1] == "message" else value
    is_message = part in messages_of(event) or any(
        part == thrown.get("value") for thrown in exceptions_of(event)
    )
    return parameterize(part) if is_message else part


def expand(template: str, *, event: Mapping) -> str:
    """Return *template*, a title, with each variable in it resolved."""
    return _VARIABLE.sub(lambda found: _value(found[1], event), template)


def crash_frame(event: Mapping) -> Mapping:
    """Return the innermost frame of the site's own in the last exception of *event*, or its innermost; empty for none."""
    exceptions = exceptions_of(event)
    traces = [thrown.get("stacktrace") for thrown in reversed(exceptions)]
    for trace in (*traces, event.get("stacktrace"), crashed_thread(event).get("stacktrace")):
        if frames := frames_of(trace):
            return next((frame for frame in reversed(frames) if frame.get("in_app")), frames[-1])
    return {}


def tags_of(event: Mapping) -> Mapping:
    """Return the tags of *event* by name."""
    return pairs_of(event.get("tags"))


def _value(variable: str, event: Mapping) -> str:
    if variable.startswith("tags."):
        name = variable.removeprefix("tags.")
        found = tags_of(event).get(name)
        return text_of(found) if found is not None else f"<no-value-for-tag-{name}>"
    if variable not in _VARIABLES:
        return f"<unrecognized-variable-{variable}>"
    name, read = _VARIABLES[variable]
    return read(event) or f"<no-{name}>"


def _last_thrown(key: str) -> Callable[[Mapping], str]:
    def read(event: Mapping) -> str:
        exceptions = exceptions_of(event)
        return text_of(exceptions[-1].get(key)) if exceptions else ""

    return read


def _crash(*keys: str) -> Callable[[Mapping], str]:
    def read(event: Mapping) -> str:
        frame = crash_frame(event)
        return next((text_of(frame[key]) for key in keys if frame.get(key)), "")

    return read


def _own(key: str) -> Callable[[Mapping], str]:
    return lambda event: text_of(event.get(key))


def _package(event: Mapping) -> str:
    return re.split(r"[/\\]", _crash("package")(event))[-1]


def _message(event: Mapping) -> str:
    shown = list(messages_of(event))
    return shown[-1] if shown else _last_thrown("value")(event)


_VARIABLES: dict[str, tuple[str, Callable[[Mapping], str]]] = {
    "transaction": ("transaction", _own("transaction")),
    "level": ("level", _own("level")),
    "logger": ("logger", _own("logger")),
    "release": ("release", _own("release")),
    "environment": ("environment", _own("environment")),
    "message": ("message", _message),
    "type": ("type", _last_thrown("type")),
    "error.type": ("type", _last_thrown("type")),
    "value": ("value", _last_thrown("value")),
    "error.value": ("value", _last_thrown("value")),
    "function": ("function", _crash("function")),
    "stack.function": ("function", _crash("function")),
    "path": ("abs-path", _crash("abs_path", "filename")),
    "stack.abs_path": ("abs-path", _crash("abs_path", "filename")),
    "stack.filename": ("filename", _crash("filename", "abs_path")),
    "module": ("module", _crash("module")),
    "stack.module": ("module", _crash("module")),
    "package": ("package", _package),
    "stack.package": ("package", _package),
}
"""What a variable is called where it has no value, and how it is read."""
