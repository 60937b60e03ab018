"""The ASGI application, for a production server."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

# A server that forgets to name its settings must not run with DEBUG on.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todo_project.settings.production")

application = get_asgi_application()
