"""What the server says of a waterfall; `frontend/src/islands/waterfall.ts` is its other half.

The first rows stand in a table as well, for those who have no script or cannot see the drawing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from vedette.store.paging import micros_of
from vedette.traces.queries import Row, Span, Trace
from vedette.web.page import Page
from vedette.web.statements import shortened
from vedette.web.traces.kinds import Kind, kind_of
from vedette.web.traces.selection import hint

IN_TABLE = 300
NAME_CHARS = 200
WORK: dict[Kind, str] = {"other": "Code and other work"}
"""What is said of a kind of work where all that a trace did is divided among them."""
_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


class _Told(msgspec.Struct, omit_defaults=True):
    """A row as the script reads it; times are microseconds from the trace's start, `name` and `op` numbers of texts."""

    kind: str
    depth: int
    start: int
    took: int
    name: int
    parent: int = -1
    op: int = 0
    service: int = 0
    look: str = "other"
    id: str = ""
    own: int = 0
    busy: int = 0
    count: int = 1
    path: bool = False
    critical: list[tuple[int, int]] = []
    failed: bool = False
    lost: bool = False
    unsampled: bool = False
    shift: int = 0
    marks: list[tuple[int, str]] = []


class _Texts:
    """Texts that are written once, however many rows have them."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {"": 0}

    def number(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table behind the drawing; the bar is out of 1000."""

    name: str
    op: str
    service: str
    look: Kind
    indent: int
    kind: str
    count: int
    took_ms: float
    own_ms: float | None
    left: float
    width: float
    is_critical: bool
    is_failed: bool
    door: str
    marks: Sequence[str]


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the critical path was work of one kind; `left` and `width` out of 1000."""

    kind: Kind
    took_ms: float
    percent: float
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Part:
    """What the critical path was spent on most: a service's code, or `count` spans of one name; the door to the first."""

    name: str
    service: str
    is_code: bool
    count: int
    took_ms: float
    percent: float
    door: str


def payload(trace: Trace, *, detail: str) -> str:
    """Return the waterfall as JSON that may stand in a script element; *detail* is the address of a span's card."""
    texts = _Texts()
    marks = dict(_marks(trace))
    rows = [_told(trace, row, number, texts, marks.get(number, [])) for number, row in enumerate(trace.rows)]
    body = {
        "took": trace.duration_us,
        "start": trace.start_us,
        "rows": rows,
        "texts": list(texts.numbers),
        "detail": detail,
    }
    # What closes the element, or opens a comment in it, may stand in a name.
    return msgspec.json.encode(body).decode().translate(_ESCAPES)


def _told(trace: Trace, row: Row, number: int, texts: _Texts, marks: list[tuple[int, str]]) -> _Told:
    start = row.start_us - trace.start_us
    told = _Told(
        kind=row.kind,
        depth=row.depth,
        start=start,
        took=row.duration_us,
        name=texts.number(name_of(trace, row)[:NAME_CHARS]),
        parent=-1 if row.parent is None else row.parent,
        own=row.self_us,
        busy=row.busy_us if row.kind == "repeats" else 0,
        count=row.count,
        path=row.is_on_path,
        critical=[(begin - trace.start_us, end - trace.start_us) for begin, end in row.critical],
        lost=row.has_lost_parent,
        shift=row.shift_us,
        marks=marks,
    )
    if row.place is not None:
        span = trace.spans[row.place]
        told.op, told.service = texts.number(span.op), texts.number(span.service)
        told.look, told.failed = kind_of(span.op), span.status == "error"
        if row.kind == "span":
            told.id = span.span_id
            told.unsampled = span.span_id in trace.unsampled
            told.critical = [] if told.unsampled else told.critical
        else:
            told.failed = any(
                _is_failed(trace, each) for each in trace.rows[number + 1 : number + 1 + row.count]
            )
    return told


def _is_failed(trace: Trace, row: Row) -> bool:
    return row.place is not None and trace.spans[row.place].status == "error"


def name_of(trace: Trace, row: Row) -> str:
    """Return what is written on a row."""
    if row.place is None:
        return f"Span {row.missing_id}, which is not here"
    span = trace.spans[row.place]
    return shortened(span.name) or span.op or "<unnamed>"


def _marks(trace: Trace) -> Iterator[tuple[int, list[tuple[int, str]]]]:
    """Yield the rows in which something was written, with what: errors and logs, each at its time.

    What names no span that is here stands at the longest root.
    """
    places = {
        trace.spans[row.place].span_id: number
        for number, row in reversed(list(enumerate(trace.rows)))
        if row.kind == "span" and row.place is not None
    }
    main = trace.rows.index(trace.main) if trace.main is not None else None
    found: dict[int, list[tuple[int, str]]] = {}
    said = [(each.time, each.span_id, "error") for each in trace.errors]
    said += [(each.time, each.span_id, _level(each.severity)) for each in trace.logs]
    for at, span_id, look in said:
        number = places.get(span_id, main)
        if number is not None:
            offset = micros_of(at) - trace.start_us + trace.rows[number].shift_us
            found.setdefault(number, []).append((offset, look))
    for number, marks in found.items():
        yield number, sorted(marks)


def _level(severity: int) -> str:
    return "log-error" if severity >= 17 else "log-warning" if severity >= 13 else "log"


def table(page: Page, trace: Trace) -> list[Line]:
    """Return the first rows for the table."""
    marks = dict(_marks(trace))
    return [
        _line(page, trace, row, marks.get(number, [])) for number, row in enumerate(trace.rows[:IN_TABLE])
    ]


def _line(page: Page, trace: Trace, row: Row, marks: list[tuple[int, str]]) -> Line:
    span: Span | None = trace.spans[row.place] if row.place is not None else None
    whole = max(1, trace.duration_us)
    left = min(997.0, 1000 * (row.start_us - trace.start_us) / whole)
    is_one = span is not None and row.kind == "span"
    return Line(
        name=name_of(trace, row)[:NAME_CHARS],
        op=span.op if span else "",
        service=span.service if span else "",
        look=kind_of(span.op) if span else "other",
        indent=min(row.depth, 12),
        kind=row.kind,
        count=row.count,
        took_ms=row.duration_us / 1000,
        # Of a request that was not sampled nothing tells what it waited for.
        own_ms=None if span is not None and span.span_id in trace.unsampled else row.self_us / 1000,
        left=left,
        width=min(1000.0 - left, max(3.0, 1000 * row.duration_us / whole)),
        is_critical=row.is_on_path,
        is_failed=span is not None and span.status == "error",
        door=page.here(span=span.span_id, at=hint(span.time)) if span is not None and is_one else "",
        marks=sorted({look for _, look in marks}),
    )


def shares(trace: Trace) -> list[Share]:
    """Return what the critical path was spent on, the most first; nothing where a request on it was not sampled."""
    spent: dict[Kind, int] = {}
    for row in trace.rows:
        if row.kind == "span" and row.place is not None and row.critical:
            if trace.spans[row.place].span_id in trace.unsampled:
                return []
            kind = kind_of(trace.spans[row.place].op) if not _is_code(trace, row) else "other"
            spent[kind] = spent.get(kind, 0) + row.critical_us
    whole = sum(spent.values())
    found: list[Share] = []
    left = 0.0
    for kind, micros in sorted(spent.items(), key=lambda pair: -pair[1]):
        width = 1000 * micros / whole
        found.append(Share(kind, micros / 1000, 100 * micros / whole, left, width))
        left += width
    return found


def largest_part(page: Page, trace: Trace) -> Part | None:
    """Return what the critical path was spent on most; None where a request on it was not sampled."""
    spent: dict[tuple[str, str, bool], list[Row]] = {}
    for row in trace.rows:
        if row.kind == "span" and row.place is not None and row.critical:
            span = trace.spans[row.place]
            if span.span_id in trace.unsampled:
                return None
            is_code = _is_code(trace, row)
            key = (span.service, "" if is_code else name_of(trace, row), is_code)
            spent.setdefault(key, []).append(row)
    if not spent:
        return None
    (service, name, is_code), rows = max(spent.items(), key=lambda item: _critical_us(item[1]))
    whole = sum(_critical_us(each) for each in spent.values())
    place = rows[0].place
    assert place is not None
    span = trace.spans[place]
    return Part(
        name=name,
        service=service,
        is_code=is_code,
        count=len(rows),
        took_ms=_critical_us(rows) / 1000,
        percent=100 * _critical_us(rows) / whole,
        door=page.here(span=span.span_id, at=hint(span.time)),
    )


def _critical_us(rows: Sequence[Row]) -> int:
    return sum(row.critical_us for row in rows)


def _is_code(trace: Trace, row: Row) -> bool:
    """Tell whether the row is a service's own part: what it did not wait for is the service's code."""
    assert row.place is not None
    return trace.spans[row.place].kind in {"server", "consumer"}
