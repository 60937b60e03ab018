#!/usr/bin/env python
"""Run the todo site's management commands."""

from __future__ import annotations

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    """Run the command named on the command line; a missing setting ends it with one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todo_project.settings.development")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"The settings are incomplete: {error}")


if __name__ == "__main__":
    main()
