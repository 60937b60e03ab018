"""A site of one view, whose telemetry goes to the directory that the environment names."""

from __future__ import annotations

import os
from pathlib import Path

DIRECTORY = Path(os.environ["VEDETTE_KILL_DIR"])
SECRET_KEY = "only for tests"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["vedette"]
MIDDLEWARE = ["vedette.middleware.Vedette"]
ROOT_URLCONF = "tests.flows.kill.site"
DATABASES: dict[str, dict[str, str]] = {}
USE_TZ = True
LOGGING_CONFIG = None
VEDETTE = {
    "DIR": DIRECTORY,
    "BACKGROUND": "off",
    "REQUEST_LOG": False,
    "LEASE_S": 1,
    # Much happens in little time: small segments, a drain that hardly pauses, hence many parts to merge.
    "DRAIN_INTERVAL_S": 0.05,
    "JOURNAL_SEGMENT_BYTES": 64 * 1024,
}
