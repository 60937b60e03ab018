"""A stack trace: the site's own frames with their source, the libraries' between them folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from vedette.issues.grouping.ownership import judged
from vedette.web.event.minified import note_of
from vedette.web.event.texts import Pair, variables
from vedette.wire.values import Mapping, dict_of, integer_of, text_of

MOST_OPEN = 5
"""So many of the site's own frames are open at first, the innermost; the others open at a click."""
MOST_LINES = 30
_SHOWN_PACKAGES = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A line of source; `number` is None where it is not known."""

    number: int | None
    code: str
    is_raising: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """A call: where it was made, with the source around it.

    `times` is how often it stands in a row, where a function calls itself.  `note` says why it is still minified, where it is.
    """

    function: str
    module: str
    path: str
    line: int | None
    column: int | None
    is_own: bool
    is_innermost: bool
    is_open: bool
    source: tuple[Line, ...]
    variables: tuple[Pair, ...]
    times: int = 1
    note: str = ""

    @property
    def place(self) -> str:
        """Return where it is, as editors take it: ``shop/views.py:17``."""
        where = self.path or self.module or "unknown file"
        return where if self.line is None else f"{where}:{self.line}"

    @property
    def is_detailed(self) -> bool:
        """Tell whether there is anything to open."""
        return bool(self.source or self.variables)


@dataclass(frozen=True, slots=True)
class Run:
    """Frames in a row: the site's own, or so many of libraries that they are folded under `label`.

    Without frames it stands for those that were left out of the event.
    """

    frames: tuple[Frame, ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """A stack trace, in the order in which it is shown; `frames` counts all of it, with what was left out."""

    runs: tuple[Run, ...]
    frames: int
    has_own: bool


def trace_of(
    stacktrace: object, *, platform: str, is_newest_first: bool, has_notes: bool = True
) -> Trace | None:
    """Return the trace that *stacktrace* holds, the oldest call first; None where it holds no frame.

    Where it *has_notes*, frames that are still minified say why: the first one that is shown of those that would say the same.
    """
    sent = dict_of(stacktrace)
    found = sent.get("frames")
    mappings = [frame for frame in found if isinstance(frame, dict)] if isinstance(found, list) else []
    if not mappings:
        return None
    frames = _frames(mappings, platform, has_notes)
    place, missing = _omitted(sent.get("frames_omitted"), most=len(frames))
    before, after = _collapsed(frames[:place]), _collapsed(frames[place:])
    opened = _noted_once(_opened([*before, *after]), is_newest_first=is_newest_first)
    runs = (*_runs(opened[: len(before)]), *_gap(missing), *_runs(opened[len(before) :]))
    if is_newest_first:
        runs = tuple(replace(run, frames=run.frames[::-1]) for run in reversed(runs))
    return Trace(runs, len(mappings) + missing, any(frame.is_own for frame in frames))


def _noted_once(frames: list[Frame], *, is_newest_first: bool) -> list[Frame]:
    said = {""}
    places = range(len(frames))
    for place in reversed(places) if is_newest_first else places:
        if frames[place].note in said:
            frames[place] = replace(frames[place], note="")
        said.add(frames[place].note)
    return frames


def _omitted(span: object, *, most: int) -> tuple[int, int]:
    """Return before which frame some were left out, and how many; none where *span* is not ``[first, after the last]``."""
    ends = [integer_of(end) for end in span] if isinstance(span, list) and len(span) == 2 else []
    first, last = ends if ends else (None, None)
    if first is None or last is None or not 0 <= first < last or first > most:
        return 0, 0
    return first, last - first


def _gap(missing: int) -> tuple[Run, ...]:
    return (Run((), f"{missing:,} frames were left out of this event"),) if missing else ()


def frame_of_template(template: Mapping) -> Frame:
    """Return the place in a template where it could not be rendered, as a frame."""
    frame = _frame(template, is_own=True, is_innermost=True)
    return replace(frame, is_open=True, function=frame.function or "template")


def _frames(mappings: Sequence[Mapping], platform: str, has_notes: bool) -> list[Frame]:
    last = len(mappings) - 1
    judgements = judged(mappings, platform=platform)
    return [
        _frame(
            mapping,
            is_own=judgement.is_own,
            is_innermost=place == last,
            note=note_of(mapping) if has_notes else "",
        )
        for place, (mapping, judgement) in enumerate(zip(mappings, judgements, strict=True))
    ]


def _frame(mapping: Mapping, *, is_own: bool, is_innermost: bool, note: str = "") -> Frame:
    line = integer_of(mapping.get("lineno"))
    return Frame(
        # Of native code without symbols the address is all that is known.
        function=text_of(mapping.get("function") or mapping.get("instruction_addr")),
        module=text_of(mapping.get("module") or mapping.get("package")),
        path=text_of(mapping.get("filename") or mapping.get("abs_path")),
        line=line,
        column=integer_of(mapping.get("colno")),
        is_own=is_own,
        is_innermost=is_innermost,
        is_open=False,
        source=tuple(_source(mapping, line)),
        variables=variables(dict_of(mapping.get("vars"))),
        note=note,
    )


def _source(mapping: Mapping, line: int | None) -> Iterator[Line]:
    raising = mapping.get("context_line")
    if not isinstance(raising, str):
        return
    before = [text_of(code) for code in _list(mapping.get("pre_context"))[-MOST_LINES:]]
    after = [text_of(code) for code in _list(mapping.get("post_context"))[:MOST_LINES]]
    for place, code in enumerate([*before, raising, *after]):
        number = None if line is None else line - len(before) + place
        yield Line(number, code.rstrip("\r\n"), place == len(before))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _collapsed(frames: Sequence[Frame]) -> list[Frame]:
    """Put what stands in a row at the same line of the same function into one frame: the innermost."""
    found: list[Frame] = []
    for frame in frames:
        if found and _is_same(found[-1], frame):
            found[-1] = replace(frame, times=found[-1].times + 1)
        else:
            found.append(frame)
    return found


def _is_same(one: Frame, other: Frame) -> bool:
    return one.line is not None and all(
        getattr(one, name) == getattr(other, name)
        for name in ("function", "module", "path", "line", "column", "is_own")
    )


def _opened(frames: Sequence[Frame]) -> list[Frame]:
    own = [place for place, frame in enumerate(frames) if frame.is_own]
    opened = {*own[-MOST_OPEN:], len(frames) - 1}
    return [
        replace(frame, is_open=place in opened and frame.is_detailed) for place, frame in enumerate(frames)
    ]


def _runs(frames: Sequence[Frame]) -> Iterator[Run]:
    folded: list[Frame] = []
    for frame in frames:
        if not frame.is_own and not frame.is_innermost:
            folded.append(frame)
            continue
        if folded:
            yield _folded(folded)
            folded = []
        yield Run((frame,))
    if folded:
        yield _folded(folded)


def _folded(frames: Sequence[Frame]) -> Run:
    if len(frames) == 1:
        return Run(tuple(frames))
    names = list(dict.fromkeys(name for frame in frames if (name := _package(frame))))
    shown = ", ".join(names[:_SHOWN_PACKAGES]) + (" and others" if len(names) > _SHOWN_PACKAGES else "")
    count = sum(frame.times for frame in frames)
    return Run(tuple(frames), f"{count} frames of {shown or 'libraries'}")


def _package(frame: Frame) -> str:
    """Return whose code a library's frame is, as far as its module or its path tells."""
    for folder in ("site-packages/", "dist-packages/", "node_modules/", "vendor/"):
        _, found, below = frame.path.rpartition(folder)
        if found:
            return below.split("/")[0].removesuffix(".py")
    name = frame.module or frame.path.lstrip("./")
    if "://" in name:
        return name.split("://", 1)[1].split("/")[0]
    return name.replace("\\", "/").split("/")[0].split(".")[0]
