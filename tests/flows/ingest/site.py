"""The site as an application, for servers of both kinds."""

from __future__ import annotations

from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
asynchronous = get_asgi_application()
