"""The JSON API for tasks."""
