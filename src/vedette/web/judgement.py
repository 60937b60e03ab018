"""What is known of a period and the one before it, and whether things are as they were."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from vedette.requests.queries import WEEK, Figures, Overview
from vedette.store.beginning import find_first_time
from vedette.store.query import Store
from vedette.web import figures

SLOWER = 0.25
"""From this much on a change of p95 is part of the sentence at the top."""
QUIETER = 0.5
SUSPICIOUS = 0.5
"""Where the period before has less than this share of the requests, records may have begun in it."""
SLACK = 0.02


@dataclass(frozen=True, slots=True)
class Known:
    """An overview, and since when there are records at all; `first_at` is None where both periods are later.

    `week_before` are the requests of each step a week earlier, None where a step is not known; None where there were none.
    """

    found: Overview
    first_at: dt.datetime | None
    week_before: tuple[int | None, ...] | None = None

    @property
    def per_minute(self) -> float:
        """Requests per minute of the time that is known; no minute is made up from a few seconds."""
        range = self.found.current.range
        start = max(range.start, self.first_at) if self.first_at else range.start
        seconds = max((range.end - start).total_seconds(), min(range.seconds, 60.0), 1.0)
        return self.found.current.figures.requests * 60 / seconds

    @property
    def before(self) -> Figures | None:
        """The figures of the period before; None where records began in it, or later."""
        range = self.found.previous.range
        is_whole = (
            self.first_at is None or (self.first_at - range.start).total_seconds() <= SLACK * range.seconds
        )
        return self.found.previous.figures if is_whole else None

    @property
    def users_before(self) -> int | None:
        """The users of the period before."""
        return None if self.before is None else self.found.previous.active_users


def known(store: Store, found: Overview) -> Known:
    """Return what is known, asking since when there are records only where that may matter.

    Raises:
        QueryError: If the store cannot answer.
    """
    is_suspicious = found.previous.figures.requests < SUSPICIOUS * found.current.figures.requests
    was_quiet = found.week_before is not None and not found.week_before[0]
    if not is_suspicious and found.series[0].requests and not was_quiet:
        return Known(found, None, found.week_before)
    first_at = find_first_time(store, table="requests")
    is_later = first_at is not None and first_at > found.previous.range.start
    return Known(found, first_at if is_later else None, _known_week(found, first_at))


def _known_week(found: Overview, first_at: dt.datetime | None) -> tuple[int | None, ...] | None:
    if found.week_before is None or first_at is None:
        return None
    known = tuple(
        requests if point.time - WEEK >= first_at else None
        for point, requests in zip(found.series, found.week_before, strict=True)
    )
    return known if any(known) else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of the sentence at the top."""

    text: str
    is_bad: bool


def judge(known: Known) -> Verdict:
    """Say whether the period is as the one before it."""
    before = known.before
    span = figures.span(known.found.previous.range.seconds)
    if before is None:
        return Verdict("there is nothing earlier to compare with", False)
    if not before.requests:
        return Verdict(f"there were none in the {span} before", False)
    bad = list(_complaints(known.found.current.figures, before))
    if bad:
        return Verdict(f"{' and '.join(bad)} than in the {span} before", True)
    return Verdict(f"as in the {span} before", False)


def _complaints(now: Figures, before: Figures) -> Iterator[str]:
    errors = figures.change(
        percent(now.error_share), percent(before.error_share), unit="percent", higher_is="worse"
    )
    if errors is not None and errors.judgement == "worse":
        yield "more errors"
    slow, was = now.percentiles.p95_ms, before.percentiles.p95_ms
    if slow is not None and was is not None and slow > was * (1 + SLOWER):
        yield "slower"
    if now.per_minute < before.per_minute * (1 - QUIETER):
        yield "much less traffic"


def percent(share: float | None) -> float | None:
    """Return a share (0 to 1) in per cent."""
    return None if share is None else share * 100
