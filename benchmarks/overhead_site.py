"""The site that `overhead.py` measures, in one of its configurations: ``overhead_site.py <worker> <directory>``.

It reads lines ``<path> <number>`` and answers each, as JSON, with the microseconds that every single request took: on the
clock, and of processor time.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any

from django.conf import settings

Options = dict[str, Any]
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
)


def configured(worker: str, home: Path) -> Options:
    """Return the settings of *worker*, which keeps its files in *home*."""
    options: Options = {
        "ALLOWED_HOSTS": ["*"],
        "DATABASES": {
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(home / "site.sqlite3"),
                # To open a connection takes longer than the five queries.
                "CONN_MAX_AGE": None,
            }
        },
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "INSTALLED_APPS": ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
        "MIDDLEWARE": [],
        "ROOT_URLCONF": "overhead_urls",
        "SECRET_KEY": "only for this benchmark",
        "USE_TZ": True,
    }
    SET_UP[worker](options, home)
    return options


def _bare(options: Options, home: Path) -> None:
    pass


def _vedette(**values: Any) -> Any:
    def set_up(options: Options, home: Path) -> None:
        options["MIDDLEWARE"] = ["vedette.middleware.Vedette"]
        options["VEDETTE"] = {
            "DIR": home / "vedette",
            "REQUEST_LOG": False,
            "SENTRY": False,
            "TRACES_SAMPLE_RATE": 0.0,
            **values,
        }

    return set_up


def _vedette_request_log(options: Options, home: Path) -> None:
    import vedette

    _vedette(REQUEST_LOG=True)(options, home)
    options["LOGGING"] = vedette.logging_config(home / "logs")


def _prometheus(options: Options, home: Path) -> None:
    options["INSTALLED_APPS"].append("django_prometheus")
    options["MIDDLEWARE"] = [
        "django_prometheus.middleware.PrometheusBeforeMiddleware",
        "django_prometheus.middleware.PrometheusAfterMiddleware",
    ]
    options["DATABASES"]["default"]["ENGINE"] = "django_prometheus.db.backends.sqlite3"


def _structlog(options: Options, home: Path) -> None:
    import logging.handlers

    import structlog

    options["INSTALLED_APPS"].append("django_structlog")
    options["MIDDLEWARE"] = ["django_structlog.middlewares.RequestMiddleware"]
    # As its documentation has it: JSON lines into a file.
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            structlog.processors.UnicodeDecoder(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.handlers.WatchedFileHandler(home / "json.log")
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=structlog.processors.JSONRenderer()))
    logging.getLogger("django_structlog").addHandler(handler)
    logging.getLogger("django_structlog").setLevel(logging.INFO)


def _silk(options: Options, home: Path) -> None:
    options["INSTALLED_APPS"].append("silk")
    options["MIDDLEWARE"] = ["silk.middleware.SilkyMiddleware"]
    options["TEMPLATES"] = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
    options["SILKY_MAX_RECORDED_REQUESTS"] = 2_000


def _opentelemetry(options: Options, home: Path) -> None:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

    class Discard(SpanExporter):
        def export(self, spans: Any) -> SpanExportResult:
            return SpanExportResult.SUCCESS

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(Discard()))
    trace.set_tracer_provider(provider)


def _sentry(rate: float) -> Any:
    def set_up(options: Options, home: Path) -> None:
        import sentry_sdk
        from sentry_sdk.transport import Transport

        class Discard(Transport):
            def capture_envelope(self, envelope: Any) -> None:
                pass

        sentry_sdk.init(dsn="https://key@localhost/1", transport=Discard, traces_sample_rate=rate)

    return set_up


SET_UP: dict[str, Any] = {
    "bare": _bare,
    "vedette": _vedette(),
    "vedette_traces": _vedette(TRACES_SAMPLE_RATE=0.1),
    "vedette_all_traces": _vedette(TRACES_SAMPLE_RATE=1.0),
    "vedette_request_log": _vedette_request_log,
    "vedette_sentry": _vedette(SENTRY=True),
    "vedette_sentry_traces": _vedette(SENTRY=True, TRACES_SAMPLE_RATE=0.1),
    "prometheus": _prometheus,
    "structlog": _structlog,
    "silk": _silk,
    "opentelemetry": _opentelemetry,
    "sentry_0": _sentry(0.0),
    "sentry_10": _sentry(0.1),
    "sentry_100": _sentry(1.0),
}


def serve(application: Any, path: str) -> tuple[float, float]:
    """Serve one request of *path*; return how many microseconds it took, and how many of them on a processor."""
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "203.0.113.77",
        "HTTP_HOST": "testserver",
        "HTTP_USER_AGENT": AGENT,
        "HTTP_ACCEPT": "text/html",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
    }
    status = ""

    def start_response(given: str, headers: Any, *_: Any) -> None:
        nonlocal status
        status = given

    cpu_began, began = thread_time(), perf_counter()
    response = application(environ, start_response)
    for _ in response:
        pass
    response.close()
    took, cpu = perf_counter() - began, thread_time() - cpu_began
    if not status.startswith("200"):
        sys.exit(f"{path}: {status}")
    return round(took * 1e6, 2), round(cpu * 1e6, 2)


def main() -> None:
    """Set up the site, then serve what is asked for."""
    worker, home = sys.argv[1], Path(sys.argv[2])
    settings.configure(**configured(worker, home))
    if worker == "opentelemetry":
        from opentelemetry.instrumentation.django import DjangoInstrumentor

        DjangoInstrumentor().instrument()
    import django

    django.setup()
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    call_command("migrate", verbosity=0, interactive=False)
    application = get_wsgi_application()
    for line in sys.stdin:
        path, number = line.split()
        print(json.dumps([serve(application, path) for _ in range(int(number))]), flush=True)


if __name__ == "__main__":
    main()
