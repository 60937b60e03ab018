"""Sentry's ingest protocol."""
