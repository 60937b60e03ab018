"""A flame graph: how many samples of a profile passed through each frame, callers above those they called."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

DEEPEST = 256
MOST_OF_A_STACK = 1_000_000_000
"""No profile has as many samples; a sender may say anything."""
_HEX = re.compile(r"0x[0-9a-fA-F]+")


@dataclass(frozen=True, slots=True)
class Frame:
    """A function; the same wherever in it the sample was taken."""

    function: str
    module: str
    file: str
    is_own: bool

    @property
    def label(self) -> str:
        """What is written on it: module and function."""
        return f"{self.module}.{self.function}" if self.module else self.function


@dataclass(slots=True)
class Node:
    """A frame called by those above it; `samples` passed through it, in `own` of them it was the last."""

    frame: Frame | None
    samples: int = 0
    own: int = 0
    children: dict[Frame, Node] = field(default_factory=dict)

    def sorted_children(self) -> list[Node]:
        """Return what it called, the most sampled first."""
        return sorted(self.children.values(), key=lambda node: (-node.samples, _label(node)))


@dataclass(frozen=True, slots=True)
class Window:
    """The samples of a profile that are asked for: those of a thread, those of a time (seconds since 1970)."""

    thread_id: str = ""
    start_s: float | None = None
    end_s: float | None = None


EVERYTHING = Window()


@dataclass(slots=True)
class Flame:
    """The samples of some profiles in one tree; `intervals_ms` are the steps between their samples."""

    root: Node = field(default_factory=lambda: Node(None))
    profiles: int = 0
    intervals_ms: list[float] = field(default_factory=list)

    @property
    def samples(self) -> int:
        """All of them."""
        return self.root.samples

    @property
    def interval_ms(self) -> float | None:
        """The usual time between two samples; None where the profiles do not tell."""
        return statistics.median(self.intervals_ms) if self.intervals_ms else None

    def add(self, payload: Mapping[str, Any], window: Window = EVERYTHING) -> None:
        """Add the samples of a profile as Sentry's SDKs send it, or folded by `vedette.wire.sentry.profile`.

        Samples whose stack is not in it are left out.  A profile without a sample of the window counts all the same.
        """
        profile = _mapping(payload.get("profile"))
        frames = [_frame(each) for each in _list(profile.get("frames"))]
        stacks = _list(profile.get("stacks"))
        for stack_id, samples in _counted(profile, window):
            stack = _stack(stacks, stack_id, frames)
            if stack:
                self._put(stack, samples)
        interval = _interval_ms(profile)
        if interval is not None:
            self.intervals_ms.append(interval)
        self.profiles += 1

    def _put(self, stack: Sequence[Frame], samples: int) -> None:
        node = self.root
        node.samples += samples
        for frame in stack:
            node = node.children.setdefault(frame, Node(frame))
            node.samples += samples
        node.own += samples


@dataclass(frozen=True, slots=True)
class Block:
    """A frame's place in the drawing: `left` and `width` are shares (0 to 1) of all samples, `depth` counts from 0."""

    frame: Frame
    samples: int
    own: int
    left: float
    width: float
    depth: int


def blocks(root: Node, *, narrowest: float = 0.001, most: int = 3000) -> tuple[list[Block], int]:
    """Return the blocks of the drawing, row by row, and how many frames are too narrow or too many to be in it."""
    found: list[Block] = []
    hidden = 0
    row = [(root, 0.0)]
    depth = -1
    while row:
        below: list[tuple[Node, float]] = []
        for node, left in row:
            if node.frame is not None:
                width = node.samples / root.samples
                if width < narrowest or len(found) >= most:
                    hidden += _count(node)
                    continue
                found.append(Block(node.frame, node.samples, node.own, left, width, depth))
            before = 0
            for child in node.sorted_children():
                below.append((child, left + before / root.samples))
                before += child.samples
        row, depth = below, depth + 1
    return found, hidden


def without_trunk(root: Node) -> tuple[Node, int]:
    """Return *root* without the library frames that every sample passed through first, and how many those are.

    A server and its framework call the site's code through dozens of frames that are the same for every request and tell
    nothing of this one.  A frame of the site's own stays, and so does the last frame of a sample.
    """
    node, left_out = root, 0
    while not node.own and len(node.children) == 1:
        (child,) = node.children.values()
        if child.frame is None or child.frame.is_own or child.own:
            break
        node, left_out = child, left_out + 1
    return Node(None, root.samples, 0, node.children), left_out


def hottest(root: Node, *, limit: int = 15) -> list[tuple[Frame, int, int]]:
    """Return the frames in which most samples were taken: the frame, its own samples, those that passed through it.

    The site's own frames are among them even where samples only passed through.  A sample passes through a frame once, however often the frame is in its stack.
    """
    own: dict[Frame, int] = {}
    through: dict[Frame, int] = {}
    for node, is_outermost in _walk(root):
        if node.frame is None:
            continue
        own[node.frame] = own.get(node.frame, 0) + node.own
        if is_outermost:
            through[node.frame] = through.get(node.frame, 0) + node.samples
    # Of other people's frames that only passed samples on there is nothing to mend.
    named = [frame for frame in own if own[frame] or frame.is_own]
    order = sorted(named, key=lambda frame: (-own[frame], -through[frame], frame.label, frame.file))
    return [(frame, own[frame], through[frame]) for frame in order[:limit]]


def _walk(root: Node) -> Iterator[tuple[Node, bool]]:
    """Yield each node, and whether its frame is not among those above it as well."""
    waiting: list[tuple[Node, frozenset[Frame]]] = [(root, frozenset())]
    while waiting:
        node, above = waiting.pop()
        yield node, node.frame not in above
        inside = above | {node.frame} if node.frame is not None else above
        waiting += [(child, inside) for child in node.children.values()]


def _count(node: Node) -> int:
    waiting, count = [node], 0
    while waiting:
        count += 1
        waiting += waiting.pop().children.values()
    return count


def _counted(profile: Mapping[str, Any], window: Window) -> Iterator[tuple[int, int]]:
    """Yield stacks and how many samples have each."""
    thread_id = window.thread_id if _has_thread(profile, window.thread_id) else ""
    for each in _dicts(profile.get("folded")):
        stack_id, samples = each.get("stack_id"), each.get("samples")
        is_asked = not thread_id or str(each.get("thread_id")) == thread_id
        if not (is_asked and isinstance(stack_id, int) and isinstance(samples, int)):
            continue
        if 0 < samples <= MOST_OF_A_STACK:
            yield stack_id, samples
    for each in _dicts(profile.get("samples")):
        stack_id, at = each.get("stack_id"), each.get("timestamp")
        is_asked = not thread_id or str(each.get("thread_id")) == thread_id
        if is_asked and isinstance(stack_id, int) and _is_within(at, window):
            yield stack_id, 1


def _has_thread(profile: Mapping[str, Any], thread_id: str) -> bool:
    every = [*_dicts(profile.get("folded")), *_dicts(profile.get("samples"))]
    return any(str(each.get("thread_id")) == thread_id for each in every)


def _is_within(at: Any, window: Window) -> bool:
    if not isinstance(at, int | float):
        return True
    return (window.start_s is None or at >= window.start_s) and (window.end_s is None or at <= window.end_s)


def _stack(stacks: Sequence[Any], stack_id: int, frames: Sequence[Frame]) -> list[Frame]:
    # As sent, the frame in which the sample was taken is the first.
    if not 0 <= stack_id < len(stacks) or not isinstance(stacks[stack_id], list):
        return []
    places = [place for place in stacks[stack_id] if isinstance(place, int) and 0 <= place < len(frames)]
    return [frames[place] for place in reversed(places)][:DEEPEST]


def _frame(value: Any) -> Frame:
    frame = _mapping(value)
    function = _text(frame.get("function")) or _text(frame.get("instruction_addr")) or "<unknown>"
    return Frame(
        function=_HEX.sub("0x…", function),
        module=_text(frame.get("module")),
        file=_text(frame.get("filename")) or _text(frame.get("abs_path")),
        is_own=frame.get("in_app") is True,
    )


def _interval_ms(profile: Mapping[str, Any]) -> float | None:
    """Return the median step between the samples of one thread."""
    times: dict[str, list[float]] = {}
    for each in _dicts(profile.get("samples")):
        since_ns, at_s = each.get("elapsed_since_start_ns"), each.get("timestamp")
        at_ms = _number(since_ns, 1e-6)
        at_ms = _number(at_s, 1e3) if at_ms is None else at_ms
        if at_ms is not None:
            times.setdefault(str(each.get("thread_id")), []).append(at_ms)
    gaps = [later - earlier for found in times.values() for earlier, later in pairwise(sorted(found))]
    return statistics.median(gaps) if gaps else None


def _number(value: Any, scale: float) -> float | None:
    # JavaScript's SDKs write nanoseconds as text.
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    return value * scale if isinstance(value, int | float) and not isinstance(value, bool) else None


def _label(node: Node) -> str:
    return node.frame.label if node.frame is not None else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dicts(value: Any) -> Iterable[Mapping[str, Any]]:
    return (each for each in _list(value) if isinstance(each, dict))
