"""Flame graphs, drawn by the server: geometry in attributes alone, so that no style is inline."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from vedette.traces.queries import (
    Block,
    Frame,
    Profiled,
    Transaction,
    blocks,
    get_flame,
    get_trace,
    get_trace_flame,
    hottest,
    list_transactions,
    without_trunk,
)
from vedette.web.fragments import Look, Values, card
from vedette.web.page import Page
from vedette.web.traces.selection import chips, filters_of, hint_of, own

ROW_PX = 20
SHADES = 3
NARROWEST = 0.001


@dataclass(frozen=True, slots=True)
class Bar:
    """A frame's rectangle: `left` and `width` in per cent, `top` in pixels."""

    left: float
    width: float
    top: int
    depth: int
    text: str
    title: str
    look: str


@dataclass(frozen=True, slots=True)
class Hot:
    """A function in the table beside the drawing."""

    frame: Frame
    own: int
    own_percent: float
    through_percent: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """A flame graph, and what it rests on; `trunk` counts the library frames that all of it runs below, which are left out."""

    bars: Sequence[Bar]
    height: int
    trunk: int
    hidden: int
    samples: int
    profiles: int
    profile_count: int
    unreadable: int
    interval_ms: float | None
    hot: Sequence[Hot]


@dataclass(frozen=True, slots=True)
class Choice:
    """A transaction that has profiles."""

    transaction: Transaction
    label: str
    door: str
    is_current: bool


def draw(found: Profiled) -> Drawing:
    """Return the drawing of *found*."""
    flame = found.flame
    crown, trunk = without_trunk(flame.root)
    drawn, hidden = blocks(crown, narrowest=NARROWEST)
    return Drawing(
        bars=[_bar(block, flame.samples) for block in drawn],
        height=ROW_PX * (1 + max((block.depth for block in drawn), default=0)),
        trunk=trunk,
        hidden=hidden,
        samples=flame.samples,
        profiles=flame.profiles,
        profile_count=found.profile_count,
        unreadable=found.unreadable,
        interval_ms=flame.interval_ms,
        hot=[
            Hot(frame, own_samples, 100 * own_samples / flame.samples, 100 * through / flame.samples)
            for frame, own_samples, through in hottest(flame.root)
        ],
    )


def _bar(block: Block, samples: int) -> Bar:
    frame = block.frame
    # The shade tells neighbours apart, and is the same for a module wherever it is.
    shade = zlib.crc32(frame.module.encode()) % SHADES
    share = 100 * block.samples / samples
    title = (
        f"{frame.label} ({frame.file})\n{block.samples:,} samples, {share:.1f} %; {block.own:,} in it alone"
    )
    look = f"{'own' if frame.is_own else 'library'}-{shade}"
    return Bar(
        left=100 * block.left,
        width=100 * block.width,
        top=ROW_PX * block.depth,
        depth=block.depth,
        text=frame.function[:120],
        title=title[:600],
        look=look,
    )


@card("cards/traces_profiles.html", on="traces")
def profiles_card(look: Look) -> Values:
    """Return the transactions that have profiles, and the graph of the one that is chosen, else of the first."""
    page = look.page
    filters = filters_of(page.params)
    found = list_transactions(look.store, range=page.period.range, filters=filters)
    if not found.transactions:
        return {"choices": [], "has_filters": any(True for _ in chips(page))}
    asked = (page.params.get("from_service", ""), page.params.get("of", ""))
    chosen = next(
        (each for each in found.transactions if (each.service, each.name) == asked), found.transactions[0]
    )
    profiled = get_flame(
        look.store,
        range=page.period.range,
        service=chosen.service,
        transaction=chosen.name,
        filters=filters,
    )
    return {
        "choices": [_choice(page, each, is_current=each is chosen) for each in found.transactions],
        "transaction_count": found.transaction_count,
        "is_cut": found.transaction_count > len(found.transactions),
        "chosen": _label(chosen),
        "drawing": draw(profiled),
    }


def _choice(page: Page, transaction: Transaction, *, is_current: bool) -> Choice:
    named = {"of": transaction.name, "from_service": transaction.service}
    door = page.go("traces", **{**own(page), "view": "profiles", **named})
    return Choice(transaction, _label(transaction), door, is_current)


def _label(transaction: Transaction) -> str:
    return transaction.name or "Continuous profile"


@card("cards/trace_flame.html", on="trace")
def trace_card(look: Look) -> Values:
    """Return the flame graph of a trace's profiles, None where it has none."""
    trace = get_trace(look.store, id=str(look.names["id"]), at=hint_of(look.page.params))
    found = get_trace_flame(look.store, trace_id=trace.id, range=trace.range) if trace is not None else None
    return {"drawing": draw(found) if found is not None else None}
