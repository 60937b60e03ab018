"""The pages of releases in a browser."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.browser.conftest import Start
from tests.web.conftest import NOW
from tests.web.site import put
from vedette.record.signals import Metric, Request
from vedette.releases import operations
from vedette.releases.digest import ReleaseDigest
from vedette.releases.queries import Commit, find_releases
from vedette.testing import recorded
from vedette.web.markers import Arrivals

pytestmark = pytest.mark.django_db(databases=["default", "vedette"], transaction=True)
MINUTE = dt.timedelta(minutes=1)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_list_leads_to_a_release_whose_charts_bear_its_deploy(
    look: Start, width: int, scheme: str
) -> None:
    with recorded(sinks=[ReleaseDigest()]) as found:
        put.store, put.markers = found.store, Arrivals()
        for number in range(60):
            found.recorder.record(
                Request(
                    time=NOW - (number + 0.5) * MINUTE, trace_id=f"{number:032x}", service="shop", route="/", path="/",
                    environment="production", release="2.0" if number < 30 else "1.0", status=200, duration_ms=9.0,
                )
            )  # fmt: skip
        for release, crashed in (("1.0", 0), ("2.0", 3)):
            for status, number in (("exited", 40 - crashed), ("crashed", crashed)):
                session = Metric(
                    time=NOW - 10 * MINUTE, service="shop", environment="production", release=release, name="sessions",
                    kind="counter", sum=float(number), count=1, attributes={"status": status},
                )  # fmt: skip
                found.recorder.record(session)
        found.drain()
        operations.announce("shop", "2.0", at=NOW)
        operations.add_deploy("shop", "2.0", environment="production", at=NOW - 30 * MINUTE)
        operations.set_commits("shop", "2.0", [Commit(sha="3f2a1bc9", message="Mend it " * 30)], at=NOW)
        page = look(width=width, scheme=scheme)
        page.open("/vedette/?range=3h")
        page.page.keyboard.press("g")
        page.page.keyboard.press("v")
        page.page.wait_for_url("**/vedette/releases/?*")
        page.settle()
        page.page.keyboard.press("j")
        page.page.keyboard.press("Enter")
        page.page.wait_for_url("**/vedette/releases/*/?*")
        page.settle()

        assert page.path.startswith(f"/vedette/releases/{find_releases('2.0')[0].id}/")
        drawn = "[...document.querySelectorAll('[data-chart]')].map(each => JSON.parse(each.dataset.chart).markers.map(marker => marker.label))"
        assert page.page.evaluate(drawn) == [["1.0", "2.0"]] * 6
        page.page.wait_for_function("document.querySelectorAll('[data-chart] :is(canvas, svg)').length >= 6")
        width_left = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.page.evaluate(width_left) == 0
        assert page.complaints == []
