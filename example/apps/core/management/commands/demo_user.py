"""`manage.py demo_user`: somebody who may look at everything."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

_NAME = "demo"


class Command(BaseCommand):
    """Make the demonstration's staff user, and print the name and the password."""

    help = "Make a staff user for the demonstration, and print the name and the password."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the user, or find it; the password stays the same from run to run.

        Raises CommandError outside of development.
        """
        if not settings.DEBUG:
            raise CommandError("demo_user is for development: its password lies in a file.")
        password = _password(settings.DATA_DIR / "demo-password.txt")
        user, _ = User.objects.get_or_create(username=_NAME)
        if not (user.is_staff and user.is_superuser and user.check_password(password)):
            user.is_staff = user.is_superuser = True
            user.set_password(password)
            user.save()
        self.stdout.write(f"{_NAME} {password}")


def _password(path: Path) -> str:
    if not path.exists():
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "w") as file:
            file.write(secrets.token_urlsafe(9))
    return path.read_text().strip()
