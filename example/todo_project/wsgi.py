"""The WSGI application, for a production server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

# A server that forgets to name its settings must not run with DEBUG on.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todo_project.settings.production")

application = get_wsgi_application()
