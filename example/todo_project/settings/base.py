"""Settings that hold everywhere; what differs between machines is read from the environment."""

from __future__ import annotations

from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

import vedette
from todo_project import environment

BASE_DIR = Path(__file__).resolve().parents[2]
# Everything the site writes: its SQLite file, its logs, Vedette's files, collected static files.
DATA_DIR = Path(environment.text("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
try:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(f"DATA_DIR cannot be made: {error}") from error

GIT_COMMIT_SHA = environment.text("GIT_COMMIT_SHA", default="")
SENTRY_DSN = environment.text("SENTRY_DSN", default="")

ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", default="localhost, 127.0.0.1, [::1]")
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS")
# The proxies in front of the site: only they are believed about a client's address.
TRUSTED_PROXIES = environment.words("TRUSTED_PROXIES")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "vedette",
    "apps.core",
    "apps.tasks",
]

MIDDLEWARE = [
    "vedette.middleware.Vedette",
    "django.middleware.security.SecurityMiddleware",
    "apps.core.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "todo_project.urls"
WSGI_APPLICATION = "todo_project.wsgi.application"
ASGI_APPLICATION = "todo_project.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]


def _database() -> dj_database_url.DBConfig:
    # A path need not be a valid part of a URL.
    database: dj_database_url.DBConfig = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(DATA_DIR / "todo.sqlite3"),
    }
    try:
        if url := environment.text("DATABASE_URL", default=""):
            database = dj_database_url.parse(url)
    except ValueError as error:
        # The message does not repeat the URL: it holds a password.
        raise ImproperlyConfigured("DATABASE_URL cannot be read as the URL of a database") from error
    if database["ENGINE"] == "django.db.backends.sqlite3":
        # WAL lets people read while one writes. IMMEDIATE takes the write lock when a transaction
        # begins, so that two writers wait for each other instead of failing half-way.
        database["OPTIONS"] = {
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
        }
    else:
        # Opening a connection to a server costs more than a small query: keep it for a while.
        database["CONN_MAX_AGE"] = 60
        database["CONN_HEALTH_CHECKS"] = True
    return database


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator"},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
CSRF_FAILURE_VIEW = "apps.core.views.csrf_failure"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = environment.text("TIME_ZONE", default="UTC")
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"

VEDETTE = {
    "DIR": DATA_DIR / "vedette",
    "RELEASE": GIT_COMMIT_SHA,
    "ENVIRONMENT": environment.text("ENVIRONMENT", default=""),
    "TRUSTED_PROXIES": TRUSTED_PROXIES,
}
LOGGING = vedette.logging_config(DATA_DIR / "logs")

# The demonstration's second release. It greets a finished task with how early it was, and that
# greeting has a bug (see `apps.tasks.views.edit`), so that Vedette has a regression to show.
DEMO_RELEASE_2 = environment.switch("DEMO_RELEASE_2", default=False)
