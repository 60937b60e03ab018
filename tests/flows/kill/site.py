"""The site's one view, as a WSGI application."""

from __future__ import annotations

import datetime as dt
import os

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

from vedette.capture.recorder import recorder
from vedette.record.signals import Log


def hello(request: HttpRequest) -> HttpResponse:
    """Greet."""
    return HttpResponse(b"hello")


urlpatterns = [path("", hello)]
application = get_wsgi_application()
# Under gunicorn's --preload this opens a segment in the parent, which the workers must not write to.
recorder().record(Log(time=dt.datetime.now(dt.UTC), message=f"loaded by {os.getpid()}"))
