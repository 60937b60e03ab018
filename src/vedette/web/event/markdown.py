"""An event as Markdown, to be pasted into a ticket or a chat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vedette.web.event.breadcrumbs import Crumb
from vedette.web.event.exceptions import Thrown
from vedette.web.event.frames import Frame, Trace
from vedette.web.event.texts import Pair
from vedette.web.event.view import View

MOST_CRUMBS = 20
MOST_CHARS = 60_000
"""What GitHub takes as one text is 65,536 characters."""


def as_markdown(view: View, *, address: str = "") -> str:
    """Return *view* as Markdown: title, facts, stack traces, what came before; *address* is where it is shown."""
    text = "\n".join(_lines(view, address)).strip() + "\n"
    return text if len(text) <= MOST_CHARS else text[:MOST_CHARS] + "\n…\n"


def _lines(view: View, address: str) -> Iterator[str]:
    yield f"# {_plain(view.title)}"
    yield ""
    yield from _facts(view, address)
    if view.message and view.message.whole != view.title:
        yield from ("", *_fenced(view.message.whole))
    for thrown in view.exceptions:
        yield from _exception(thrown)
    for name, trace in _other_traces(view):
        yield from ("", f"## {name}", "", *_trace(trace))
    if view.request:
        yield from ("", "## Request", "", f"`{_code(f'{view.request.method} {view.request.url}'.strip())}`")
    yield from _table("Tags", view.tags)
    if view.breadcrumbs:
        yield from ("", "## Before it", "")
        yield from (_crumb(crumb) for crumb in view.breadcrumbs[-MOST_CRUMBS:])


def _facts(view: View, address: str) -> Iterator[str]:
    if address:
        yield f"- {address}"
    if view.event_id:
        yield f"- event `{_code(view.event_id)}`"
    if view.at:
        yield f"- {view.at:%Y-%m-%d %H:%M:%S} UTC"
    yield f"- level {view.level}"
    if view.sdk:
        yield f"- {_plain(view.sdk)}"


def _other_traces(view: View) -> Iterator[tuple[str, Trace]]:
    if view.trace:
        yield "Stack trace", view.trace
    for thread in view.threads:
        if thread.trace and (thread.is_crashed or not view.exceptions):
            yield f"Thread {_plain(thread.name)}", thread.trace


def _exception(thrown: Thrown) -> Iterator[str]:
    yield ""
    yield f"## {_plain(thrown.type)}"
    if thrown.relation:
        yield from ("", _plain(thrown.relation))
    if thrown.value:
        yield from ("", *_fenced(thrown.value.whole))
    if thrown.trace:
        yield from ("", *_trace(thrown.trace))


def _trace(trace: Trace) -> list[str]:
    lines: list[str] = []
    for run in trace.runs:
        if run.label:
            lines.append(f"… {run.label}")
        else:
            lines += [line for frame in run.frames for line in _frame(frame)]
    return _fenced("\n".join(lines))


def _frame(frame: Frame) -> Iterator[str]:
    times = f" ({frame.times} times)" if frame.times > 1 else ""
    yield f"{frame.place} in {frame.function or '?'}{times}"
    yield from (f"    {line.code.strip()}" for line in frame.source if line.is_raising)


def _table(name: str, values: Sequence[Pair]) -> Iterator[str]:
    if not values:
        return
    yield from ("", f"## {name}", "", "| name | value |", "|---|---|")
    for pair in values:
        yield f"| {_plain(pair.name)} | {_plain(pair.value.short)} |"


def _crumb(crumb: Crumb) -> str:
    when = ""
    if crumb.before_ms is not None:
        when = f"{'+' if crumb.before_ms < 0 else '−'}{abs(crumb.before_ms) / 1000:.3f} s "
    return f"- {when}{_plain(crumb.category)}: {_plain(crumb.message.short)}"


def _plain(text: str) -> str:
    """Return *text* in one line, with nothing in it that Markdown or HTML would act on."""
    line = " ".join(text.split())
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|#&" else letter for letter in line)


def _code(text: str) -> str:
    return " ".join(text.split()).replace("`", "'")


def _fenced(text: str) -> list[str]:
    """Return *text* as a block of code, behind a fence that is longer than any in it."""
    ticks = "```"
    while ticks in text:
        ticks += "`"
    return [ticks, text, ticks]
