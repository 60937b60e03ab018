"""A request names its error by what the error's issue is found by, as soon as both are written."""

from __future__ import annotations

import pytest

from tests.capture.observed import Observed
from vedette.capture import fingerprints
from vedette.issues.sighting import Grouper
from vedette.record.signals import Error


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let errors be known as in a site that is set up."""
    monkeypatch.setattr(fingerprints, "_fingerprint_of", Grouper().fingerprint_of)


def test_an_error_and_its_request_bear_one_fingerprint_that_the_drain_agrees_with(site: Observed) -> None:
    site.get("/boom/7/")
    (error,) = site.records(Error)
    assert len(error.fingerprint) == 32
    assert site.request.error_fingerprint == error.fingerprint
    assert Grouper().fingerprint_of(error) == error.fingerprint, "worked out anew from what was written"


def test_requests_that_fail_alike_are_known_alike(site: Observed) -> None:
    for number in (7, 8):
        site.get(f"/boom/{number}/")
    one, two = site.records(Error)
    assert one.fingerprint == two.fingerprint


def test_of_several_errors_the_request_names_the_one_whose_event_it_names(site: Observed) -> None:
    site.get("/handled/")
    named = {error.event_id: error.fingerprint for error in site.records(Error)}
    assert len(named) == 3
    assert site.request.error_fingerprint == named[site.request.attributes["error.event_id"]]


def test_a_request_without_an_error_names_none(site: Observed) -> None:
    site.get("/missing/")
    assert site.request.error_fingerprint == ""


def test_an_error_that_cannot_be_grouped_is_recorded_all_the_same(
    site: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(error: Error) -> str:
        raise RuntimeError("no")

    monkeypatch.setattr(fingerprints, "_fingerprint_of", refuse)
    site.get("/boom/7/")
    (error,) = site.records(Error)
    assert (error.fingerprint, site.request.error_fingerprint) == ("", "")
