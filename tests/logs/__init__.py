"""Tests of `vedette.logs`."""
