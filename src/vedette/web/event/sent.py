"""The request in which an event happened, as the SDK saw it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from vedette.web.event.texts import Pair, Text, pairs, sorted_pairs, text
from vedette.wire.values import Mapping, dict_of, text_of

MOST_FIELDS = 200


@dataclass(frozen=True, slots=True)
class Sent:
    """A request: what was asked for, and what came with it."""

    method: str
    url: str
    query: tuple[Pair, ...]
    headers: tuple[Pair, ...]
    cookies: tuple[Pair, ...]
    body: Text
    environment: tuple[Pair, ...]

    @property
    def path(self) -> str:
        """Return the address without scheme and host."""
        try:
            parts = urlsplit(self.url)
        except ValueError:
            return self.url
        return parts.path or self.url


def sent_of(event: Mapping) -> Sent | None:
    """Return the request of *event*; None where it has none."""
    request = dict_of(event.get("request"))
    if not request:
        return None
    cookies = request.get("cookies")
    return Sent(
        method=text_of(request.get("method")),
        url=text_of(request.get("url")),
        query=_query(text_of(request.get("query_string"))),
        headers=sorted_pairs(dict_of(request.get("headers"))),
        cookies=pairs(cookies) if isinstance(cookies, dict) else _cookies(text_of(cookies)),
        body=text(request["data"]) if request.get("data") not in (None, "") else Text("", ""),
        environment=sorted_pairs(dict_of(request.get("env"))),
    )


def _query(written: str) -> tuple[Pair, ...]:
    try:
        fields = parse_qsl(written.lstrip("?"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        fields = []
    return tuple(Pair(name, text(value)) for name, value in fields) or _whole("?", written)


def _cookies(written: str) -> tuple[Pair, ...]:
    found = [part.partition("=") for part in written.split(";")[:MOST_FIELDS] if part.strip()]
    return tuple(Pair(name.strip(), text(value.strip())) for name, _, value in found)


def _whole(name: str, written: str) -> tuple[Pair, ...]:
    return (Pair(name, text(written)),) if written else ()
