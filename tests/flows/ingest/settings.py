"""A site that others send to, whose files lie in the directory that the environment names."""

from __future__ import annotations

import os
from pathlib import Path

import vedette

DIRECTORY = Path(os.environ["VEDETTE_INGEST_DIR"])
SECRET_KEY = "only for tests"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "vedette"]
MIDDLEWARE = ["vedette.middleware.Vedette", "django.middleware.csrf.CsrfViewMiddleware"]
ROOT_URLCONF = "tests.urls_of_a_site"
DATABASES: dict[str, dict[str, str]] = {}
USE_TZ = True
LOGGING = vedette.logging_config(DIRECTORY / "logs")
VEDETTE = {
    "DIR": DIRECTORY / "vedette",
    "BACKGROUND": os.environ.get("VEDETTE_INGEST_BACKGROUND", "off"),
    "INGEST_PER_MINUTE": 0,
    "SEND_DEFAULT_PII": os.environ.get("VEDETTE_SECRETS_PII") == "1",
    "JOURNAL_SEGMENT_BYTES": 64 * 1024,
    "DRAIN_INTERVAL_S": 0.05,
    "LEASE_S": 1,
}
