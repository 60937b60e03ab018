"""The site that `ingest.py` sends to: its settings."""

from __future__ import annotations

import os
from pathlib import Path

DIRECTORY = Path(os.environ["VEDETTE_INGEST_DIR"])
SECRET_KEY = "only for a benchmark"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "vedette"]
MIDDLEWARE = ["vedette.middleware.Vedette"]
ROOT_URLCONF = "ingest_urls"
DATABASES: dict[str, dict[str, str]] = {}
USE_TZ = True
LOGGING_CONFIG = None
VEDETTE = {"DIR": DIRECTORY / "vedette", "BACKGROUND": "off", "INGEST_PER_MINUTE": 0}
