"""The todo site's applications."""
