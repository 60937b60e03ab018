"""Tests of `vedette.wire`: bytes <-> records."""
