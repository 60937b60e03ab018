"""Sentry's web API, as far as `sentry-cli` needs it to tell of releases: https://docs.sentry.io/api/releases/."""
