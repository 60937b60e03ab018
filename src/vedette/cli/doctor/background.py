"""Does anybody do the background work, and does it keep up?"""

from __future__ import annotations

from collections.abc import Iterator

from vedette import conf
from vedette.cli.doctor.finding import Finding
from vedette.cli.leases import list_leaders
from vedette.cli.site import Site

LATE_S = 10.0
TICKING_LATE_S = 600.0
_START = "Start `manage.py vedette run` under a supervisor, or `manage.py vedette tick` from cron; under runserver, set VEDETTE['BACKGROUND'] to 'auto'."


def find(site: Site) -> Iterator[Finding]:
    """Yield who leads, and how far the drain is behind."""
    behind_s = site.behind_s()
    now = site.now()
    leaders = [leader for leader in list_leaders() if leader.is_leading(now=now)]
    for leader in leaders:
        yield Finding("leader", "ok", f"{leader.holder} leads {leader.lease}")
    if not leaders:
        # Between two ticks of cron nobody leads, and all is well.
        is_ticking = behind_s < TICKING_LATE_S and bool(site.catalogue().snapshot().parts)
        yield Finding(
            "leader",
            "ok" if is_ticking and not behind_s else "warning",
            "nobody does the background work at the moment",
            _START,
        )
    if behind_s > LATE_S:
        fix = (
            f"See what the leader logs (vedette.background); is {conf.get().DIR} slow or full?"
            if leaders
            else _START
        )
        is_late = bool(leaders) or behind_s > TICKING_LATE_S
        yield Finding(
            "drain", "error" if is_late else "warning", f"it is {behind_s:,.0f} s behind the journal", fix
        )
    else:
        yield Finding("drain", "ok", f"it is {behind_s:.1f} s behind the journal")
