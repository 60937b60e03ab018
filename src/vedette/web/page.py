"""What every page knows: who looks, at which time, over which range, with which filters."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from vedette.web import timerange, viewer
from vedette.web.timerange import InvalidRange, Period
from vedette.web.viewer import Viewer

ZONE_COOKIE = "vedette_zone"
RANGE_PARAMS = ("range", "from", "to")
CURSOR_PARAMS = ("before", "after", "older", "newer", "at", "word")
"""What says where in a list one is; it does not outlive a change of the filters."""


@dataclass(frozen=True, slots=True)
class Page:
    """One look at one page.

    `period` is None where the link names a range that makes no sense; `range_error` says why.
    """

    name: str
    path: str
    params: Mapping[str, str]
    now: dt.datetime
    period: Period
    range_error: str = ""
    viewer: Viewer = field(default_factory=Viewer)

    def go(self, name: str, /, *args: str, **params: Any) -> str:
        """Return the address of another page over the same time, with *params* as its filters."""
        return _address(reverse(f"vedette:{name}", args=args), {**self.period.params, **_texts(params)})

    def here(self, /, **changes: Any) -> str:
        """Return this page's address with *changes* made to its filters; ``""`` removes one."""
        kept = {name: value for name, value in self.params.items() if name not in CURSOR_PARAMS}
        return _address(self.path, {**kept, **_texts(changes)})

    def over(self, bounds: Mapping[str, str] | None) -> str:
        """Return this page's address over another time."""
        if bounds is None:
            return ""
        kept = {
            name: value for name, value in self.params.items() if name not in (*CURSOR_PARAMS, *RANGE_PARAMS)
        }
        return _address(self.path, {**kept, **bounds})

    @property
    def query(self) -> str:
        """The page's whole query string, for the cards on it."""
        return urlencode(self.params)

    @property
    def filters(self) -> dict[str, str]:
        """The filters in the link: all but the range and the place in a list."""
        return {
            name: value
            for name, value in self.params.items()
            if name not in (*RANGE_PARAMS, *CURSOR_PARAMS) and value
        }

    @property
    def cleared(self) -> str:
        """The address of this page over the same time without filters."""
        return self.go(self.name)

    @property
    def presets(self) -> list[tuple[str, str, bool]]:
        """The picker's presets: words, address, whether it is the one that is shown."""
        return [
            (words, self.over({"range": words}), words == self.period.words) for words in timerange.PRESETS
        ]

    @property
    def earlier(self) -> str:
        """The address over the range before."""
        return self.over(timerange.earlier(self.period))

    @property
    def later(self) -> str:
        """The address over the range after; ``""`` where that is in the future."""
        return self.over(timerange.later(self.period, now=self.now))

    @property
    def wider(self) -> str:
        """The address over a wider range; ``""`` where there is none."""
        return self.over(timerange.wider(self.period, now=self.now))

    @property
    def is_refreshed(self) -> bool:
        """Tell whether what is shown ends now and is short enough to be asked for again and again."""
        return self.period.is_moving and self.period.range.seconds <= 2 * 86400


def of(
    request: HttpRequest,
    *,
    name: str,
    path: str = "",
    deployed_at: Callable[[], dt.datetime | None] | None = None,
) -> Page:
    """Return the page *name* as *request* asks for it; a card passes the *path* of the page that it stands on."""
    now = dt.datetime.now(dt.UTC)
    params = {
        key: value for key in request.GET if (value := request.GET.get(key, "").replace("\0", "").strip())
    }
    error = ""
    try:
        period = timerange.parse(params, now=now, zone=zone_of(request), deployed_at=deployed_at)
    except InvalidRange as problem:
        period, error = timerange.default(now), str(problem)
    return Page(
        name=name,
        path=path or request.path,
        params=params,
        now=now,
        period=period,
        range_error=error,
        viewer=viewer.of(request),
    )


def zone_of(request: HttpRequest) -> dt.tzinfo:
    """Return the time zone of whoever reads, as their browser told (`frontend/src/islands/times.ts`), else the site's."""
    name = request.COOKIES.get(ZONE_COOKIE, "")
    if name:
        try:
            return zoneinfo.ZoneInfo(name)
        except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
            pass
    return timezone.get_current_timezone()


def _texts(params: Mapping[str, Any]) -> dict[str, str]:
    return {name.rstrip("_"): "" if value is None else str(value) for name, value in params.items()}


def _address(path: str, params: Mapping[str, str]) -> str:
    query = urlencode({name: value for name, value in params.items() if value != ""})
    return f"{path}?{query}" if query else path
