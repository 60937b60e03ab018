"""What a browser's report is grouped by: a content security policy's violation and its like."""

from __future__ import annotations

from urllib.parse import urlsplit

from vedette.issues.grouping.variants import Part, Variant
from vedette.wire.values import Mapping, dict_of, text_of

_SELF = "'self'"
_CERTIFICATES = {"hpkp": "hpkp", "expectstaple": "expect-staple", "expectct": "expect-ct"}


def report_variant(event: Mapping) -> Variant | None:
    """Return what the report in *event* is grouped by; None where there is none."""
    if isinstance(event.get("csp"), dict):
        return _policy(event["csp"])
    for key, salt in _CERTIFICATES.items():
        if isinstance(event.get(key), dict):
            return Variant("default", key, (Part("directive", (salt,)), Part("host", (_host(event[key]),))))
    network = dict_of(event.get("nel"))
    if network:
        parts = (
            Part("directive", ("nel", text_of(network.get("phase")), text_of(network.get("type")))),
            Part("host", (_host(network),)),
        )
        return Variant("default", "nel", parts)
    return None


def _policy(report: Mapping) -> Variant:
    directive = (
        text_of(report.get("effective_directive")) or text_of(report.get("violated_directive")).split(" ")[0]
    )
    blocked = blocked_by(report)
    violated = text_of(report.get("violated_directive"))
    if directive == "script-src" and blocked == _SELF:
        for violation in ("'unsafe-inline'", "'unsafe-eval'"):
            if violation in violated:
                blocked = violation
                break
    return Variant("default", "csp", (Part("directive", (directive,)), Part("source", (blocked,))))


def blocked_by(report: Mapping) -> str:
    """Return what the policy's *report* says was blocked, as a host, a scheme, or ``'self'``."""
    uri = text_of(report.get("blocked_uri"))
    if uri in {"", "self", _SELF}:
        return _SELF
    scheme, colon, _ = uri.partition(":")
    if not colon:
        return uri if uri in {"inline", "eval"} else scheme + ":"
    if scheme in {"http", "https"}:
        return _netloc(uri) or uri
    return scheme + ":"


def _netloc(uri: str) -> str:
    try:
        return urlsplit(uri).netloc
    except ValueError:
        return uri


def _host(report: Mapping) -> str:
    return text_of(report.get("hostname")) or _netloc(
        text_of(report.get("document_uri") or report.get("url"))
    )
