"""Tasks, their tags and their order."""
