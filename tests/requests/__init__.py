"""Tests of `vedette.requests`."""
