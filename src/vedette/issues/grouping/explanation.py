"""Why two events are in one issue, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from vedette.issues.grouping.variants import Part, Variant

_SHOWN = 3
_LABELS = {
    "type": "Type",
    "value": "Message of the exception",
    "code": "Code",
    "place": "Place",
    "message": "Message",
    "directive": "Directive",
    "source": "Source",
    "host": "Host",
    "template": "Template",
    "fingerprint": "Fingerprint",
}


class Reason(NamedTuple):
    """One of an event's hashes, and what it was made of: what all events with that hash have in common."""

    hash: str
    variant: Variant
    rule: str = ""

    @property
    def sentence(self) -> str:
        """Return what the events have in common, as one sentence."""
        return _SENTENCES[self.variant.strategy](self) + "."

    @property
    def details(self) -> list[tuple[str, str]]:
        """Return each part as a label and a text, in the order in which they count."""
        return [(_LABELS[part.kind], _text(part)) for part in self.variant.parts]


class Explanation(NamedTuple):
    """Why an event is in its issue: a reason for each of its hashes."""

    reasons: tuple[Reason, ...]

    @property
    def sentence(self) -> str:
        """Return the first reason's sentence."""
        return self.reasons[0].sentence

    def shared_with(self, other: Explanation) -> Reason | None:
        """Return the first reason that *other* has as well; None where the events were not put together by any."""
        hashes = {reason.hash for reason in other.reasons}
        return next((reason for reason in self.reasons if reason.hash in hashes), None)


def _text(part: Part) -> str:
    if part.kind != "place":
        return ", ".join(part.texts)
    where, function, line = part.texts
    place = " in ".join(text for text in (where, function) if text)
    return f"{place}: {line}" if place and line else place or line


def _of(reason: Reason, kind: str) -> list[Part]:
    return [part for part in reason.variant.parts if part.kind == kind]


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(f"`{text}`" for text in dict.fromkeys(texts))


def _places(reason: Reason) -> str:
    places = _of(reason, "place")
    whose = "of the site’s own code" if reason.variant.name == "app" else "libraries included"
    if len(places) == 1:
        return f"at the same place, {_short_place(places[0])} ({whose})"
    shown = " ← ".join(_short_place(place) for place in reversed(places[-_SHOWN:]))
    more = " ← …" if len(places) > _SHOWN else ""
    return f"at the same {len(places)} places, {shown}{more} ({whose})"


def _short_place(part: Part) -> str:
    where, function, line = part.texts
    return "`" + (" in ".join(text for text in (where, function) if text) or line) + "`"


def _beside(reason: Reason) -> str:
    """Return the words for a fingerprint that splits what is grouped by default; empty where there is none."""
    parts = _of(reason, "fingerprint")
    return f", and the fingerprint {_listed([part.texts[0] for part in parts])}" if parts else ""


def _exception(reason: Reason) -> str:
    types = [part.texts[0] for part in _of(reason, "type")]
    if len(types) > 1:
        told = f"The same chain of exceptions, {_listed(types)}"
    else:
        told = f"The same exception, {_listed(types)}" if types else "The same exception"
    values = _of(reason, "value")
    if values:
        told += f", with the same message, “{values[-1].texts[0]}”"
    if codes := _of(reason, "code"):
        told += f", with the same code, {_listed([_text(code) for code in codes])}"
    if reason.variant.has_trace:
        told += ("," if types or values else "") + " raised " + _places(reason)
    return told + _beside(reason)


def _trace(reason: Reason) -> str:
    return f"A stack trace {_places(reason)}{_beside(reason)}"


def _message(reason: Reason) -> str:
    return f"The same message, “{_of(reason, 'message')[0].texts[0]}”{_beside(reason)}"


def _template(reason: Reason) -> str:
    return f"The same template, {_listed(_of(reason, 'template')[0].texts)}{_beside(reason)}"


def _policy(reason: Reason) -> str:
    directive, source = _of(reason, "directive")[0].texts[0], _of(reason, "source")[0].texts[0]
    return f"The same directive of the content security policy, `{directive}`, and the same source, `{source}`{_beside(reason)}"


def _host(reason: Reason) -> str:
    what, host = _of(reason, "directive")[0].texts, _of(reason, "host")[0].texts[0]
    return f"The same kind of report, {_listed(what)}, of the same host, `{host}`{_beside(reason)}"


def _by_client(reason: Reason) -> str:
    return f"The fingerprint {_listed(reason.variant.parts[0].texts)}, which the client set"


def _by_rule(reason: Reason) -> str:
    return f"The fingerprint {_listed(reason.variant.parts[0].texts)}, which the rule `{reason.rule}` sets"


def _checksum(reason: Reason) -> str:
    return "The same checksum, which the client set"


def _nothing(reason: Reason) -> str:
    return "Nothing is in them that would tell them apart" + _beside(reason)


_SENTENCES: dict[str, Callable[[Reason], str]] = {
    "exception": _exception,
    "chain": _exception,
    "thread": _trace,
    "stacktrace": _trace,
    "template": _template,
    "csp": _policy,
    "hpkp": _host,
    "expectct": _host,
    "expectstaple": _host,
    "nel": _host,
    "message": _message,
    "client": _by_client,
    "rule": _by_rule,
    "checksum": _checksum,
    "nothing": _nothing,
}
"""How the sentence for each strategy is made."""
