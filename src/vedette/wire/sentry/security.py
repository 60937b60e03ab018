"""What browsers report: violations of a content security policy and the like, and network errors: `Error`."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlsplit

from vedette.record.signals import Error
from vedette.wire.errors import MalformedError
from vedette.wire.scrubbing import scrubbed
from vedette.wire.sentry.sending import Sending
from vedette.wire.values import Mapping, short, text_of

MOST_REPORTS = 50
_OLD = {"csp-report": "csp", "expect-ct-report": "expectct", "expect-staple-report": "expectstaple"}
_LOCAL = {
    "inline": "'inline'",
    "eval": "'eval'",
    "self": "'self'",
    "data": "'data'",
    "blob": "'blob'",
    "": "'inline'",
}


def errors_of(payload: Any, *, data: bytes, sending: Sending) -> list[Error]:
    """Return one error for each report in *payload*, of the old form or the Reporting API's; raises `MalformedError`."""
    reports = _reports(payload)
    if not reports:
        raise MalformedError("there is no report of a known kind")
    return [
        _error(kind, body, place, data=data, sending=sending)
        for place, (kind, body) in enumerate(reports[:MOST_REPORTS])
    ]


def _reports(payload: Any) -> list[tuple[str, Mapping]]:
    if isinstance(payload, list):
        found = (_modern(item) for item in payload if isinstance(item, dict))
        return [report for report in found if report is not None]
    if not isinstance(payload, dict):
        return []
    if "type" in payload and isinstance(payload.get("body"), dict):
        modern = _modern(payload)
        return [modern] if modern else []
    for name, kind in _OLD.items():
        if isinstance(payload.get(name), dict):
            body = {key.replace("-", "_"): value for key, value in payload[name].items()}
            return [(kind, body)]
    return [("hpkp", payload)] if "known-pins" in payload else []


def _modern(item: Mapping) -> tuple[str, Mapping] | None:
    body = item.get("body")
    if not isinstance(body, dict):
        return None
    kind = {"csp-violation": "csp", "network-error": "nel"}.get(text_of(item.get("type")))
    if kind is None:
        return "report", {
            **body,
            "report_type": text_of(item.get("type"))[:50],
            "document_uri": item.get("url"),
        }
    if kind == "nel":
        return kind, {**body, "document_uri": item.get("url")}
    named = {
        "blocked_uri": body.get("blockedURL"),
        "document_uri": body.get("documentURL") or item.get("url"),
        "effective_directive": body.get("effectiveDirective"),
        "violated_directive": body.get("effectiveDirective"),
        "original_policy": body.get("originalPolicy"),
        "source_file": body.get("sourceFile"),
        "line_number": body.get("lineNumber"),
        "disposition": body.get("disposition"),
        "referrer": body.get("referrer"),
    }
    return kind, {key: value for key, value in named.items() if value is not None}


def _error(kind: str, body: Mapping, place: int, *, data: bytes, sending: Sending) -> Error:
    clean = scrubbed(body, keep_pii=sending.arrival.send_pii)
    value, culprit = _TITLES.get(kind, _other_title)(clean)
    event_id = sending.event_id if place == 0 else ""
    event_id = event_id or hashlib.blake2b(data + str(place).encode(), digest_size=16).hexdigest()
    url = text_of(clean.get("document_uri") or clean.get("url"))[:2000]
    pairs = [
        ("url.full", url),
        ("csp.directive", clean.get("effective_directive")),
        ("nel.type", clean.get("type") if kind == "nel" else None),
        ("user_agent.original", sending.arrival.user_agent),
    ]
    return Error(
        time=sending.arrival.received_at,
        service=sending.arrival.service,
        environment=text_of(sending.trace.get("environment"))[:200],
        release=text_of(sending.trace.get("release"))[:250],
        event_id=event_id,
        type=kind,
        value=short(value, 1000),
        culprit=short(culprit, 500),
        level="error" if kind == "csp" else "warning",
        handled=False,
        attributes=sending.attributes(pairs),
        payload={
            "event_id": event_id,
            "type": kind,
            "platform": "other",
            "logger": kind,
            "request": {"url": url},
            "logentry": {"formatted": value},
            kind: clean,
        },
    )


def _csp_title(body: Mapping) -> tuple[str, str]:
    directive = (
        text_of(body.get("effective_directive") or body.get("violated_directive")).split(" ")[0] or "policy"
    )
    blocked = text_of(body.get("blocked_uri"))
    what = directive.removesuffix("-elem").removesuffix("-attr").removesuffix("-src")
    origin = _LOCAL.get(blocked) or f"'{_host(blocked)}'"
    return f"Blocked '{what}' from {origin}", directive


def _nel_title(body: Mapping) -> tuple[str, str]:
    phase, reason = text_of(body.get("phase")) or "network", text_of(body.get("type")) or "error"
    status = text_of(body.get("status_code"))
    return f"{phase} / {reason}" + (f" ({status})" if status not in {"", "0"} else ""), text_of(
        body.get("server_ip")
    )


def _other_title(body: Mapping) -> tuple[str, str]:
    host = text_of(body.get("hostname")) or _host(text_of(body.get("document_uri")))
    message = text_of(body.get("message") or body.get("report_type"))
    return message or f"Certificate of '{host}' is not as expected", host


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or url)[:200]
    except ValueError:
        return url[:200]


_TITLES = {"csp": _csp_title, "nel": _nel_title}
