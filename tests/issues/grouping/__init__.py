"""Tests of `vedette.issues.grouping`: which events are one issue."""
