"""What people wrote of an error: `Event` named ``user_feedback``.

It is a thing that a person did, so it lies with what people do; `associated_event_id` leads to the error.  Name and address
were typed into a form that asks for them, so they stay whatever the setting for personal data; the text is scrubbed.
"""

from __future__ import annotations

from typing import Any

from vedette.record.signals import Event
from vedette.wire.errors import MalformedError
from vedette.wire.sentry.sending import Sending
from vedette.wire.values import Mapping, dict_of, hex_id, short, span_id_of, text_of, trace_id_of

NAME = "user_feedback"


def feedback_of(payload: Mapping, *, data: bytes, sending: Sending) -> Event:
    """Return the feedback in an event of type feedback; raises `MalformedError` where nothing was written."""
    contexts = dict_of(payload.get("contexts"))
    said, trace = dict_of(contexts.get("feedback")), dict_of(contexts.get("trace"))
    event = _event(
        said.get("message"),
        name=said.get("name"),
        email=said.get("contact_email"),
        about=said.get("associated_event_id"),
        url=said.get("url") or dict_of(payload.get("request")).get("url"),
        sending=sending,
    )
    event.time = sending.clock.right(payload.get("timestamp"))
    event.environment = text_of(payload.get("environment"))[:200]
    event.release = text_of(payload.get("release"))[:250]
    event.trace_id = trace_id_of(trace.get("trace_id"))
    event.span_id = span_id_of(trace.get("span_id"))
    event.user_id = event.distinct_id = sending.arrival.user_id(dict_of(payload.get("user")))
    event.properties["event_id"] = sending.event_id_of(payload, data)
    return event


def report_of(payload: Mapping, *, sending: Sending) -> Event:
    """Return the feedback in a user report, as SDKs sent it until 2024; raises `MalformedError`."""
    return _event(
        payload.get("comments"),
        name=payload.get("name"),
        email=payload.get("email"),
        about=payload.get("event_id") or sending.event_id,
        url=None,
        sending=sending,
    )


def _event(message: Any, *, name: Any, email: Any, about: Any, url: Any, sending: Sending) -> Event:
    text = sending.text(message, 8000)
    if not text:
        raise MalformedError("a feedback says nothing")
    properties = {
        "message": text,
        "name": short(text_of(name), 200),
        "email": short(text_of(email), 200),
        "associated_event_id": hex_id(about, 32),
        "url": sending.text(url, 2000),
    }
    return Event(
        time=sending.arrival.received_at,
        service=sending.arrival.service,
        name=NAME,
        properties={key: value for key, value in properties.items() if value},
    )
