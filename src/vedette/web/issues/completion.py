"""What may stand in the issues' search bar where a word is being typed."""

from __future__ import annotations

import re

from vedette.issues.queries import FIELDS, NOBODY, STATUSES, IssueFilters, render_search
from vedette.issues.search import ANY, FLAGS, TAG
from vedette.issues.values import list_tag_names, list_tag_values, list_values
from vedette.store.query import Store, TimeRange
from vedette.wire.sentry.event import LEVELS

MOST = 12
_UNASKABLE = re.compile(r'[\s:"]').search
ME = "me"
NOTES = {
    "is": "unresolved, resolved, ignored, all, unhandled, regressed",
    "assigned": "a user’s name, me or none",
    "level": "of the latest event",
    "service": "the service",
    "environment": "production, development, …",
    "release": "in which it happened",
    "first-release": "in which it was first seen",
    "user": "whom it affected",
    "type": "the exception’s type",
}
_STORED = {
    "service": "service",
    "environment": "environment",
    "env": "environment",
    "release": "release",
    "first-release": "release",
    "user": "user_id",
    "type": "type",
}


def choices_for(word: str, store: Store, *, range: TimeRange, name: str) -> list[tuple[str, str]]:
    """Return what can stand for *word*, each with a note; *name* is the reader's.

    Raises:
        QueryError: If the store cannot answer.
    """
    key, colon, beginning = word.partition(":")
    if word.startswith(TAG):
        return _tags(word.removeprefix(TAG), store, range)
    if not colon:
        names = ["is", *(each for each in FIELDS if each != "env")]
        found = [(f"{each}:", NOTES.get(each, "")) for each in names if each.startswith(word.lower())]
        return [*found, (TAG, "a tag of the events")] if TAG.startswith(word.lower()) else found
    return [
        (f"{key}:{_quoted(value)}", note)
        for value, note in _values(key.lower(), beginning.strip('"'), store, range, name)
    ]


def _tags(word: str, store: Store, range: TimeRange) -> list[tuple[str, str]]:
    name, colon, beginning = word.partition(":")
    if not colon:
        names = list_tag_names(store, range=range, prefix=name, limit=MOST)
        # A name that the search cannot tell from what stands around it cannot be asked for.
        return [
            (f"{TAG}{each.value}:", f"{each.events:,} events") for each in names if not _UNASKABLE(each.value)
        ]
    found = list_tag_values(store, tag=name, range=range, prefix=beginning.strip('"'), limit=MOST)
    return [(f"{TAG}{name}:{_quoted(each.value)}", f"{each.events:,} events") for each in found]


def _values(key: str, beginning: str, store: Store, range: TimeRange, name: str) -> list[tuple[str, str]]:
    if key in _STORED:
        found = list_values(store, field=_STORED[key], range=range, prefix=beginning, limit=MOST)
        return [(each.value, f"{each.events:,} events") for each in found]
    fixed = {
        "is": [(each, "") for each in (*STATUSES, ANY, *FLAGS)],
        "level": [(each, "") for each in reversed(LEVELS)],
        "assigned": [(ME, name), (NOBODY, "to nobody")],
    }
    return [(value, note) for value, note in fixed.get(key, []) if value.startswith(beginning.lower())]


def _quoted(value: str) -> str:
    # Every field's value is quoted in the same way.
    return render_search(IssueFilters(status="", type=value)).partition("type:")[2]
