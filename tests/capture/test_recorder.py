"""One recorder per process."""

from __future__ import annotations

import logging
import os
import threading

from pytest_django import Settings

from tests.capture.conftest import Configure
from tests.capture.observed import Observed
from vedette.capture import recorder
from vedette.capture.recorder import _Silent


def test_there_is_one_recorder(site: Observed) -> None:
    found = []
    threads = [threading.Thread(target=lambda: found.append(recorder.recorder())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert {id(one) for one in found} == {id(recorder.recorder())}


def test_records_carry_what_the_settings_say(configure: Configure) -> None:
    site = configure(SERVICE="shop", ENVIRONMENT="staging", RELEASE="1.2", HOST="web-1")
    site.get("/")
    request = site.request
    assert (request.service, request.environment, request.release, request.host) == (
        "shop",
        "staging",
        "1.2",
        "web-1",
    )


def test_unusable_settings_give_a_recorder_that_records_nothing(site: Observed, settings: Settings) -> None:
    settings.VEDETTE = {"SERVICE": "no directory"}
    recorder.reset()
    assert isinstance(recorder.recorder(), _Silent)
    assert recorder.settings().SLOW_QUERY_MS == 100


def test_reset_reads_the_settings_anew(configure: Configure) -> None:
    configure(SERVICE="one")
    assert recorder.recorder().resource.service == "one"
    configure(SERVICE="two")
    assert recorder.recorder().resource.service == "two"


def test_settings_that_log_while_they_are_read_do_not_hold_up_the_site(
    site: Observed, settings: Settings, journal_handler: object
) -> None:
    class Chatty(dict[str, object]):
        def __getitem__(self, name: str) -> object:
            logging.getLogger("site").info("asked for %s", name)
            return super().__getitem__(name)

    settings.VEDETTE = Chatty(settings.VEDETTE)
    recorder.reset()
    thread = threading.Thread(target=recorder.recorder, daemon=True)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()


def test_what_was_dropped_is_written_when_the_process_ends(site: Observed) -> None:
    site.get("/")
    recorder.recorder().drops.count("logs", "disk_full", 3)
    recorder._flush_at_exit()
    (metric,) = site.metrics
    assert (metric.name, metric.sum) == ("vedette.dropped", 3.0)
    assert metric.attributes == {"signal": "logs", "reason": "disk_full"}


def test_a_forked_child_writes_its_own_segment_and_its_own_ids(site: Observed) -> None:
    site.get("/")
    children = []
    for _ in range(3):
        pid = os.fork()
        if not pid:
            try:
                for _ in range(20):
                    site.get("/")
            finally:
                os._exit(0)
        children.append(pid)
    for pid in children:
        os.waitpid(pid, 0)
    for _ in range(20):
        site.get("/")
    requests = site.requests
    assert len(requests) == 81
    assert len({request.trace_id for request in requests}) == 81
    assert len({request.span_id for request in requests}) == 81
    assert len(list(site.journal_dir.iterdir())) == 4
