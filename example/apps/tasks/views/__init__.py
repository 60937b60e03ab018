"""The tasks' pages, one file for each."""
