"""What sets the requests that a page shows apart from the others of the same time."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vedette.requests.queries import Difference, Filters, get_differences
from vedette.web.fragments import Look, Values, card
from vedette.web.selection import ATTRIBUTE, FIELDS, filters_of

NOTABLE = 0.02
"""Shares that differ by less are left out."""
MOST = 12
_LINKED = {field: (name, label) for name, field, label in FIELDS}
_ATTRIBUTES = "attributes."


@dataclass(frozen=True, slots=True)
class Row:
    """A value that is more or less frequent here than among the others, and the address that keeps to it."""

    label: str
    value: str
    selected_percent: float
    others_percent: float
    is_over: bool
    door: str


def others_of(filters: Filters) -> Filters:
    """Return the conditions that the others meet, too: where a request went, not how it ended or for whom."""
    return replace(
        filters,
        status="",
        user_id="",
        min_duration_ms=None,
        max_duration_ms=None,
        path="",
        trace_id="",
        request_id="",
        attributes=(),
    )


@card("cards/requests_differences.html", on="requests")
def differences_card(look: Look) -> Values:
    """Return in which values the requests that are shown differ from the others of the same time."""
    page = look.page
    filters = filters_of(page.params)
    found = get_differences(
        look.store, range=page.period.range, selected=filters, among=others_of(filters), limit=4 * MOST
    )
    notable = [
        each for each in found.differences if abs(each.distance) >= NOTABLE and not _is_told(each, filters)
    ]
    return {"found": found, "rows": [_row(look, each) for each in notable[:MOST]]}


def _is_told(difference: Difference, filters: Filters) -> bool:
    """Tell whether the difference only repeats a filter."""
    return bool(getattr(filters, difference.field, ""))


def _row(look: Look, difference: Difference) -> Row:
    if difference.field.startswith(_ATTRIBUTES):
        key = difference.field.removeprefix(_ATTRIBUTES)
        name, label = f"{ATTRIBUTE}{key}", key
    else:
        name, label = _LINKED[difference.field]
    return Row(
        label,
        difference.value or "none",
        100 * difference.selected_share,
        100 * difference.others_share,
        difference.distance > 0,
        look.page.here(**{name: difference.value}) if difference.value else "",
    )
