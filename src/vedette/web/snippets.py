"""How each language sends to a project: what to install, and the few lines with the DSN filled in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vedette.wire.sentry.dsn import Dsn


@dataclass(frozen=True, slots=True)
class Snippet:
    """The way of one language or tool; `install` is ``""`` where there is nothing to install."""

    slug: str
    name: str
    install: str
    where: str
    code: str


def snippets(dsn: Dsn) -> Iterator[Snippet]:
    """Yield the way of each language."""
    yield Snippet(
        "python",
        "Python",
        "pip install sentry-sdk",
        "As early as the program starts. A Django site that has Vedette itself needs none of this.",
        f'import sentry_sdk\n\nsentry_sdk.init(\n    dsn="{dsn}",\n    traces_sample_rate=0.1,\n)',
    )
    yield Snippet(
        "browser",
        "JavaScript in browsers",
        "npm install @sentry/browser",
        "First in the entry that every page loads.",
        'import * as Sentry from "@sentry/browser";\n\n'
        f'Sentry.init({{\n  dsn: "{dsn}",\n  integrations: [Sentry.browserTracingIntegration()],\n  tracesSampleRate: 0.1,\n}});',
    )
    yield Snippet(
        "node",
        "Node.js",
        "npm install @sentry/node",
        "In instrument.mjs; start with node --import ./instrument.mjs app.mjs.",
        'import * as Sentry from "@sentry/node";\n\n'
        f'Sentry.init({{\n  dsn: "{dsn}",\n  tracesSampleRate: 0.1,\n}});',
    )
    yield Snippet(
        "go",
        "Go",
        "go get github.com/getsentry/sentry-go",
        "At the beginning of main; it also needs the imports log and time.",
        f'err := sentry.Init(sentry.ClientOptions{{\n\tDsn:              "{dsn}",\n\tEnableTracing:    true,\n'
        "\tTracesSampleRate: 0.1,\n})\nif err != nil {\n\tlog.Fatal(err)\n}\ndefer sentry.Flush(2 * time.Second)",
    )
    yield Snippet(
        "ruby",
        "Ruby",
        "bundle add sentry-ruby",
        "With Rails: bundle add sentry-rails as well, in config/initializers/sentry.rb.",
        f'require "sentry-ruby"\n\nSentry.init do |config|\n  config.dsn = "{dsn}"\n  config.traces_sample_rate = 0.1\nend',
    )
    yield Snippet(
        "java",
        "Java",
        "",
        "With the dependency io.sentry:sentry of Maven Central, first in main.",
        f'import io.sentry.Sentry;\n\nSentry.init(options -> {{\n  options.setDsn("{dsn}");\n  options.setTracesSampleRate(0.1);\n}});',
    )
    yield Snippet(
        "php",
        "PHP",
        "composer require sentry/sentry",
        "After vendor/autoload.php is required.",
        f"\\Sentry\\init([\n    'dsn' => '{dsn}',\n    'traces_sample_rate' => 0.1,\n]);",
    )
    yield Snippet(
        "opentelemetry",
        "OpenTelemetry",
        "",
        "In the environment of any program with an OpenTelemetry SDK: traces, metrics and logs.",
        "export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\n"
        f"export OTEL_EXPORTER_OTLP_ENDPOINT={dsn.scheme}://{dsn.host}{dsn.path}\n"
        f'export OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20{dsn.key}"',
    )
    yield Snippet(
        "curl",
        "curl",
        "",
        "A first event, to see that it arrives; and how a job that is no program with an SDK checks in.",
        f"curl '{dsn.url('store')}?sentry_key={dsn.key}' \\\n"
        "  -H 'Content-Type: application/json' -d '{\"message\": \"Hello from curl\"}'\n\n"
        f"curl '{dsn.url('cron/nightly')}?sentry_key={dsn.key}&status=ok'",
    )
