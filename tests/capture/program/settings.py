"""The settings of the program, its files where the environment says."""

from __future__ import annotations

import json
import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent
HOME = Path(os.environ["PROGRAM_HOME"])
SECRET_KEY = "only for tests"
USE_TZ = True
INSTALLED_APPS = ["tests.capture.program", "vedette"]
MIDDLEWARE = ["vedette.middleware.Vedette"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": HOME / "site.sqlite3"}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"journal": {"class": "vedette.capture.logging.JournalHandler"}},
    "root": {"handlers": ["journal"], "level": "INFO"},
}
VEDETTE = {
    "DIR": HOME / "vedette",
    "PROFILES_SAMPLE_RATE": 0.0,
    "TRACES_SAMPLE_RATE": 1.0,
    **json.loads(os.environ.get("PROGRAM_VEDETTE", "{}")),
}
