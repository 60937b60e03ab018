"""Profiles of transactions, and chunks of continuous profiles: `Profile`.

A payload is as the SDK sent it where it fits a line of the journal.  A larger one is folded: instead of its samples in
time it has ``"folded": [{"thread_id", "stack_id", "samples"}]``, which is all that a flame graph needs.  Where that is too large
as well, frames say which function, and no longer which line of it.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from vedette.record.signals import Profile
from vedette.wire import documents
from vedette.wire.errors import MalformedError, TooLargeError
from vedette.wire.scrubbing import scrubbed
from vedette.wire.sentry.scrubbing import with_clean_paths
from vedette.wire.sentry.sending import Sending
from vedette.wire.sentry.trimming import MOST_CHARS
from vedette.wire.values import Mapping, dict_of, list_of, span_id_of, text_of, trace_id_of

_FUNCTION = ("function", "module", "filename", "in_app", "platform", "instruction_addr")


def profile_of(payload: Mapping, *, size: int, sending: Sending) -> Profile:
    """Return the profile in *payload*, whose JSON has *size* bytes.

    Raises `MalformedError` where it has no stacks, `TooLargeError` where it is too large even when folded.
    """
    if not isinstance(dict_of(payload.get("profile")).get("stacks"), list):
        raise MalformedError("a profile has no stacks")
    transaction = _transaction(payload)
    trace_id = trace_id_of(transaction.get("trace_id")) or trace_id_of(sending.trace.get("trace_id"))
    pairs = [
        ("profile_id", payload.get("event_id") or payload.get("profile_id")),
        ("profiler_id", payload.get("profiler_id")),
        ("chunk_id", payload.get("chunk_id")),
        ("platform", payload.get("platform")),
        ("transaction", transaction.get("name")),
        ("transaction.id", transaction.get("id")),
        ("thread.id", transaction.get("active_thread_id")),
    ]
    return Profile(
        time=sending.clock.right(_started(payload)),
        service=sending.arrival.service,
        environment=text_of(payload.get("environment"))[:200],
        release=text_of(payload.get("release"))[:250],
        trace_id=trace_id,
        span_id=span_id_of(transaction.get("segment_id")),
        attributes=sending.attributes(pairs),
        payload=_fitting(payload, size, sending),
    )


def _transaction(payload: Mapping) -> Mapping:
    listed = [item for item in list_of(payload.get("transactions")) if isinstance(item, dict)]
    return dict_of(payload.get("transaction")) or (listed[0] if listed else {})


def _started(payload: Mapping) -> Any:
    if payload.get("timestamp") is not None:
        return payload["timestamp"]
    samples = dict_of(payload["profile"]).get("samples")
    first = samples[0] if isinstance(samples, list) and samples else None
    return dict_of(first).get("timestamp")


def _fitting(payload: Mapping, size: int, sending: Sending) -> Mapping:
    around = {key: value for key, value in payload.items() if key not in {"profile", "debug_meta"}}
    around = scrubbed(around, keep_pii=sending.arrival.send_pii)
    told = _without_secrets(payload["profile"], keep_pii=sending.arrival.send_pii)
    if size <= MOST_CHARS:
        return {**around, "profile": told}
    folded = {**around, "profile": _folded(told)}
    folded.pop("measurements", None)
    if len(documents.encode(folded)) > MOST_CHARS:
        folded["profile"] = _by_function(folded["profile"])
    if len(documents.encode(folded)) > MOST_CHARS:
        raise TooLargeError("a profile is too large even when folded")
    return folded


def _without_secrets(profile: Mapping, *, keep_pii: bool) -> Mapping:
    # The samples are numbers, and names in code are no secrets: that leaves what threads are called, and URLs of scripts.
    frames = profile.get("frames")
    changes: Mapping = {
        key: scrubbed(value, keep_pii=keep_pii)
        for key, value in profile.items()
        if key not in {"frames", "samples", "stacks"}
    }
    if isinstance(frames, list):
        changes["frames"] = [with_clean_paths(frame, keep_pii=keep_pii) for frame in frames]
    return {**profile, **changes}


def _folded(profile: Mapping) -> Mapping:
    counts: Counter[tuple[str, int]] = Counter()
    for sample in list_of(profile.get("samples")):
        if isinstance(sample, dict) and isinstance(sample.get("stack_id"), int):
            counts[text_of(sample.get("thread_id")), sample["stack_id"]] += 1
    rest = {key: value for key, value in profile.items() if key != "samples"}
    folded = [
        {"thread_id": thread, "stack_id": stack, "samples": number}
        for (thread, stack), number in counts.items()
    ]
    return {**rest, "folded": folded}


def _by_function(folded: Mapping) -> Mapping:
    """Return *folded* with one frame for each function, and one stack for those that differ in their lines alone."""
    frames: dict[tuple[str, ...], int] = {}
    functions = [frames.setdefault(_function(frame), len(frames)) for frame in _all(folded.get("frames"))]
    stacks: dict[tuple[int, ...], int] = {}
    merged = [
        stacks.setdefault(
            tuple(
                functions[place]
                for place in _all(stack)
                if isinstance(place, int) and 0 <= place < len(functions)
            ),
            len(stacks),
        )
        for stack in _all(folded.get("stacks"))
    ]
    counts: Counter[tuple[str, int]] = Counter()
    for each in folded["folded"]:
        if 0 <= each["stack_id"] < len(merged):
            counts[each["thread_id"], merged[each["stack_id"]]] += each["samples"]
    return {
        **{key: value for key, value in folded.items() if key not in {"frames", "stacks", "folded"}},
        "frames": [_frame(values) for values in frames],
        "stacks": [list(stack) for stack in stacks],
        "folded": [
            {"thread_id": thread, "stack_id": stack, "samples": number}
            for (thread, stack), number in counts.items()
        ],
    }


def _all(value: Any) -> list[Any]:
    # Not `list_of`: places count what is null as well.
    return value if isinstance(value, list) else []


def _function(frame: Any) -> tuple[str, ...]:
    frame = dict_of(frame)
    named = {**frame, "filename": frame.get("filename") or frame.get("abs_path")}
    return tuple(text_of(named.get(key)) for key in _FUNCTION)


def _frame(values: tuple[str, ...]) -> Mapping:
    frame: Mapping = {key: value for key, value in zip(_FUNCTION, values, strict=True) if value}
    if "in_app" in frame:
        frame["in_app"] = frame["in_app"] == "true"
    return frame
