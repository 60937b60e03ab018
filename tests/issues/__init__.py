"""Tests of `vedette.issues`."""
