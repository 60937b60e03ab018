"""Settings for the public site: HTTPS alone, hashed static files, no default secret."""

from __future__ import annotations

import sentry_sdk

from todo_project import environment
from todo_project.settings.base import *  # noqa: F403
from todo_project.settings.base import GIT_COMMIT_SHA, MIDDLEWARE, SENTRY_DSN, VEDETTE

DEBUG = False

SECRET_KEY = environment.required_text("SECRET_KEY", hint="a long random text that stays on this server")

MIDDLEWARE.insert(
    MIDDLEWARE.index("django.middleware.security.SecurityMiddleware") + 1,
    "whitenoise.middleware.WhiteNoiseMiddleware",
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

SECURE_SSL_REDIRECT = environment.switch("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = environment.number("SECURE_HSTS_SECONDS", default=365 * 24 * 3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
# Believed only where the operator says that a proxy sets (and overwrites) this header.
if environment.switch("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Errors also go to a Sentry of the operator's own, where there is one.
if SENTRY_DSN:
    sentry_sdk.init(
        dsn=SENTRY_DSN,
        release=GIT_COMMIT_SHA or None,
        environment=str(VEDETTE["ENVIRONMENT"]) or "production",
    )
