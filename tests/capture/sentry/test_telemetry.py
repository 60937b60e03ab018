"""What else the SDK sends: logs, metrics, check-ins; and what it drops."""

from __future__ import annotations

import sentry_sdk
from sentry_sdk.crons import monitor

from tests.capture.observed import Observed
from tests.capture.sentry.conftest import Start
from vedette.capture.attachments import attachments
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


def test_an_attachment_is_kept_with_its_event(site: Observed) -> None:
    site.get("/attached/")

    kept = attachments()
    assert kept is not None
    (file,) = kept.list_of(site.request.attributes["error.event_id"])
    assert (file.name, file.size, file.content_type) == ("note.txt", 4, "text/plain")
    assert [metric for metric in site.metrics if metric.name == "vedette.dropped"] == []


def test_an_attachment_that_cannot_be_written_is_counted_and_its_event_kept(site: Observed) -> None:
    site.journal_dir.parent.mkdir(exist_ok=True)
    (site.journal_dir.parent / "attachments").write_text("in the way")

    site.get("/attached/")

    assert "error.event_id" in site.request.attributes
    (loss,) = [metric for metric in site.metrics if metric.name == "vedette.dropped"]
    assert loss.attributes == {"signal": "attachment", "reason": "unwritable"}


def test_an_attachment_where_none_are_to_be_kept_is_counted_and_its_event_kept(start: Start) -> None:
    site = start(ATTACHMENTS_MAX_BYTES=0)

    site.get("/attached/")

    assert "error.event_id" in site.request.attributes
    (loss,) = [metric for metric in site.metrics if metric.name == "vedette.dropped"]
    assert loss.attributes == {"signal": "attachment", "reason": "unsupported"}
