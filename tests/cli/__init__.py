"""Tests of `vedette.cli`."""
