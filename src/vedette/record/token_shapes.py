"""Tokens that can be told by their looks, wherever they stand: those of well-known services, signed ones, hashes of passwords."""

from __future__ import annotations

import re

from vedette.record.secrets import FILTERED

# What only begins like one is passed over whole: it would be read again from each place where another may begin.
_JWT = re.compile(r"\beyJ[\w-]{6,}(?P<rest>\.[\w-]{6,}(?:\.[\w-]*)?)?")
_VENDOR = re.compile(
    r"s(?<!\w.)k_(?:live|test)_\w{10,200}|r(?<!\w.)k_(?:live|test)_\w{10,200}|p(?<!\w.)k_(?:live|test)_\w{10,200}|AKIA[0-9A-Z]{16}\b|gh[pousr]_\w{20,255}|github_pat_\w{20,255}"
    r"|glpat-[\w-]{15,100}|xox[abeoprs]-[\w-]{10,250}|AIza[\w-]{30,60}|s(?<!\w.)k-[\w-]{20,200}"
    r"|SG\.[\w-]{16,40}\.[\w-]{16,80}"
)
# Each holds what `_holds_token` looks for.
_TOKEN = re.compile(
    r"ASIA[0-9A-Z]{16}\b|xapp-[\w-]{10,250}|whsec_\w{20,200}|ya29\.[\w-]{20,500}|GOCSPX-[\w-]{20,60}|npm_\w{30,60}"
    r"|pypi-AgE[\w-]{40,400}|hf_\w{30,60}|shp[a-z]{2}_[0-9a-f]{32}|do[opr]_v1_\w{40,80}|\bSK[0-9a-f]{32}\b"
    r"|[0-9]{8,10}:AA[\w-]{33}|(?<=hooks\.slack\.com/)[\w/]{20,200}|(?<=/api/webhooks/)[0-9]{10,30}/[\w-]{20,100}"
    r"|(?<=webhook\.office\.com/)\S{20,400}|(?<=hooks\.zapier\.com/hooks/catch/)[\w/]{8,60}"
    r"|hv[sb]\.[\w-]{20,300}|ATATT3[\w=-]{40,400}|sq0(?:atp|csp)-[\w-]{20,60}|glsa_\w{30,60}|sntry[su]_[\w+/=-]{40,300}"
    r"|lin_api_\w{20,60}|\bdapi[0-9a-f]{32}\b|gl(?:rt|dt|ptt|ft|cbt|agent|soat)-[\w-]{15,100}|AGE-SECRET-KEY-1[0-9A-Z]{50,70}"
    r"|PMAK-[\w-]{30,80}|NRAK-[0-9A-Z]{20,40}|\bkey-[0-9a-f]{32}\b|vedette_[\w-]{43}(?![\w-])"
)
# Hashes of passwords, as Django and others write them: a weak password is soon found from one.
_HASHED = re.compile(
    r"\$2[abxy]\$\d\d\$[./A-Za-z0-9]{20,60}|\b(?:pbkdf2_\w{3,20}|scrypt|bcrypt_sha256|md5)\$[\w$./+=,-]{20,300}"
    r"|\bargon2(?:id|i|d)?\$[\w$./+=,-]{20,400}"
)


def without_tokens(text: str) -> str:
    """Return *text* without what looks like a token."""
    if "eyJ" in text:
        text = _JWT.sub(_of_jwt, text)
    text = _VENDOR.sub(FILTERED, text)
    if "$" in text:
        text = _HASHED.sub(FILTERED, text)
    return _TOKEN.sub(FILTERED, text) if _holds_token(text) else text


def _of_jwt(match: re.Match[str]) -> str:
    return match[0] if match["rest"] is None else FILTERED


def _holds_token(text: str) -> bool:
    return (
        "SIA" in text
        or "SK" in text
        or ":AA" in text
        or (
            "_" in text
            and ("whsec_" in text or "npm_" in text or "hf_" in text or "_v1_" in text or "shp" in text)
        )
        or ("-" in text and ("xapp-" in text or "GOCSPX-" in text or "pypi-" in text))
        or (
            "/" in text
            and ("webhooks/" in text or "slack.com/" in text or "office.com/" in text or "zapier" in text)
        )
        or ("_" in text and ("glsa_" in text or "sntry" in text or "lin_api_" in text or "vedette_" in text))
        or (
            "-" in text
            and ("sq0" in text or "gl" in text or "-KEY-" in text or "AK-" in text or "key-" in text)
        )
        or "ya29." in text
        or "hv" in text
        or "ATATT3" in text
        or "dapi" in text
    )
