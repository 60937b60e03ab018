"""OTLP/JSON as it is not to be written, but is: names of fields as in the .proto files, names of enumerations.

https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding has lowerCamelCase and numbers alone; protobuf's own JSON
writers may be told otherwise, and what they send would else be taken for an empty request, and answered as one.
"""

from __future__ import annotations

from typing import Any

from vedette.wire.errors import MalformedError
from vedette.wire.values import Mapping, integer_of

_SEVERITIES = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
_ENUMS = {
    **{
        f"SPAN_KIND_{name}": place
        for place, name in enumerate(("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"))
    },
    **{f"STATUS_CODE_{name}": place for place, name in enumerate(("UNSET", "OK", "ERROR"))},
    **{
        f"AGGREGATION_TEMPORALITY_{name}": place
        for place, name in enumerate(("UNSPECIFIED", "DELTA", "CUMULATIVE"))
    },
    **{
        f"SEVERITY_NUMBER_{name}{step or ''}": 1 + 4 * place + max(0, step - 1)
        for place, name in enumerate(_SEVERITIES)
        for step in (0, 2, 3, 4)
    },
}


def enum_of(value: object) -> int:
    """Return the number of an enumeration's value, which may be its name; 0 where it is none that is known."""
    if isinstance(value, str) and value in _ENUMS:
        return _ENUMS[value]
    return integer_of(value) or 0


def camel_cased(request: Mapping) -> Mapping:
    """Return *request* with its fields' names in lowerCamelCase, where its first are not; raises `MalformedError`."""
    if not any("_" in name for name in request):
        return request
    try:
        return {_camel(name): _renamed(value) for name, value in request.items()}
    except RecursionError:
        raise MalformedError("the JSON is nested too deeply") from None


def _renamed(value: Any) -> Any:
    # Names that senders chose (of attributes) are values here, never keys.
    if isinstance(value, dict):
        return {_camel(name): _renamed(item) for name, item in value.items()}
    return [_renamed(item) for item in value] if isinstance(value, list) else value


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)
