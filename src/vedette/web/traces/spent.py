"""The cards that say where the time of traces, or of a route's requests, went."""

from __future__ import annotations

from vedette.requests.queries import NO_ROUTE
from vedette.traces.queries import CODE, Filters, Spent, get_spent
from vedette.web.fragments import Look, Values, card
from vedette.web.selection import ATTRIBUTE, duration_ms
from vedette.web.traces.kinds import NAMES, Kind, kind_of
from vedette.web.traces.selection import filters_of
from vedette.web.traces.waterfall import WORK, Share

_UNKNOWN = ("status", "path", "host", "service", "trace", "request")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


@card("cards/spent.html", on="traces")
def spent_card(look: Look) -> Values:
    """Return where the time of the newest roots went that the link's filters choose."""
    page = look.page
    return _values(get_spent(look.store, range=page.period.range, filters=filters_of(page.params)))


@card("cards/spent.html", on="requests")
def route_card(look: Look) -> Values:
    """Return where the time of a route's newest sampled requests went, of the origin that the link names."""
    page = look.page
    params = page.params
    methods = (params["method"].upper(),) if params.get("method") else METHODS
    filters = Filters(
        release=params.get("release", ""),
        environment=params.get("environment", ""),
        user_id=params.get("user", ""),
        min_duration_ms=duration_ms(params["min_ms"]) if params.get("min_ms") else None,
        max_duration_ms=duration_ms(params["max_ms"]) if params.get("max_ms") else None,
    )
    route = params.get("route", "")
    names = [method if route == NO_ROUTE else f"{method} {route}" for method in methods]
    found = get_spent(look.store, range=page.period.range, filters=filters, names=names)
    # What else the link asks for, the spans of a request do not tell.
    is_wider = any(params.get(name) for name in _UNKNOWN) or any(
        name.startswith(ATTRIBUTE) for name in params
    )
    return {**_values(found), "is_wider": is_wider}


def _values(found: Spent) -> Values:
    by_kind: dict[Kind, int] = {}
    for op, micros in found.by_op.items():
        kind: Kind = "other" if op == CODE else kind_of(op)
        by_kind[kind] = by_kind.get(kind, 0) + micros
    shares: list[tuple[Share, str]] = []
    left = 0.0
    for kind, micros in sorted(by_kind.items(), key=lambda pair: -pair[1]):
        width = 1000 * micros / found.total_us
        share = Share(kind, micros / 1000 / found.traces, width / 10, left, width)
        shares.append((share, WORK.get(kind, NAMES[kind])))
        left += width
    return {"traces": found.traces, "shares": shares}
