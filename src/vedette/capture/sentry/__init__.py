"""Capture through sentry_sdk in the site's own process."""
