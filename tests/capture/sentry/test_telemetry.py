"""What else the SDK sends: logs, metrics, check-ins; and what it drops."""

from __future__ import annotations

import sentry_sdk
from sentry_sdk.crons import monitor

from tests.capture.observed import Observed
from vedette.record.signals import Check, Metric


def test_logs_of_the_sdk_are_stored_in_the_trace_of_their_request(site: Observed) -> None:
    site.get("/telemetry/")
    sentry_sdk.flush()

    (log,) = site.logs
    assert (log.message, log.template) == ("3 baskets", "{number} baskets")
    assert log.trace_id == site.request.trace_id


def test_metrics_of_the_sdk_are_stored(site: Observed) -> None:
    site.get("/telemetry/")
    sentry_sdk.flush()

    assert {metric.name: metric.sum for metric in site.metrics}["baskets"] == 3.0


def test_a_monitored_job_checks_in(site: Observed) -> None:
    site.get("/")
    with monitor(monitor_slug="tidy"):
        pass

    checks = site.records(Check)
    assert [check.monitor for check in checks] == ["tidy", "tidy"]


def test_what_the_sdk_drops_is_counted(site: Observed) -> None:
    site.get("/")
    sentry_sdk.get_client().options["before_send"] = lambda event, hint: None
    sentry_sdk.capture_message("dropped")
    sentry_sdk.flush()

    (loss,) = [metric for metric in site.records(Metric) if metric.name == "sentry.client_report"]
    assert loss.attributes == {"reason": "before_send", "category": "error"}


def test_an_attachment_is_counted_as_lost_and_its_event_kept(site: Observed) -> None:
    site.get("/attached/")

    assert "error.event_id" in site.request.attributes
    (loss,) = [metric for metric in site.metrics if metric.name == "vedette.dropped"]
    assert loss.attributes == {"signal": "attachment", "reason": "unsupported"}
